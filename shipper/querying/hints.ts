/** What to say when nothing was found: where there is something. */
import type { Loki } from './loki.ts'
import { type Range, timeText } from './times.ts'
import { cut, escapeControls } from './width.ts'

const MAX_NAMES = 12
const MAX_VALUES = 6
const MAX_VALUE_CELLS = 40
/** Labels whose values are worth a look, as far as there are any. */
const TOLD = ['service', 'service_name', 'app', 'job', 'node', 'level', 'env']

/** Lines for stderr. Never throws: a hint is no result. */
export async function emptyHint(loki: Loki, range: Range): Promise<string[]> {
  const { start, end } = range
  const lines = [`nothing found from ${timeText(start)} to ${timeText(end)} in ${loki.name}`]
  const { span } = loki
  if (span !== undefined && (start > span.start || end < span.end)) {
    lines.push(`  its entries are from ${timeText(span.start)} to ${timeText(span.end)}`)
  }
  try {
    const names = await loki.labels(start, end)
    if (names.length === 0) {
      lines.push(
        span === undefined
          ? '  there are no streams at all in that time: try a longer --since'
          : '  there is no entry in it at all',
      )
      return lines
    }
    lines.push(`  labels there: ${listText(names, MAX_NAMES)}`)
    for (const name of TOLD.filter((each) => names.includes(each)).slice(0, 4)) {
      const values = await loki.values(name, start, end)
      if (values.length > 0) lines.push(`  ${name}: ${listText(values, MAX_VALUES)}`)
    }
  } catch {}
  return lines
}

function listText(texts: readonly string[], most: number): string {
  const shown = texts.slice(0, most).map((text) => cut(escapeControls(text), MAX_VALUE_CELLS))
  return `${shown.join(', ')}${texts.length > most ? `, … (${texts.length} in all)` : ''}`
}
