/** Patterns as they are printed: a table for people, JSON lines for programs. */
import { levelPainter } from '../../querying/entry-lines.ts'
import type { Screen } from '../../querying/screen.ts'
import { cut, escapeControls, escapeInJson, padEnd, padStart, widthOf } from '../../querying/width.ts'
import { formatInstant, type Instant } from '../../terms/instant.ts'
import type { Tallied } from './tally.ts'

const GAP = '  '
/** Where less is left of the line, templates are not cut. */
const MIN_TEMPLATE_CELLS = 20
const MAX_SERVICE_CELLS = 24

interface Column {
  readonly head: string
  readonly text: (pattern: Tallied) => string
  readonly pad: (text: string, cells: number) => string
}

const SERVICE: Column = {
  head: 'service',
  text: ({ service }) => cut(escapeControls(service), MAX_SERVICE_CELLS),
  pad: padEnd,
}
const COLUMNS: readonly Column[] = [
  { head: 'lines', text: ({ lines }) => String(lines), pad: padStart },
  { head: 'first', text: ({ first }) => timeText(first), pad: padEnd },
  { head: 'last', text: ({ last }) => timeText(last), pad: padEnd },
  { head: 'level', text: ({ level }) => level, pad: padEnd },
  { head: 'id', text: ({ id }) => id, pad: padEnd },
]

/** A row a pattern; with its service where there are several. */
export function patternLines(patterns: readonly Tallied[], { columns, colours }: Screen): string[] {
  if (patterns.length === 0) return []
  const isOneService = patterns.every(({ service }) => service === patterns[0].service)
  const shown = isOneService ? COLUMNS : [...COLUMNS, SERVICE]
  const rows = patterns.map((pattern) => shown.map(({ text }) => text(pattern)))
  const widths = shown.map(({ head }, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column])), head.length),
  )
  const used = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  const room = columns - used < MIN_TEMPLATE_CELLS ? Number.POSITIVE_INFINITY : columns - used
  const paint = levelPainter(colours)
  const lines = rows.map((row, index) => {
    const { level, template } = patterns[index]
    const cells = row.map((text, column) => {
      const padded = shown[column].pad(text, widths[column])
      return shown[column].head === 'level' ? paint(level, padded) : padded
    })
    return [...cells, cut(escapeControls(template), room)].join(GAP)
  })
  const heads = shown.map(({ head, pad }, column) => pad(head, widths[column]))
  return [colours.bold([...heads, 'template'].join(GAP)), ...lines]
}

export function patternJson({ first, last, ...pattern }: Tallied): string {
  const { id, service, level, lines, template, sample } = pattern
  return escapeInJson(
    JSON.stringify({
      pattern_id: id,
      service,
      level,
      lines,
      first_seen: first && formatInstant(first),
      last_seen: last && formatInstant(last),
      template,
      sample,
    }),
  )
}

/** To the second: a table is for eyes. */
function timeText(time: Instant | undefined): string {
  return time === undefined ? '-' : `${formatInstant(time).slice(0, '2026-11-21T12:00:00'.length)}Z`
}
