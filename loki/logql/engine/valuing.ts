/** Series of functions over unwrapped values: keeps their samples, then moves the window over them. */
import type { RangeExpr } from '../ast.ts'
import { QueryError } from '../error.ts'
import type { LabelSet } from './labelset.ts'
import { createSeries, type Series } from './matrix.ts'
import { quantileFold, type RangeFold, VALUE_OPS, type ValueOp } from './rangeops.ts'
import { addSample, createSamples, type Samples, sortSamples, type Window } from './samples.ts'
import type { Answer, Slide } from './sliding.ts'
import type { EntryRow, Turn } from './source.ts'
import { createHashReader } from './streamhash.ts'
import type { Windows } from './windows.ts'

export interface ValueSeries {
  readonly labels: LabelSet
  readonly samples: Samples
}

/** What these answer depends on which of several samples of one time comes first: Loki goes by their streams. */
const ORDERED: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time', 'rate_counter'])

/** Samples that one query may hold: 16 bytes each, and as much again while they are sorted. */
const MAX_SAMPLES = 20_000_000

export function createValues(expr: RangeExpr, windows: Windows) {
  const fold = expr.op === 'quantile_over_time' ? quantileFold(expr.parameter) : VALUE_OPS[expr.op as ValueOp]
  const isOrdered = ORDERED.has(expr.op)
  const hashOf = createHashReader()
  let count = 0
  return {
    open: (labels: LabelSet): ValueSeries => ({ labels, samples: createSamples(isOrdered) }),
    add(series: ValueSeries, row: EntryRow, time: number, value: number): void {
      if (++count > MAX_SAMPLES)
        throw new QueryError(400, `the query reads more than ${MAX_SAMPLES} values; ask for less time or select less`)
      addSample(series.samples, time, value, isOrdered ? Number(hashOf(row) >> 11n) : 0)
    },
    async finish(all: readonly ValueSeries[], turn: Turn): Promise<Series[]> {
      const finished: Series[] = []
      for (const { labels, samples } of all) {
        for (const _ of sortSamples(samples)) if (turn.isDue()) await turn.pause()
        finished.push(await slideOver(labels, samples, windows, fold, expr.rangeMs / 1000, turn))
        if (turn.isDue()) await turn.pause()
      }
      return finished
    },
  }
}

/** Up to so many samples in all windows of a series together are added up window by window, in Loki's order. */
const MAX_FOLDED = 1_000_000

async function slideOver(
  labels: LabelSet,
  samples: Samples,
  windows: Windows,
  fold: RangeFold,
  seconds: number,
  turn: Turn,
): Promise<Series> {
  const series = createSeries(labels, windows.count)
  const { times, values, count } = samples
  const answer = isFolded(samples, windows, fold) ? undefined : await prepare(samples, fold.slide!, turn)
  const window: Window = { times, values, from: 0, to: 0 }
  for (let i = 0; i < windows.count; i++) {
    // Counted from the span's start, the window of step i holds [i steps, i steps + range).
    const start = i * windows.step
    const end = start + windows.range
    while (window.from < count && times[window.from]! < start) window.from++
    if (window.to < window.from) window.to = window.from
    while (window.to < count && times[window.to]! < end) window.to++
    if (window.to === window.from) continue
    series.has[i] = 1
    series.values[i] = answer === undefined ? fold.fold(window, seconds) : answer(window, seconds)
    if (turn.isDue()) await turn.pause()
  }
  return series
}

/** Whether each window is added up anew. An exact way around that is taken where it is the shorter one. */
function isFolded({ times, count }: Samples, windows: Windows, fold: RangeFold): boolean {
  if (fold.slide === undefined) return true
  let folded = 0
  for (let i = 0; i < count; i++) folded += windows.behindOf(times[i]!) - windows.firstOf(times[i]!)
  return folded <= (fold.isSlideExact ? 3 * count : MAX_FOLDED)
}

async function prepare({ times, values, count }: Samples, slide: Slide, turn: Turn): Promise<Answer> {
  const preparing = slide(times, values, count)
  for (;;) {
    const step = preparing.next()
    if (step.done) return step.value
    if (turn.isDue()) await turn.pause()
  }
}
