/** Patterns: templates mined from messages. */
import { LongshipError } from '../../errors.ts'
import { ok, operation, type Setting } from '../operation.ts'
import { text, whole } from '../parameters.ts'
import type { PatternsPart } from '../parts.ts'
import { ProblemError } from '../problem.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'patterns'
const DEFAULT_LIMIT = 100

export const patterns = [
  operation({
    id: 'listPatterns',
    method: 'GET',
    path: `${API_PREFIX}/patterns`,
    tag: TAG,
    summary: 'Templates of messages, the most frequent first',
    query: {
      service: text('Of this service.'),
      level: text('Of this level.', 32),
      id: text('This one.'),
      limit: whole('At most so many.', 1, 1000, DEFAULT_LIMIT),
    },
    answer: { status: 200, description: 'Templates with their counts.', schema: 'PatternList' },
    refuses: ['missing'],
    run({ query }, setting) {
      const { limit = DEFAULT_LIMIT, ...filter } = query
      return ok({ patterns: partOf(setting).list({ ...filter, limit }) })
    },
  }),
  operation({
    id: 'lokiPatterns',
    method: 'GET',
    path: '/loki/api/v1/patterns',
    tag: TAG,
    summary: 'The same as Loki answers it, for Grafana',
    description: 'query, start, end and step as of Loki; other parameters are not looked at.',
    isOpenQuery: true,
    answer: { status: 200, description: 'Templates with samples over time.', schema: 'LokiPatterns' },
    refuses: ['missing'],
    run: ({ search }, setting) => ({ status: 200, text: answerOf(partOf(setting), search) }),
  }),
]

function partOf({ patterns }: Setting): PatternsPart {
  if (patterns === undefined) throw new ProblemError('missing', 'Patterns are off: scan.patterns turns them on.')
  return patterns
}

/** The miner throws for a query or time that it cannot read. */
function answerOf(part: PatternsPart, search: URLSearchParams): string {
  try {
    return part.answer(search)
  } catch (error) {
    if (error instanceof LongshipError) throw new ProblemError('invalid', error.message)
    throw error
  }
}
