/** Random LogQL over the labels and fields that a data set has: valid queries of all families, the same for the same seed. */
import { type Dice, dice } from '../dice.ts'
import { type Facts, readFacts, type StreamFacts } from './facts.ts'
import { lineQuery, logPipeline } from './random-log.ts'
import { metricQuery } from './random-metric.ts'

export interface Question {
  readonly family: string
  readonly path: string
  readonly params: Readonly<Record<string, string | number>>
}

export function randomQuestions(dataset: unknown, count: number, seed: number): Question[] {
  const facts = readFacts(dataset)
  const random = dice(seed)
  return Array.from({ length: count }, () => randomQuestion(facts, random))
}

const FAMILIES: readonly (readonly [string, (stream: StreamFacts, facts: Facts, random: Dice) => string])[] = [
  ['line filter', (stream, _facts, random) => lineQuery(stream, random)],
  ['pipeline', (stream, _facts, random) => logPipeline(stream, random)],
  ['pipeline', (stream, _facts, random) => logPipeline(stream, random)],
  ['metric', metricQuery],
  ['metric', metricQuery],
  ['metric', metricQuery],
]

const SECOND = 1_000_000_000n

function randomQuestion(facts: Facts, random: Dice): Question {
  const [family, write] = random.pick(FAMILIES)
  const query = write(random.pick(facts.streams), facts, random)
  const { start, end } = facts
  if (family === 'metric' && random.chance(0.3)) {
    const seconds = Number((end - start) / SECOND)
    const time = start / SECOND + BigInt(random.between(0, seconds + 600))
    return { family: 'instant', path: '/loki/api/v1/query', params: { query, time: String(time) } }
  }
  const part = random.chance(0.6) ? { start, end: end + SECOND } : partOf(start, end, random)
  const params = {
    query,
    start: String(part.start),
    end: String(part.end),
    limit: 5000,
    direction: random.pick(['forward', 'backward']),
    ...(family === 'metric' ? { step: random.pick(['60', '300', '37', '15m', '1000']) } : {}),
  }
  return { family, path: '/loki/api/v1/query_range', params }
}

function partOf(start: bigint, end: bigint, random: Dice): { start: bigint; end: bigint } {
  const length = Number((end - start) / SECOND)
  const from = random.between(0, Math.max(1, length - 60))
  const to = from + 60 + random.between(0, Math.max(1, length - from))
  return { start: start + BigInt(from) * SECOND, end: start + BigInt(to) * SECOND }
}
