/** Checks of expressions: asks the target and compares. */
import { parseQuery } from '../logql/parser.ts'
import { compareLogs, compareSeries, type Grid, labelsText, offsetText, type Row } from './compare.ts'
import type { Check } from './outcome.ts'
import { NANOS_PER_MS, type Target, type TestAnswer, type TestStream } from './target.ts'
import type { Expected, Timing } from './testfile.ts'

export interface ExprContext {
  readonly target: Target
  readonly streams: readonly TestStream[]
  readonly start: bigint
  readonly intervalMs: number
  readonly isFuzzy: boolean
}

/** Of one expression; `facts`: what the report shows besides it. */
export async function checkExpr(
  context: ExprContext,
  expr: string,
  written: Timing & Expected,
  place: string,
  line: number,
  facts: Check['facts'] = [],
): Promise<Check> {
  const times = timesOf(written)
  const shown: Check['facts'] = [...facts, ['expr', expr], ['at', times]]
  const check = (rows: readonly Row[], error?: string): Check => ({ place, line, facts: shown, rows, error })
  const wrong = misuse(written)
  if (wrong !== undefined) return check([], wrong)
  try {
    const answer = await ask(context, expr, written)
    if (written.exp_error !== undefined) {
      return check([{ expected: `error: …${written.exp_error}…`, got: describe(answer), isSame: false }])
    }
    return check(compare(context, answer, written), mismatch(answer, written))
  } catch (error) {
    const { message } = error as Error
    if (written.exp_error === undefined) return check([], message.trimEnd())
    const isSame = message.includes(written.exp_error)
    return check([{ expected: `error: …${written.exp_error}…`, got: `error: ${message.trimEnd()}`, isSame }])
  }
}

function timesOf({ eval_time, start, end, step }: Timing): string {
  if (start === undefined) return offsetText(eval_time ?? 0)
  return `${offsetText(start)} to ${offsetText(end ?? eval_time ?? start)}${step === undefined ? '' : `, step ${offsetText(step)}`}`
}

/** What the schema cannot say. */
function misuse(written: Timing & Expected): string | undefined {
  const given = (['exp_samples', 'exp_logs', 'exp_error'] as const).filter((name) => written[name] !== undefined)
  if (given.length !== 1) {
    return `needs exactly one of exp_samples, exp_logs and exp_error, and has ${given.length === 0 ? 'none' : given.join(', ')}`
  }
  if (written.eval_time === undefined && (written.start === undefined || written.end === undefined)) {
    return 'needs eval_time, or start and end'
  }
  if (written.eval_time !== undefined && written.end !== undefined) return 'has both eval_time and end: use one of them'
  for (const [index, { value, values }] of (written.exp_samples ?? []).entries()) {
    const where = `exp_samples[${index}]`
    if ((value === undefined) === (values === undefined)) return `${where} needs exactly one of value and values`
    if (values !== undefined && written.end === undefined) return `${where} has values: they need start and end`
    const bad = values?.find((one) => typeof one === 'string')
    if (bad !== undefined) return `${where} has a value that is no number: ${JSON.stringify(bad)}; _ stands for none`
  }
  return undefined
}

/** The step that a range is asked with, in milliseconds. */
export function stepOf({ step }: Timing, intervalMs: number): number {
  return step === undefined || step === 0 ? intervalMs : step
}

/** Loki's own limit. */
const MAX_POINTS = 11_000

async function ask(context: ExprContext, expr: string, written: Timing): Promise<TestAnswer> {
  const { target, start } = context
  const at = (ms: number) => start + BigInt(Math.round(ms)) * NANOS_PER_MS
  const isLog = parseQuery(expr).kind === 'log'
  const end = written.end ?? written.eval_time ?? 0
  if (!isLog && written.end === undefined) return target.instant(expr, at(end))
  const points = (end - (written.start ?? 0)) / stepOf(written, context.intervalMs)
  if (!isLog && points > MAX_POINTS) {
    throw new Error('exceeded maximum resolution of 11,000 points per time series. Try a larger step')
  }
  return target.range({
    query: expr,
    start: written.start === undefined ? earliest(context) : at(written.start),
    // Loki leaves out what stands at the end of a range of logs; a test means it too.
    end: at(end) + (isLog ? 1n : 0n),
    stepMs: stepOf(written, context.intervalMs),
    limit: written.limit,
    isForward: written.direction === 'forward',
  })
}

function earliest({ streams, start }: ExprContext): bigint {
  return streams.reduce(
    (least, { entries }) => entries.reduce((found, { time }) => (time < found ? time : found), least),
    start,
  )
}

function mismatch(answer: TestAnswer, written: Expected): string | undefined {
  const isLogs = answer.kind === 'streams'
  if (isLogs === (written.exp_logs !== undefined)) return undefined
  return isLogs ? 'is a log query: compare it with exp_logs' : 'is a metric query: compare it with exp_samples'
}

function compare(context: ExprContext, answer: TestAnswer, written: Timing & Expected): Row[] {
  if (answer.kind === 'streams') return compareLogs(written.exp_logs ?? [], answer.entries, context.start)
  return compareSeries(written.exp_samples ?? [], answer.series, gridOf(context, written), context.isFuzzy)
}

/** Loki puts the first step on a multiple of the step. */
function gridOf({ start, intervalMs }: ExprContext, written: Timing): Grid {
  const stepMs = stepOf(written, intervalMs)
  const startMs = Number(start / NANOS_PER_MS)
  if (written.end === undefined) return { startMs, stepMs, steps: 1 }
  const from = Math.floor((startMs + (written.start ?? 0)) / stepMs) * stepMs
  const to = Math.ceil((startMs + written.end) / stepMs) * stepMs
  return { startMs: from, stepMs, steps: Math.round((to - from) / stepMs) + 1 }
}

function describe(answer: TestAnswer): string {
  if (answer.kind === 'streams') return `${answer.entries.length} entries`
  const [first] = answer.series
  return first === undefined ? 'an empty answer' : `${answer.series.length} series, ${labelsText(first.labels)} …`
}
