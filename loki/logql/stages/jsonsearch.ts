/**
 * Looks up paths in JSON as grafana/jsonparser's EachKey and searchKeys do, whose ways on odd input are their own: one walk
 * over the text that knows only how deep it is. A path's step is a key, or an index written [0].
 */
import { blockEnd, JSON_FAULT, type JsonRead, type JsonValue, nextToken, readValue, stringEnd } from './jsonscan.ts'
import { unescapeJson } from './text.ts'

/** A path's value, or what was wrong with it; -1 for the text itself. */
export type OnFound = (path: number, found: JsonRead) => void

/** Calls for the first value of each path that is there. */
export function searchPaths(text: string, paths: readonly (readonly string[])[], onFound: OnFound): void {
  const end = text.length
  const maxLength = Math.max(0, ...paths.map((path) => path.length))
  const isFound = paths.map(() => false)
  /** The keys that lead to where the walk is. */
  const keys: string[] = []
  let count = 0
  let level = 0

  /** Returns whether the walk is over. */
  const takeKey = (key: string, at: number): boolean => {
    if (maxLength < level) return false
    if (level < 1) {
      onFound(-1, { fault: JSON_FAULT })
      return true
    }
    keys[level - 1] = key
    for (const [i, path] of paths.entries()) {
      if (path.length !== level || isFound[i] || !startsWith(path, keys, level)) continue
      count++
      isFound[i] = true
      onFound(i, readValue(text, at + 1, end))
      if (count === paths.length) return true
    }
    return false
  }

  /** Returns where the walk goes on; -1 when it is over. */
  const takeArray = (at: number): number => {
    if (level < 0) {
      onFound(-1, { fault: JSON_FAULT })
      return -1
    }
    const wanted = new Map<number, number[]>()
    for (const [i, path] of paths.entries()) {
      const step = path[level]
      if (isFound[i] || step === undefined || step.length < 3 || step[0] !== '[') continue
      if (startsWith(path, keys, level)) wanted.set(indexOf(step), [...(wanted.get(indexOf(step)) ?? []), i])
    }
    if (wanted.size === 0) return blockEnd(text, at, end)
    level++
    const stop = eachItem(text, at, end, (value, index) => {
      for (const i of wanted.get(index) ?? []) {
        count++
        isFound[i] = true
        const found = findIn(text, value, paths[i]!.slice(level))
        if (found !== undefined) onFound(i, found)
      }
    })
    return count === paths.length ? -1 : stop
  }

  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      const quote = stringEnd(text, i + 1, end)
      const colon = quote < 0 ? -1 : nextToken(text, quote + 1, end)
      if (colon < 0) return
      if (text.charCodeAt(colon) !== 58) {
        i = colon - 1
        continue
      }
      const key = unescapeJson(text.slice(i + 1, quote))
      if (key === undefined || takeKey(key, colon)) return
      i = colon
    } else if (code === 123) level++
    else if (code === 125 || code === 93) level--
    else if (code === 91) {
      const next = takeArray(i)
      if (next < 0) return
      i = next - 1
    }
  }
}

function startsWith(path: readonly string[], keys: readonly string[], length: number): boolean {
  for (let i = 0; i < length; i++) if (path[i] !== keys[i]) return false
  return true
}

/** The number in [0]; a text in brackets counts as 0, as in the original. */
function indexOf(step: string): number {
  const number = step.endsWith(']') ? step.slice(1, -1) : ''
  return /^[+-]?\d+$/.test(number) ? Number(number) : 0
}

/** The rest of a path in an array's item. A string's inside is the value itself. */
function findIn(text: string, value: JsonValue, rest: readonly string[]): JsonRead | undefined {
  if (value.kind === 'string') {
    const at = search(text, value.start, value.end, rest)
    return at < 0 ? undefined : { ...value, start: at }
  }
  const at = search(text, value.start, value.end, rest)
  return at < 0 ? undefined : readValue(text, at, value.end)
}

/** Calls for each item of the array at `at`; returns where it ended or became odd. */
function eachItem(text: string, at: number, end: number, onItem: (value: JsonValue, index: number) => void): number {
  let offset = at + 1
  const first = nextToken(text, offset, end)
  if (first < 0) return offset
  offset = first
  if (text.charCodeAt(offset) === 93) return offset
  for (let index = 0; ; index++) {
    const value = readValue(text, offset, end)
    if ('fault' in value) return offset
    onItem(value, index)
    offset = value.next
    const next = nextToken(text, offset, end)
    if (next < 0) return offset
    offset = next
    if (text.charCodeAt(offset) !== 44) return offset
    offset++
  }
}

/** Behind the colon of the last key of the path, or at an array's item; -1 when there is none. */
function search(text: string, from: number, end: number, path: readonly string[]): number {
  if (path.length === 0) return from
  let keyLevel = 0
  let level = 0
  let isMatched = true
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      const quote = stringEnd(text, i + 1, end)
      const colon = quote < 0 ? -1 : nextToken(text, quote + 1, end)
      if (colon < 0) return -1
      if (text.charCodeAt(colon) !== 58) {
        i = colon - 1
        continue
      }
      const key = unescapeJson(text.slice(i + 1, quote))
      if (level < 1 || key === undefined || level > path.length) return -1
      isMatched = key === path[level - 1]
      if (isMatched && keyLevel === level - 1 && ++keyLevel === path.length) return colon + 1
      i = colon
    } else if (code === 123) {
      if (isMatched) level++
      else {
        const stop = blockEnd(text, i, end)
        if (stop < 0) return -1
        i = stop - 1
      }
    } else if (code === 125) {
      level--
      if (level === keyLevel) keyLevel--
    } else if (code === 91) {
      const step = path[level]
      if (keyLevel === level && step?.[0] === '[') return searchItem(text, i, end, path.slice(level))
      const stop = blockEnd(text, i, end)
      if (stop < 0) return -1
      i = stop - 1
    } else if (code === 58) return -1
  }
  return -1
}

function searchItem(text: string, at: number, end: number, path: readonly string[]): number {
  const step = path[0]!
  if (step.length < 3 || !/^\[[+-]?\d+\]$/.test(step)) return -1
  let item: JsonValue | undefined
  eachItem(text, at, end, (value, index) => {
    if (index === Number(step.slice(1, -1))) item = value
  })
  if (item === undefined) return -1
  const isString = item.kind === 'string'
  return search(text, isString ? item.start - 1 : item.start, isString ? item.end + 1 : item.end, path.slice(1))
}
