/** Answers patterns: the templates of a selector's lines and how often each came, by time. */

import { compareText } from '../../../shipper/wire/labels.ts'
import type { EntryRow } from '../../logql/engine/source.ts'
import { createTurn } from '../../logql/engine/turn.ts'
import { QueryError } from '../../logql/error.ts'
import { parseSelector } from '../../logql/parser.ts'
import { NO_HINTS } from '../../logql/stages/hints.ts'
import { checkLength, checkSelector, lookBack } from '../asklimits.ts'
import { millisOf, readBounds, readStep } from '../params.ts'
import type { QueryRequest } from '../query.ts'
import { createSource } from '../scan.ts'
import { createMiner, type Miner, SAMPLE_MS } from './miner.ts'
import { type Tokenizer, tokenizerFor } from './tokens.ts'

/** Rarer patterns are not shown; nor more of them than this. */
const MIN_LINES = 30
const MAX_PATTERNS = 300

interface Pattern {
  readonly text: string
  readonly level: string
  /** Start of a step in milliseconds → lines. */
  readonly counts: Map<number, number>
  total: number
}

export async function patterns(request: QueryRequest): Promise<string> {
  const { params, now, limits, tenant, signal } = request
  const asked = readBounds(params, now)
  const stepMs = Math.max(SAMPLE_MS, readStep(params, asked.start, asked.end))
  const matchers = parseSelector(params.get('query') ?? '')
  const expr = { kind: 'log', matchers, stages: [] } as const
  checkSelector(expr, limits)
  const { start, end } = lookBack(asked.start, asked.end, limits, now)
  checkLength(start, end, limits)
  const miners = createMiners()
  const stats = { lines: 0, bytes: 0, blocks: 0 }
  const source = createSource(tenant, createTurn(signal, limits.query_timeout), stats)
  await source.scan({
    log: expr,
    hints: NO_HINTS,
    start,
    end,
    isBackward: false,
    onEntry(row, time) {
      miners.learn(row, millisOf(start) + time / 1e6)
      return true
    },
  })
  const found = countPatterns(miners.list(), millisOf(start), millisOf(end), stepMs)
  return `{"status":"success","data":[${found.map(write).join(',')}]}\n`
}

interface Miners {
  learn(row: EntryRow, ms: number): void
  list(): readonly { readonly level: string; readonly miner: Miner }[]
}

const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error', 'fatal', 'critical', 'trace'])
/** Streams × levels: each miner may hold 300 templates. */
const MAX_MINERS = 5000

/** A miner for each stream and detected level. */
function createMiners(): Miners {
  const tokenizers = new Map<EntryRow['stream'], Tokenizer>()
  const miners = new Map<EntryRow['stream'], Map<string, Miner>>()
  let count = 0
  return {
    learn(row, ms) {
      const { stream } = row
      const detected = (row.get('detected_level') ?? '').toLowerCase()
      const level = LEVELS.has(detected) ? detected : 'unknown'
      let ofStream = miners.get(stream)
      if (ofStream === undefined) {
        miners.set(stream, (ofStream = new Map()))
        tokenizers.set(stream, tokenizerFor(row.line()))
      }
      let miner = ofStream.get(level)
      if (miner === undefined) {
        if (++count > MAX_MINERS) throw new QueryError(400, 'too many streams for patterns: select fewer')
        ofStream.set(level, (miner = createMiner(tokenizers.get(stream)!)))
      }
      miner.learn(row.line(), ms)
    },
    list: () => [...miners.values()].flatMap((each) => [...each].map(([level, miner]) => ({ level, miner }))),
  }
}

/** The same pattern of several streams is one; the most frequent first. */
function countPatterns(
  miners: ReturnType<Miners['list']>,
  startMs: number,
  endMs: number,
  stepMs: number,
): readonly Pattern[] {
  const found = new Map<string, Pattern>()
  for (const { level, miner } of miners) {
    for (const cluster of miner.clusters) {
      const text = miner.textOf(cluster)
      const key = `${level} ${text}`
      let pattern = found.get(key)
      if (pattern === undefined) found.set(key, (pattern = { text, level, counts: new Map(), total: 0 }))
      for (const [ms, lines] of cluster.samples) {
        if (ms < startMs || ms >= endMs) continue
        const step = ms - (ms % stepMs)
        pattern.counts.set(step, (pattern.counts.get(step) ?? 0) + lines)
        pattern.total += lines
      }
    }
  }
  return [...found.values()]
    .filter(({ total, text }) => total >= MIN_LINES && text !== '')
    .sort((a, b) => b.total - a.total || compareText(a.text, b.text))
    .slice(0, MAX_PATTERNS)
    .map((pattern) => (stepMs === SAMPLE_MS ? pattern : { ...pattern, counts: filled(pattern.counts, stepMs) }))
}

/** Steps without lines between the first and the last count 0. */
function filled(counts: ReadonlyMap<number, number>, stepMs: number): Map<number, number> {
  const steps = [...counts.keys()].sort((a, b) => a - b)
  const all = new Map<number, number>()
  const last = steps.at(-1) ?? Number.NEGATIVE_INFINITY
  for (let step = steps[0] ?? 0; step <= last; step += stepMs) all.set(step, counts.get(step) ?? 0)
  return all
}

function write({ text, level, counts }: Pattern): string {
  const samples = [...counts].sort((a, b) => a[0] - b[0]).map(([ms, lines]) => `[${Math.floor(ms / 1000)},${lines}]`)
  return `{"pattern":${JSON.stringify(text)},"level":"${level}","samples":[${samples.join(',')}]}`
}
