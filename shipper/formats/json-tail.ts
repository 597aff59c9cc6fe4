/** JSON at the end of a text line: winston's meta, monolog's context and extra, Ansible's results. */
import type { Value } from '../terms/json.ts'
import { parseJsonObject } from '../terms/parse-json.ts'

/** The values that a text ends with, and what stands before them. */
export interface JsonTail {
  /** Trimmed at its end. */
  readonly text: string
  readonly values: readonly Value[]
}

/** How many places are tried as the start: a message may itself hold braces. */
const MAX_STARTS = 4

/** One or two JSON objects or arrays at the end of `text`, separated by a space; undefined when it ends with none. */
export function readJsonTail(text: string): JsonTail | undefined {
  const end = text.trimEnd().length
  const last = text.charCodeAt(end - 1)
  if (last !== CLOSE_BRACE && last !== CLOSE_BRACKET) return undefined
  let start = nextOpening(text, 0)
  for (let tries = 0; tries < MAX_STARTS && start >= 0; tries++) {
    const values = readAll(text, start, end)
    if (values !== undefined) return { text: text.slice(0, start).trimEnd(), values }
    start = nextOpening(text, start + 1)
  }
  return undefined
}

/** An object or array, the whole of the text; undefined when it is none. */
export function readJsonText(text: string): Value | undefined {
  return text.startsWith('{') ? parseJsonObject(text) : parseJsonObject(`{"value":${text}}`)?.get('value')
}

const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d
const OPENING = /(?:^|\s)(?=\{["}]|\[[[\]{"\d])/g

function nextOpening(text: string, from: number): number {
  OPENING.lastIndex = from
  const match = OPENING.exec(text)
  return match === null ? -1 : match.index + match[0].length
}

function readAll(text: string, start: number, end: number): Value[] | undefined {
  const values: Value[] = []
  let at = start
  while (at < end) {
    const close = closingOf(text, at, end)
    const value = close < 0 || values.length === 2 ? undefined : readJsonText(text.slice(at, close))
    if (value === undefined) return undefined
    values.push(value)
    at = text.charCodeAt(close) === 0x20 ? close + 1 : close
    if (at < end && at === close) return undefined
  }
  return values
}

/** Index behind the bracket that closes the one at `start`, or -1. Strings are skipped. */
function closingOf(text: string, start: number, end: number): number {
  let depth = 0
  for (let at = start; at < end; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        at = stringEnd(text, at)
        if (at < 0) return -1
        break
      }
      case 0x7b:
      case 0x5b:
        depth++
        break
      case 0x7d:
      case 0x5d:
        if (--depth === 0) return at + 1
        break
      default:
    }
  }
  return -1
}

/** Index of the quote that closes the string which opens at `open`, or -1. */
function stringEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at
    if (code === 0x5c) at++
  }
  return -1
}
