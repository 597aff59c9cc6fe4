/** `| json`: an object's members become labels, nested ones joined by _; arrays and null do not (Loki's JSONParser). */
import { extract, type Row, type Stage, sanitizeName } from '../row.ts'

export function jsonStage(): Stage {
  return (row) => {
    const fault = readObject({ text: row.line(), at: 0 }, '', row, 0)
    if (fault !== '') {
      row.error = 'JSONParserErr'
      row.details = fault
    }
    return true
  }
}

interface Reader {
  readonly text: string
  at: number
}

const OBJECT_FAULT = "Value looks like object, but can't find closing '}' symbol"
const STRING_FAULT = "Value is string, but can't find closing '\"' symbol"
const VALUE_FAULT = "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol"
/** Deeper members are not looked at: nobody filters by them, and the stack ends somewhere. */
const MAX_DEPTH = 100

/** Reads an object; what stood before a fault is kept, as in Loki. Returns the fault, '' when there is none. */
function readObject(r: Reader, prefix: string, row: Row, depth: number): string {
  skipSpace(r)
  if (r.text[r.at] !== '{') return OBJECT_FAULT
  r.at++
  skipSpace(r)
  if (r.text[r.at] === '}') {
    r.at++
    return ''
  }
  for (;;) {
    skipSpace(r)
    if (r.text[r.at] !== '"') return OBJECT_FAULT
    const key = readString(r)
    if (key === undefined) return STRING_FAULT
    skipSpace(r)
    if (r.text[r.at] !== ':') return OBJECT_FAULT
    r.at++
    skipSpace(r)
    const fault = readValue(r, memberName(prefix, key), row, depth)
    if (fault !== '') return fault
    skipSpace(r)
    const next = r.text[r.at++]
    if (next === '}') return ''
    if (next !== ',') return OBJECT_FAULT
  }
}

function memberName(prefix: string, key: string): string {
  if (prefix === '') return sanitizeName(key)
  const part = key.trim().replace(/[^a-zA-Z0-9_]/gu, '_')
  return part === '' ? prefix : `${prefix}_${part}`
}

function readValue(r: Reader, name: string, row: Row, depth: number): string {
  const char = r.text[r.at]
  if (char === '{' && depth < MAX_DEPTH) return readObject(r, name, row, depth + 1)
  if (char === '{' || char === '[') return skipNested(r)
  if (char === '"') {
    const text = readString(r)
    if (text === undefined) return STRING_FAULT
    if (name !== '') extract(row, name, text)
    return ''
  }
  const start = r.at
  while (r.at < r.text.length && !ENDS.has(r.text[r.at]!)) r.at++
  if (r.at >= r.text.length) return VALUE_FAULT
  const bare = r.text.slice(start, r.at)
  if (bare === 'null') return ''
  if (bare !== 'true' && bare !== 'false' && !/^[-0-9]/.test(bare)) return 'Unknown value type'
  if (name !== '') extract(row, name, bare)
  return ''
}

const ENDS: ReadonlySet<string> = new Set([',', '}', ']', ' ', '\t', '\r', '\n'])

function skipSpace(r: Reader): void {
  while (r.at < r.text.length && r.text.charCodeAt(r.at) <= 32) r.at++
}

/** The text at a quote; '' for one whose escapes are wrong, undefined for one that does not end. */
function readString(r: Reader): string | undefined {
  const start = r.at
  let end = r.text.indexOf('"', start + 1)
  while (end > 0 && isEscaped(r.text, start, end)) end = r.text.indexOf('"', end + 1)
  if (end < 0) return undefined
  r.at = end + 1
  const inner = r.text.slice(start + 1, end)
  if (!inner.includes('\\')) return inner
  try {
    return JSON.parse(`"${inner.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}"`) as string
  } catch {
    return ''
  }
}

function isEscaped(text: string, start: number, quote: number): boolean {
  let slashes = 0
  for (let i = quote - 1; i > start && text[i] === '\\'; i--) slashes++
  return slashes % 2 === 1
}

function skipNested(r: Reader): string {
  const opener = r.text[r.at]
  let depth = 0
  for (; r.at < r.text.length; r.at++) {
    const char = r.text[r.at]
    if (char === '"') {
      if (readString(r) === undefined) return STRING_FAULT
      r.at--
    } else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) {
      r.at++
      return ''
    }
  }
  return opener === '[' ? "Value is array, but can't find closing ']' symbol" : OBJECT_FAULT
}
