/** Rules: those of files and of the API; only the latter can be changed here. */
import type { NewEvent } from '../../events/event.ts'
import { eventJson } from '../../events/json.ts'
import { demandMatch, IF_MATCH, tagOf } from '../etag.ts'
import { granted, JSON_TYPE, MERGE_PATCH_TYPE, ok, operation } from '../operation.ts'
import { oneOf, text } from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'rules'
const ONE = { ETag: 'Tag of its content, for If-Match.' }
const PATH = `${API_PREFIX}/rules/{id}`

export const rules = [
  operation({
    id: 'listRules',
    method: 'GET',
    path: `${API_PREFIX}/rules`,
    tag: TAG,
    summary: 'All rules',
    query: {
      workload: text('Rules of this workload only.'),
      origin: oneOf(['config', 'folder', 'api'], 'Rules that come from there only.'),
    },
    answer: { status: 200, description: 'Rules, also those that do not compile.', schema: 'RuleList' },
    refuses: [],
    run: ({ query }, { rulebook }) => ok({ rules: rulebook.list(query) }),
  }),
  operation({
    id: 'createRule',
    method: 'POST',
    path: `${API_PREFIX}/rules`,
    tag: TAG,
    summary: 'One more rule',
    body: { schema: 'RuleDraft', types: [JSON_TYPE] },
    answer: {
      status: 201,
      description: 'The rule, in force.',
      schema: 'Rule',
      headers: { Location: 'Path of the rule.', ...ONE },
    },
    refuses: ['conflict', 'failed'],
    run({ body }, { rulebook }) {
      const rule = granted(rulebook.create(body))
      const path = PATH.replace('{id}', encodeURIComponent(rule.id))
      return { status: 201, json: rule, headers: { Location: path, ETag: tagOf(rule) } }
    },
  }),
  operation({
    id: 'getRule',
    method: 'GET',
    path: PATH,
    tag: TAG,
    summary: 'One rule',
    answer: { status: 200, description: 'The rule.', schema: 'Rule', headers: ONE },
    refuses: ['missing'],
    run({ path }, { rulebook }) {
      const rule = rulebook.get(path.get('id')!)
      if (rule === undefined) throw new ProblemError('missing', 'There is no rule of this id.')
      return ok(rule, { ETag: tagOf(rule) })
    },
  }),
  operation({
    id: 'patchRule',
    method: 'PATCH',
    path: PATH,
    tag: TAG,
    summary: 'Changes a rule of the API',
    description: 'A merge patch (RFC 7396): what is absent stays as it is, null means the default, or none.',
    headers: IF_MATCH,
    body: { schema: 'RulePatch', types: [MERGE_PATCH_TYPE, JSON_TYPE] },
    answer: { status: 200, description: 'The rule as it is now.', schema: 'Rule', headers: ONE },
    refuses: ['missing', 'readonly', 'changed', 'failed'],
    run({ path, body, request }, { rulebook }) {
      const id = path.get('id')!
      demandMatch(request, rulebook.get(id))
      const rule = granted(rulebook.patch(id, body))
      return ok(rule, { ETag: tagOf(rule) })
    },
  }),
  operation({
    id: 'deleteRule',
    method: 'DELETE',
    path: PATH,
    tag: TAG,
    summary: 'Deletes a rule of the API, and its overrides with it',
    headers: IF_MATCH,
    answer: { status: 200, description: 'Ids of what is gone.', schema: 'Deleted' },
    refuses: ['missing', 'readonly', 'changed', 'failed'],
    run({ path, request }, { rulebook }) {
      const id = path.get('id')!
      demandMatch(request, rulebook.get(id))
      return ok(granted(rulebook.remove(id)))
    },
  }),
  operation({
    id: 'testRule',
    method: 'POST',
    path: `${API_PREFIX}/rules/test`,
    tag: TAG,
    summary: 'What a rule makes of a line',
    description: 'The rule of rule_id, or the one in rule, which is not kept.',
    body: { schema: 'RuleTestRequest', types: [JSON_TYPE] },
    answer: { status: 200, description: 'Whether it matches, where, and what it captures.', schema: 'RuleTest' },
    refuses: ['missing'],
    run({ body }, { rulebook }) {
      const { event, ...found } = granted(rulebook.test(body))
      return ok({ ...found, ...(event && { event: unstored(event) }) })
    },
  }),
]

/** An event that has no place in the log. */
function unstored(event: NewEvent): object {
  const { seq: _, ...rest } = eventJson({ ...event, seq: 0 })
  return rest
}
