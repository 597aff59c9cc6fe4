/** Ids that belong together: under which names the id was found, and which others its records carry. */
import type { Identifier, TraceRecord } from './trace-records.ts'
import { cut, escapeControls } from './width.ts'

const MAX_RELATED = 5
const MAX_ID_CELLS = 64

/** Hints, a line each; '' for none. */
export function relatedIds(id: string, records: readonly TraceRecord[]): string[] {
  const under = new Map<Identifier, number>()
  const others = new Map<string, { readonly names: Set<Identifier>; count: number }>()
  for (const { ids } of records) {
    for (const [name, value] of ids) {
      if (value === id) under.set(name, (under.get(name) ?? 0) + 1)
      else {
        const known = others.get(value) ?? { names: new Set<Identifier>(), count: 0 }
        known.names.add(name)
        known.count++
        others.set(value, known)
      }
    }
  }
  const lines: string[] = []
  if (under.size > 1) {
    const names = [...under].map(([name, count]) => `${name} (${count})`)
    lines.push(`the same id stands under several names: ${names.join(', ')}`)
  }
  const related = [...others].sort(([, a], [, b]) => b.count - a.count)
  for (const [value, { names, count }] of related.slice(0, MAX_RELATED)) {
    const shown = cut(escapeControls(value), MAX_ID_CELLS)
    lines.push(
      `${count} of these records also carry ${[...names].join(', ')} ${shown}: longship trace ${quoteForShell(shown)}`,
    )
  }
  if (related.length > MAX_RELATED) lines.push(`… and ${related.length - MAX_RELATED} other ids`)
  return lines
}

function quoteForShell(text: string): string {
  return /^[\w.:/@-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
