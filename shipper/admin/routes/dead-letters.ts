/** Dead letters: what triggers could not deliver. */
import { granted, ok, operation } from '../operation.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'dead letters'
const PATH = `${API_PREFIX}/dead-letters/{id}`

export const deadLetters = [
  operation({
    id: 'listDeadLetters',
    method: 'GET',
    path: `${API_PREFIX}/dead-letters`,
    tag: TAG,
    summary: 'What could not be delivered',
    answer: { status: 200, description: 'Letters with the reason of each.', schema: 'DeadLetterList' },
    refuses: [],
    run: (_, { triggers }) => ok({ dead_letters: triggers.deadLetters() }),
  }),
  operation({
    id: 'retryDeadLetter',
    method: 'POST',
    path: `${PATH}/retry`,
    tag: TAG,
    summary: 'Sends one again, once',
    answer: {
      status: 200,
      description: 'What came of it; delivered, it is no dead letter any more.',
      schema: 'Delivery',
    },
    refuses: ['missing', 'conflict'],
    run: async ({ path }, { triggers }) => ok(granted(await triggers.retryDeadLetter(path.get('id')!))),
  }),
  operation({
    id: 'deleteDeadLetter',
    method: 'DELETE',
    path: PATH,
    tag: TAG,
    summary: 'Forgets one',
    answer: { status: 200, description: 'Ids of what is gone.', schema: 'Deleted' },
    refuses: ['missing'],
    run: ({ path }, { triggers }) => ok(granted(triggers.removeDeadLetter(path.get('id')!))),
  }),
]
