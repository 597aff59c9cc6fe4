/** Metric results as tables: a row a series, or a row a point in time. */
import type { Labels, Sample, Series } from './answer.ts'
import type { TimeText } from './clock-text.ts'
import type { Screen } from './screen.ts'
import { cut, escapeControls, padEnd, padStart, widthOf } from './width.ts'

const GAP = '  '
const MAX_TEXT_CELLS = 60
/** More labels than that stand better in one column. */
const MAX_LABEL_COLUMNS = 5
const MAX_TREND_CELLS = 60
const MIN_TREND_CELLS = 8

/** A row a series: its labels, then its value (vector, scalar). */
export function vectorLines(series: readonly Series[], screen: Screen): string[] {
  const heads = labelHeads(series)
  const rows = series.map(({ labels, samples }) => [...labelCells(labels, heads), numberText(samples[0]?.value)])
  return tableLines([...heads, 'value'], rows, heads.length, screen)
}

/** A row a series: its labels, least, mean, greatest and last value; on a terminal how they went. */
export function matrixLines(series: readonly Series[], screen: Screen, times: TimeText): string[] {
  const heads = labelHeads(series)
  const rows = series.map(({ labels, samples }) => {
    const values = samples.map(({ value }) => value)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const [least, greatest] = extremes(values)
    return [...labelCells(labels, heads), ...[least, mean, greatest, values.at(-1)].map(numberText)]
  })
  const lines = tableLines([...heads, 'min', 'avg', 'max', 'last'], rows, heads.length, screen)
  return screen.isTerminal ? withTrends(lines, series, screen, times) : lines
}

/** A row a point in time, a column a series: all of them where nothing cuts, on a terminal those that fit. */
export function timeLines(series: readonly Series[], screen: Screen, times: TimeText): string[] {
  const names = series.map(({ labels }) => cut(seriesName(labels, labelHeads(series)), 24) || 'value')
  const points = [...new Set(series.flatMap(({ samples }) => samples.map(({ time }) => time)))].sort((a, b) => a - b)
  const values = series.map(({ samples }) => new Map(samples.map(({ time, value }) => [time, value])))
  const cells = points.map((time) => values.map((one) => numberText(one.get(time))))
  const widths = names.map((name, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]!.length), widthOf(name)),
  )
  const timeCells = points.map((time) => times.full(BigInt(time) * 1_000_000n))
  let room = screen.columns - Math.max(4, timeCells[0]?.length ?? 0)
  let shown = 0
  while (shown < names.length && (room -= widths[shown]! + GAP.length) >= 0) shown++
  shown = Math.max(1, shown)
  const rows = cells.map((row, index) => [timeCells[index]!, ...row.slice(0, shown)])
  const lines = tableLines(['time', ...names.slice(0, shown)], rows, 1, screen)
  if (shown < names.length) lines.push(screen.colours.dim(`… and ${names.length - shown} series more`))
  return lines
}

/** {level="error", service="api"} */
export function labelsText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** Label names as columns where they are few; else one column for all. */
function labelHeads(series: readonly Series[]): readonly string[] {
  const names = [...new Set(series.flatMap(({ labels }) => [...labels.keys()]))].sort()
  if (names.length > MAX_LABEL_COLUMNS) return ['series']
  return names.map(escapeControls)
}

function labelCells(labels: Labels, heads: readonly string[]): string[] {
  const isOne = heads.length === 1 && heads[0] === 'series' && !labels.has('series')
  if (isOne) return [cut(escapeControls(labelsText(labels)), MAX_TEXT_CELLS)]
  return heads.map((name) => cut(escapeControls(labels.get(name) ?? ''), MAX_TEXT_CELLS))
}

function seriesName(labels: Labels, heads: readonly string[]): string {
  return labelCells(labels, heads).join('/')
}

/** Columns up to `texts` are flush left, the others numbers. */
function tableLines(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  texts: number,
  { colours }: Screen,
): string[] {
  const widths = heads.map((head, column) =>
    rows.reduce((max, row) => Math.max(max, widthOf(row[column]!)), widthOf(head)),
  )
  const lineOf = (cells: readonly string[]) =>
    cells.map((cell, column) => (column < texts ? padEnd : padStart)(cell, widths[column]!)).join(GAP)
  return [colours.bold(lineOf(heads)), ...rows.map((row) => lineOf(row).trimEnd())]
}

function withTrends(
  lines: readonly string[],
  series: readonly Series[],
  { columns, colours }: Screen,
  times: TimeText,
): string[] {
  const all = series.flatMap(({ samples }) => [samples[0], samples.at(-1)]).filter((sample) => sample !== undefined)
  const [first, last] = extremes(all.map(({ time }) => time))
  const used = extremes(lines.slice(1).map(widthOf))[1]
  const cells = Math.min(MAX_TREND_CELLS, columns - used - GAP.length)
  if (cells < MIN_TREND_CELLS || first === last) return [...lines]
  const step = stepOf(series)
  const points = Math.round((last - first) / step) + 1
  const width = Math.min(cells, points)
  const [from, to] = [first, last].map((time) => times.clock(BigInt(time) * 1_000_000n))
  const head = CLOCK_CHARS.map((chars) => `${from!.slice(0, chars)} → ${to!.slice(0, chars)}`).find(
    (text) => text.length <= cells,
  )
  return lines.map((line, index) => {
    if (index === 0) return `${line}${GAP}${colours.dim(head ?? '')}`.trimEnd()
    return `${padEnd(line, used)}${GAP}${colours.cyan(sparkline(series[index - 1]!.samples, first, last, width))}`.trimEnd()
  })
}

/** 10:00:00, where there is no room for that 10:00. */
const CLOCK_CHARS = [8, 5]

/** The least distance between points, in milliseconds. */
function stepOf(series: readonly Series[]): number {
  let step = Number.POSITIVE_INFINITY
  for (const { samples } of series) {
    for (let i = 1; i < samples.length; i++) step = Math.min(step, samples[i]!.time - samples[i - 1]!.time)
  }
  return Number.isFinite(step) && step > 0 ? step : 1
}

const BARS = '▁▂▃▄▅▆▇█'

/** The greatest value of each cell's time, from 0 (or the least, when that is below) to the greatest; no value is a gap. */
export function sparkline(samples: readonly Sample[], first: number, last: number, cells: number): string {
  const peaks = new Array<number>(cells).fill(Number.NaN)
  for (const { time, value } of samples) {
    const cell = last === first ? 0 : Math.min(cells - 1, Math.floor(((time - first) / (last - first)) * cells))
    if (!Number.isNaN(value) && !(value <= peaks[cell]!)) peaks[cell] = value
  }
  const finite = peaks.filter(Number.isFinite)
  const low = Math.min(0, ...finite)
  const high = Math.max(...finite)
  return peaks
    .map((peak) => {
      if (Number.isNaN(peak)) return ' '
      if (!Number.isFinite(peak)) return peak > 0 ? '█' : '▁'
      return BARS[high === low ? 0 : Math.round(((peak - low) / (high - low)) * (BARS.length - 1))]!
    })
    .join('')
}

function extremes(values: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return values.every(Number.isNaN) ? [Number.NaN, Number.NaN] : [least, greatest]
}

/** Four digits that say something; whole numbers whole. */
export function numberText(value: number | undefined): string {
  if (value === undefined) return ''
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? String(value) : value.toExponential(3)
  const size = Math.abs(value)
  if (size >= 1000) return value.toFixed(1)
  if (size < 1e-4) return value.toExponential(2)
  return String(Number(value.toPrecision(4)))
}
