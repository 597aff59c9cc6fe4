/** A timeline for people: sections by service, a row a record, and what it comes to. */
import type { TimeText } from './clock-text.ts'
import { levelPainter } from './entry-lines.ts'
import type { Screen } from './screen.ts'
import type { TraceRecord } from './trace-records.ts'
import { cut, escapeControls, padEnd, padStart, widthOf } from './width.ts'

const MAX_NODE_CELLS = 24
const LEVEL_CELLS = 5
const BAR_CELLS = 12
/** A bar takes its place from what is said; below this width that is needed more. */
const MIN_BAR_COLUMNS = 100
/** A gap is large when it takes this share of the whole time. */
const LARGE_SHARE = 0.2
const LARGE_MS = 10

export function timelineLines(id: string, records: readonly TraceRecord[], screen: Screen, times: TimeText): string[] {
  const { colours } = screen
  const layout = layoutOf(records, screen)
  const lines: string[] = []
  const [first] = records
  if (first === undefined) return lines
  lines.push(
    `${colours.bold(escapeControls(id))}  ${countText(records.length, 'record')} from ${times.full(first.entry.time)}`,
  )
  let service: string | undefined
  for (const record of records) {
    if (record.service !== service) lines.push('', colours.bold(escapeControls(record.service || '(no service)')))
    service = record.service
    lines.push(rowOf(record, layout, screen))
  }
  lines.push('', ...summaryLines(records, screen))
  return lines
}

interface Layout {
  readonly offset: number
  readonly gap: number
  readonly node: number
  readonly duration: number
  readonly longestMs: number
  readonly totalMs: number
  readonly hasBars: boolean
  /** Cells of the longest text, and behind it. */
  readonly text: number
  readonly behind: number
}

function layoutOf(records: readonly TraceRecord[], { isTerminal, columns }: Screen): Layout {
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
  const durations = records.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))
  const duration = widest(durations.map(lengthText))
  const hasBars = isTerminal && columns >= MIN_BAR_COLUMNS && durations.length > 0
  return {
    offset: widest(records.map(({ offsetMs }) => lengthText(offsetMs))) + 1,
    gap: widest(records.map(({ gapMs }) => lengthText(gapMs))) + 1,
    node: Math.min(MAX_NODE_CELLS, widest(records.map(({ node }) => escapeControls(node)))),
    duration,
    longestMs: durations.reduce((most, ms) => Math.max(most, ms), 0),
    totalMs: records.at(-1)?.offsetMs ?? 0,
    hasBars,
    text: widest(records.map(textOf)),
    behind: (duration === 0 ? 0 : duration + 2) + (hasBars ? BAR_CELLS + 1 : 0),
  }
}

function rowOf(record: TraceRecord, layout: Layout, { colours, columns }: Screen): string {
  const { offsetMs, gapMs, durationMs, isError, level } = record
  const offset = padStart(`+${lengthText(offsetMs)}`, layout.offset)
  const isLarge = isLargeGap(gapMs, layout.totalMs)
  const gap = padStart(gapMs === 0 ? '' : `${isLarge ? '!' : ''}${lengthText(gapMs)}`, layout.gap)
  const node = padEnd(cut(escapeControls(record.node), layout.node), layout.node)
  const shownLevel = padEnd(cut(escapeControls(level).toUpperCase(), LEVEL_CELLS), LEVEL_CELLS)
  const mark = isError ? '✗' : ' '
  const head = `  ${offset} ${gap}  ${node}  ${shownLevel} ${mark} `
  const text = textOf(record)
  const room = Math.min(layout.text, Math.max(columns - widthOf(head) - layout.behind, MIN_TEXT_CELLS))
  const what = cut(text, room)
  const paint = levelPainter(colours)
  const shownGap = isLarge ? colours.yellow(gap) : colours.dim(gap)
  const shownHead = `  ${offset} ${shownGap}  ${colours.cyan(node)}  ${paint(level, shownLevel)} ${colours.red(mark)} `
  const shown = `${shownHead}${isError ? colours.red(what) : what}`
  if (durationMs === undefined) return shown.trimEnd()
  const padding = Number.isFinite(columns) ? ' '.repeat(Math.max(0, room - widthOf(what))) : ''
  const bar = layout.hasBars ? ` ${colours.blue(barText(durationMs, layout.longestMs))}` : ''
  return `${shown}${padding}  ${padStart(lengthText(durationMs), layout.duration)}${bar}`
}

function textOf({ message, event, error }: TraceRecord): string {
  const said = [event !== '' && !says(message, event) ? `${message} (${event})` : message, error]
  return escapeControls(said.filter((part) => part !== '').join(': '))
}

/** node_start is said by "node started". */
function says(message: string, event: string): boolean {
  const plain = message.toLowerCase()
  return plain.includes(event.toLowerCase()) || plain.includes(event.toLowerCase().replace(/[_.-]/g, ' '))
}

const MIN_TEXT_CELLS = 12

export function isLargeGap(gapMs: number, totalMs: number): boolean {
  return gapMs >= LARGE_MS && gapMs >= totalMs * LARGE_SHARE
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function barText(ms: number, longestMs: number): string {
  if (ms <= 0 || longestMs <= 0) return ''
  const eighths = Math.max(1, Math.round((ms / longestMs) * BAR_CELLS * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!
}

function summaryLines(records: readonly TraceRecord[], { colours }: Screen): string[] {
  const services = new Map<string, { records: number; errors: number }>()
  for (const { service, isError } of records) {
    const count = services.get(service) ?? { records: 0, errors: 0 }
    services.set(service, { records: count.records + 1, errors: count.errors + (isError ? 1 : 0) })
  }
  const errors = records.filter(({ isError }) => isError)
  const longest = records.reduce((best, record) => (record.gapMs > best.gapMs ? record : best), records[0]!)
  const named = [...services].map(([name, { records: count, errors: bad }]) => {
    const failed = bad === 0 ? '' : `, ${countText(bad, 'error')}`
    return `${escapeControls(name) || '(no service)'} (${count}${failed})`
  })
  const rows = [
    ['services', `${services.size}: ${named.join(', ')}`],
    ['total', `${lengthText(records.at(-1)!.offsetMs)} from the first record to the last`],
    ['errors', errors.length === 0 ? 'none' : `${errors.length}, the first at +${lengthText(errors[0]!.offsetMs)}`],
  ]
  if (longest.gapMs > 0) {
    const before = records[records.indexOf(longest) - 1]!
    const names = [before, longest].map(({ service, node }) =>
      escapeControls([service, node].filter(Boolean).join('/')),
    )
    rows.push([
      'longest gap',
      `${lengthText(longest.gapMs)}, before +${lengthText(longest.offsetMs)} (${names.join(' → ')})`,
    ])
  }
  return rows.map(([name, text]) => `${colours.bold(padEnd(name!, 12))} ${text}`)
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** 0ms, 0.4ms, 12ms, 1.234s, 2m03s, 1h02m */
export function lengthText(ms: number): string {
  if (ms < 1 && ms > 0) return `${Number(ms.toPrecision(2))}ms`
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`
  if (Math.round(ms) < 60_000) return `${(ms / 1000).toFixed(3)}s`
  const seconds = Math.round(ms / 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`
}
