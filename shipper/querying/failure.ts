/** What a refused query looks like: the query with a caret under the place, and Loki's words. */
import type { RefusedQuery } from './loki.ts'
import { escapeControls, widthOf } from './width.ts'

/** Code characters of the query that stand before the caret, at most: long queries are cut around it. */
const MAX_BEFORE = 60
const MAX_BEHIND = 40

/** Lines for stderr. `name`: who refused. */
export function refusalText({ message, status, place, isUsage }: RefusedQuery, query: string, name: string): string {
  const said = escapeControls(message.trim())
  if (!isUsage) return `longship: ${name} refused the query (${status}): ${said}`
  const marked = place === undefined ? [] : markPlace(query, place)
  return [`longship: ${said}`, ...marked.map((line) => `  ${line}`)].join('\n')
}

/** The line of the query, and a caret below the column: Loki counts both from 1, the column in bytes or characters. */
export function markPlace(query: string, { line, column }: { line: number; column: number }): string[] {
  const text = query.split('\n')[line - 1]
  if (text === undefined) return [escapeControls(query)]
  const chars = [...text]
  const at = Math.min(Math.max(column - 1, 0), chars.length)
  const start = Math.max(0, at - MAX_BEFORE)
  const end = Math.min(chars.length, at + MAX_BEHIND)
  const before = `${start > 0 ? '…' : ''}${escapeControls(chars.slice(start, at).join(''))}`
  const behind = `${escapeControls(chars.slice(at, end).join(''))}${end < chars.length ? '…' : ''}`
  return [`${before}${behind}`, `${' '.repeat(widthOf(before))}^`]
}
