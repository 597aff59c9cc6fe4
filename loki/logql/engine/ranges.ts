/**
 * Range functions: one pass over the entries, whatever the number of steps. Functions that count add each entry to
 * the first step whose window holds it and take it away behind the last; functions over values keep the samples of
 * each series and move a window over them.
 */
import type { Grouping, MetricExpr, RangeExpr } from '../ast.ts'
import { QueryError } from '../error.ts'
import { createUnwrap } from '../stages/unwrap.ts'
import { absentSeries } from './absent.ts'
import { createCounts } from './counting.ts'
import type { LabelSet } from './labelset.ts'
import { labelValue } from './labelset.ts'
import { writeLabelText } from './labeltext.ts'
import { hasValues, type Series, type Steps } from './matrix.ts'
import { hintsOf, type LabelNeeds, needsOf } from './needs.ts'
import { allLabels, createSeriesOf } from './seriesof.ts'
import { setsLabels, withoutLineFormats } from './simplify.ts'
import type { EntryRow, LogSource, Turn } from './source.ts'
import { createValues } from './valuing.ts'
import { createWindows, type Windows } from './windows.ts'

export interface Evaluation {
  readonly source: LogSource
  readonly steps: Steps
  readonly turn: Turn
  /** max_query_series. */
  readonly maxSeries: number
  /** Parts of the query that may have no more series than that either, see distribute.ts. */
  readonly parts: ReadonlySet<MetricExpr>
  /** Expressions in whose place stand the series of several others together, see split.ts. */
  readonly joined: ReadonlyMap<MetricExpr, readonly MetricExpr[]>
}

/** `outer` is the grouping of a sum around the function, pushed down to where entries are put into series. */
export async function evaluateRange(
  query: Evaluation,
  expr: RangeExpr,
  outer: Grouping | undefined,
): Promise<Series[]> {
  const windows = createWindows(query.steps, expr)
  const needs = needsOf(expr, outer)
  const found =
    expr.unwrap === undefined
      ? await countEntries(query, expr, needs, windows)
      : await collectValues(query, expr, needs, windows)
  const present = found.filter((series) => hasValues(series) && isReadable(series.labels))
  return expr.op === 'absent_over_time' ? absentSeries(expr.log, present, query.steps.count) : present
}

/** Loki reads a series' labels again from their text, and leaves out what Prometheus cannot read: half a character. */
function isReadable({ pairs }: LabelSet): boolean {
  return !pairs.some(([, value]) => value.includes('\ufffd'))
}

async function countEntries(
  query: Evaluation,
  expr: RangeExpr,
  needs: LabelNeeds,
  windows: Windows,
): Promise<Series[]> {
  const counts = createCounts(expr, windows.count)
  const known = createKnown(counts.open, counts.cellsPerSeries)
  const seriesOf = createSeriesOf(needs, query.source, setsLabels(expr.log), known.open)
  await scan(query, expr, needs, windows, (row, _time, first, behind) => {
    checkError(row)
    counts.add(seriesOf(row), row, first, behind)
  })
  return counts.finish(known.all, query.turn)
}

async function collectValues(
  query: Evaluation,
  expr: RangeExpr,
  needs: LabelNeeds,
  windows: Windows,
): Promise<Series[]> {
  const values = createValues(expr, windows)
  const known = createKnown(values.open, windows.count + CELLS_OF_SAMPLES)
  const seriesOf = createSeriesOf(needs, query.source, setsLabels(expr.log), known.open)
  const unwrap = createUnwrap(expr.unwrap!)
  await scan(query, expr, needs, windows, (row, time) => {
    const value = unwrap(row)
    if (value === undefined) return
    checkError(row)
    values.add(seriesOf(row), row, time, value)
  })
  return values.finish(known.all, query.turn)
}

function scan(
  query: Evaluation,
  expr: RangeExpr,
  needs: LabelNeeds,
  windows: Windows,
  take: (row: EntryRow, time: number, first: number, behind: number) => void,
): Promise<void> {
  const log = withoutLineFormats(expr)
  return query.source.scan({
    log,
    hints: hintsOf(expr, log, needs),
    ...windows.span,
    isBackward: false,
    onEntry(row, time) {
      const first = windows.firstOf(time)
      const behind = windows.behindOf(time)
      if (behind > first) take(row, time, first, behind)
      return true
    },
  })
}

/** Numbers that one pass may hold in its series: 160 MB. Only a query by unbounded labels comes near. */
const MAX_CELLS = 20_000_000
/** What a series takes besides its numbers, labels and all, in numbers. */
const CELLS_OF_LABELS = 100
const CELLS_OF_SAMPLES = 40

/** One series for each set of labels. */
function createKnown<Held>(open: (labels: LabelSet) => Held, cellsPerSeries: number) {
  const byKey = new Map<string, Held>()
  const all: Held[] = []
  const most = Math.floor(MAX_CELLS / (cellsPerSeries + CELLS_OF_LABELS))
  return {
    all,
    open(labels: LabelSet): Held {
      let held = byKey.get(labels.key)
      if (held === undefined) {
        if (all.length >= most) throw tooWide(most)
        checkLabels(labels)
        byKey.set(labels.key, (held = open(labels)))
        all.push(held)
      }
      return held
    },
  }
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Not Loki's max_query_series, which counts what a query answers: what it goes through on the way has to fit in here. */
function tooWide(series: number): QueryError {
  const message = `query needs more than ${series} series at once, which is what the embedded server holds for one; narrow the selector, drop labels that nearly every line has another value of (| keep, | drop), or aggregate by labels with fewer values`
  return new QueryError(400, message)
}

/** An entry's error is an error of the query, unless the query asks for such errors. */
function checkError(row: EntryRow): void {
  if (row.error !== '') checkLabels(allLabels(row, NO_NAMES))
}

/** The error may also be a label that a parser found. */
function checkLabels(labels: LabelSet): void {
  const type = labelValue(labels, '__error__')
  if (type === '' || labelValue(labels, '__preserve_error__') === 'true') return
  const message = `pipeline error: '${type}' for series: '${writeLabelText(labels.pairs)}'.\nUse a label filter to intentionally skip this error. (e.g | __error__!="${type}").\nTo skip all potential errors you can match empty errors.(e.g __error__="")\nThe label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n`
  throw new QueryError(400, message)
}
