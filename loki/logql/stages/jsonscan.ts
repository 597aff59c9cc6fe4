/**
 * JSON as grafana/jsonparser reads it, which is not as the standard does: braces are matched without looking at brackets,
 * a number is whatever starts like one, what follows the object does not matter. For lines that are odd; json.ts reads
 * the others. `fault` is the parser's message.
 */
import { unescapeJson } from './text.ts'

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

export const OBJECT_FAULT = "Value looks like object, but can't find closing '}' symbol"
const ARRAY_FAULT = "Value is array, but can't find closing ']' symbol"
const STRING_FAULT = "Value is string, but can't find closing '\"' symbol"
const ESCAPE_FAULT = 'Encountered an invalid escape sequence in a string'
const UNKNOWN_FAULT = 'Unknown value type'
export const JSON_FAULT = 'Malformed JSON error'

/** A value's place: of a string, what is between the quotes; `next` is behind it. */
export interface JsonValue {
  readonly kind: JsonKind
  readonly start: number
  readonly end: number
  readonly next: number
}

export type JsonRead = JsonValue | { readonly fault: string }

export function isSpaceCode(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

/** The next place that is no space; -1 at the end. */
export function nextToken(text: string, at: number, end: number): number {
  for (let i = at; i < end; i++) if (!isSpaceCode(text.charCodeAt(i))) return i
  return -1
}

/** The place of the quote that ends the string whose inside starts at `start`; -1 when there is none. */
export function stringEnd(text: string, start: number, end: number): number {
  for (let quote = text.indexOf('"', start); quote >= 0 && quote < end; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (quote - slashes > start && text.charCodeAt(quote - slashes - 1) === 92) slashes++
    if (slashes % 2 === 0) return quote
  }
  return -1
}

/** Behind the bracket that closes the one at `at`, counting brackets of this kind only; -1 when there is none. */
export function blockEnd(text: string, at: number, end: number): number {
  const open = text.charCodeAt(at)
  const close = open === 123 ? 125 : 93
  let level = 0
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      i = stringEnd(text, i + 1, end)
      if (i < 0) return -1
    } else if (code === open) level++
    else if (code === close && --level === 0) return i + 1
  }
  return -1
}

export interface BlockEnds {
  endOf(at: number, end: number): number
}

/** Ends of all objects of a text in one pass, so that deep nesting costs no more than one: blockEnd's answers. */
export function createBlockEnds(text: string, from: number): BlockEnds {
  let ends: Map<number, number> | undefined
  const build = () => {
    const found = new Map<number, number>()
    const open: number[] = []
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 34) {
        i = stringEnd(text, i + 1, text.length)
        if (i < 0) break
      } else if (code === 123) open.push(i)
      else if (code === 125 && open.length > 0) found.set(open.pop()!, i + 1)
    }
    return found
  }
  return {
    endOf(at, end) {
      ends ??= build()
      const found = ends.get(at)
      return found === undefined || found > end ? -1 : found
    },
  }
}

/** The value at or behind `at`. */
export function readValue(text: string, at: number, end: number, blocks?: BlockEnds): JsonRead {
  const start = nextToken(text, at, end)
  if (start < 0) return { fault: JSON_FAULT }
  const code = text.charCodeAt(start)
  if (code === 34) {
    const quote = stringEnd(text, start + 1, end)
    return quote < 0 ? { fault: STRING_FAULT } : { kind: 'string', start: start + 1, end: quote, next: quote + 1 }
  }
  if (code === 91 || code === 123) {
    const isObject = code === 123
    const next = isObject && blocks !== undefined ? blocks.endOf(start, end) : blockEnd(text, start, end)
    if (next < 0) return { fault: isObject ? OBJECT_FAULT : ARRAY_FAULT }
    return { kind: isObject ? 'object' : 'array', start, end: next, next }
  }
  let next = start
  while (next < end && !isTokenEnd(text.charCodeAt(next))) next++
  const kind = plainKind(text, start, next)
  return kind === undefined ? { fault: UNKNOWN_FAULT } : { kind, start, end: next, next }
}

/** Space, comma or a closing bracket. */
export function isTokenEnd(code: number): boolean {
  return code === 44 || code === 125 || code === 93 || isSpaceCode(code)
}

/** The kind of a bare value in [start, end); undefined for none. */
export function plainKind(text: string, start: number, end: number): JsonKind | undefined {
  const code = text.charCodeAt(start)
  if ((code >= 48 && code <= 57) || code === 45) return end > start ? 'number' : undefined
  const length = end - start
  if (length === 4 && text.startsWith('true', start)) return 'boolean'
  if (length === 5 && text.startsWith('false', start)) return 'boolean'
  return length === 4 && text.startsWith('null', start) ? 'null' : undefined
}

/** Takes a member; returns undefined to go on, else why the walk ends. */
export type OnMember = (key: string, value: JsonValue) => string | undefined

/** Walks the members of the object in [at, end); returns why it ended early, undefined when it did not. */
export function eachMember(
  text: string,
  from: number,
  end: number,
  blocks: BlockEnds | undefined,
  onMember: OnMember,
): string | undefined {
  let at = nextToken(text, from, end)
  if (at < 0 || text.charCodeAt(at) !== 123) return OBJECT_FAULT
  at = nextToken(text, at + 1, end)
  if (at < 0) return JSON_FAULT
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === 125) return undefined
    if (code !== 34) return OBJECT_FAULT
    const quote = stringEnd(text, at + 1, end)
    if (quote < 0) return JSON_FAULT
    const key = unescapeJson(text.slice(at + 1, quote))
    if (key === undefined) return ESCAPE_FAULT
    at = nextToken(text, quote + 1, end)
    if (at < 0 || text.charCodeAt(at) !== 58) return JSON_FAULT
    const value = readValue(text, at + 1, end, blocks)
    if ('fault' in value) return value.fault
    const stop = onMember(key, value)
    if (stop !== undefined) return stop
    at = nextToken(text, value.next, end)
    if (at < 0) return ARRAY_FAULT
    if (text.charCodeAt(at) === 125) return undefined
    if (text.charCodeAt(at) !== 44) return OBJECT_FAULT
    at = nextToken(text, at + 1, end)
    if (at < 0) return ARRAY_FAULT
  }
  return OBJECT_FAULT
}
