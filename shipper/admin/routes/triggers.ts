/** Triggers: whom events are told. Secrets never come back: the placeholder stands for them, and means unchanged. */
import { demandMatch, IF_MATCH, tagOf } from '../etag.ts'
import { granted, JSON_TYPE, MERGE_PATCH_TYPE, ok, operation } from '../operation.ts'
import { ProblemError } from '../problem.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'triggers'
const ONE = { ETag: 'Tag of its content, for If-Match.' }
const PATH = `${API_PREFIX}/triggers/{id}`

export const triggers = [
  operation({
    id: 'listTriggers',
    method: 'GET',
    path: `${API_PREFIX}/triggers`,
    tag: TAG,
    summary: 'All triggers',
    answer: { status: 200, description: 'Triggers, without their secrets.', schema: 'TriggerList' },
    refuses: [],
    run: (_, { triggers }) => ok({ triggers: triggers.list() }),
  }),
  operation({
    id: 'createTrigger',
    method: 'POST',
    path: `${API_PREFIX}/triggers`,
    tag: TAG,
    summary: 'One more trigger',
    body: { schema: 'TriggerDraft', types: [JSON_TYPE] },
    answer: {
      status: 201,
      description: 'The trigger, at work.',
      schema: 'Trigger',
      headers: { Location: 'Path of the trigger.', ...ONE },
    },
    refuses: ['conflict', 'failed'],
    run({ body }, { triggers }) {
      const trigger = granted(triggers.create(body))
      const path = PATH.replace('{id}', encodeURIComponent(trigger.id))
      return { status: 201, json: trigger, headers: { Location: path, ETag: tagOf(trigger) } }
    },
  }),
  operation({
    id: 'getTrigger',
    method: 'GET',
    path: PATH,
    tag: TAG,
    summary: 'One trigger',
    answer: { status: 200, description: 'The trigger, without its secrets.', schema: 'Trigger', headers: ONE },
    refuses: ['missing'],
    run({ path }, { triggers }) {
      const trigger = triggers.get(path.get('id')!)
      if (trigger === undefined) throw new ProblemError('missing', 'There is no trigger of this id.')
      return ok(trigger, { ETag: tagOf(trigger) })
    },
  }),
  operation({
    id: 'patchTrigger',
    method: 'PATCH',
    path: PATH,
    tag: TAG,
    summary: 'Changes a trigger of the API',
    description:
      'A merge patch (RFC 7396): what is absent stays as it is, null means the default, or none. A secret that is sent as ******** stays as it is.',
    headers: IF_MATCH,
    body: { schema: 'TriggerPatch', types: [MERGE_PATCH_TYPE, JSON_TYPE] },
    answer: { status: 200, description: 'The trigger as it is now.', schema: 'Trigger', headers: ONE },
    refuses: ['missing', 'readonly', 'changed', 'failed'],
    run({ path, body, request }, { triggers }) {
      const id = path.get('id')!
      demandMatch(request, triggers.get(id))
      const trigger = granted(triggers.patch(id, body))
      return ok(trigger, { ETag: tagOf(trigger) })
    },
  }),
  operation({
    id: 'deleteTrigger',
    method: 'DELETE',
    path: PATH,
    tag: TAG,
    summary: 'Deletes a trigger of the API',
    headers: IF_MATCH,
    answer: { status: 200, description: 'Ids of what is gone.', schema: 'Deleted' },
    refuses: ['missing', 'readonly', 'changed', 'failed'],
    run({ path, request }, { triggers }) {
      const id = path.get('id')!
      demandMatch(request, triggers.get(id))
      return ok(granted(triggers.remove(id)))
    },
  }),
  operation({
    id: 'testTrigger',
    method: 'POST',
    path: `${PATH}/test`,
    tag: TAG,
    summary: 'Sends the real payload of a made-up event, once',
    answer: { status: 200, description: 'What was sent, and what came of it.', schema: 'TriggerTest' },
    refuses: ['missing', 'conflict'],
    run: async ({ path }, { triggers }) => ok(granted(await triggers.test(path.get('id')!))),
  }),
]
