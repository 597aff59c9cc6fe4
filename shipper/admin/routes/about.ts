/** What is said about all of it: counters, health, the document. */
import { ok, operation } from '../operation.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'about'

export const about = [
  operation({
    id: 'getStats',
    method: 'GET',
    path: `${API_PREFIX}/stats`,
    tag: TAG,
    summary: 'Hits, drops, compile errors, deliveries, requests',
    answer: {
      status: 200,
      description: 'Counters since the start. patterns is null when they are off.',
      schema: 'Stats',
    },
    refuses: [],
    run: (_, { rulebook, scanner, events, triggers, patterns, admin }) =>
      ok({
        scan: { ...scanner.stats(), file_errors: faultsOf(rulebook.problems) },
        events: events.stats(),
        triggers: triggers.stats(),
        patterns: patterns?.stats() ?? null,
        admin: admin(),
      }),
  }),
  operation({
    id: 'getHealth',
    method: 'GET',
    path: `${API_PREFIX}/health`,
    tag: TAG,
    summary: 'Whether it answers',
    isPublic: true,
    answer: { status: 200, description: 'It does.', schema: 'Health' },
    refuses: [],
    run: () => ok({ status: 'ok' }),
  }),
  operation({
    id: 'getOpenApi',
    method: 'GET',
    path: `${API_PREFIX}/openapi.json`,
    tag: TAG,
    summary: 'This document',
    isPublic: true,
    answer: { status: 200, description: 'OpenAPI 3.1.', schema: 'OpenApi' },
    refuses: [],
    run: (_, { document }) => ok(document()),
  }),
]

/** Of rule files: none of what stands in them may be in force, so that there is no rule that could show it. */
function faultsOf(problems: ReadonlyMap<string, string>) {
  return [...problems].map(([file, error]) => ({ file, error }))
}
