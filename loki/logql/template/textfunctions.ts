/** Loki's functions over texts (docs/sources/query/template_functions.md). Go counts bytes where it does not say runes. */

import { RE2JS } from 're2js'
import { trimSpace } from '../stages/text.ts'
import { queryEscape } from './builtins.ts'
import { textOfBytes } from './bytes.ts'
import type { GoFunction, Parameter } from './call.ts'
import { lower, upper } from './case.ts'
import { intOf, isInt, type Value } from './values.ts'

const text = (...parameters: Parameter[]) => parameters

/** A function of texts only. */
function ofTexts(count: number, call: (...texts: string[]) => Value): GoFunction {
  return { parameters: new Array<Parameter>(count).fill('string'), call: (...args) => call(...(args as string[])) }
}

/** A function of a number and a text. */
function ofCount(call: (count: number, text: string) => Value): GoFunction {
  return { parameters: text('int', 'string'), call: (count, value) => call(numberOf(count), value as string) }
}

function numberOf(value: Value): number {
  return isInt(value) ? Number(value.value) : 0
}

export const TEXT_FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['ToLower', ofTexts(1, lower)],
  ['ToUpper', ofTexts(1, upper)],
  ['lower', ofTexts(1, lower)],
  ['upper', ofTexts(1, upper)],
  ['title', ofTexts(1, title)],
  [
    'Replace',
    {
      parameters: text('string', 'string', 'string', 'int'),
      call: (value, old, next, count) => replace(value as string, old as string, next as string, numberOf(count)),
    },
  ],
  ['replace', ofTexts(3, (old, next, value) => replace(value, old, next, -1))],
  ['Trim', ofTexts(2, (value, set) => trimLeft(trimRight(value, set), set))],
  ['trimAll', ofTexts(2, (set, value) => trimLeft(trimRight(value, set), set))],
  ['TrimLeft', ofTexts(2, trimLeft)],
  ['TrimRight', ofTexts(2, trimRight)],
  ['TrimPrefix', ofTexts(2, trimPrefix)],
  ['trimPrefix', ofTexts(2, (prefix, value) => trimPrefix(value, prefix))],
  ['TrimSuffix', ofTexts(2, trimSuffix)],
  ['trimSuffix', ofTexts(2, (suffix, value) => trimSuffix(value, suffix))],
  ['TrimSpace', ofTexts(1, trimSpace)],
  ['trim', ofTexts(1, trimSpace)],
  ['contains', ofTexts(2, (part, value) => value.includes(part))],
  ['hasPrefix', ofTexts(2, (prefix, value) => value.startsWith(prefix))],
  ['hasSuffix', ofTexts(2, (suffix, value) => value.endsWith(suffix))],
  ['regexReplaceAll', ofTexts(3, (regex, value, next) => replaceMatches(regex, value, (match) => expand(next, match)))],
  ['regexReplaceAllLiteral', ofTexts(3, (regex, value, next) => replaceMatches(regex, value, () => next))],
  ['count', ofTexts(2, countMatches)],
  ['urlencode', ofTexts(1, queryEscape)],
  ['urldecode', ofTexts(1, queryUnescape)],
  ['b64enc', ofTexts(1, (value) => Buffer.from(value).toString('base64'))],
  ['b64dec', ofTexts(1, decodeBase64)],
  ['trunc', ofCount(trunc)],
  [
    'substr',
    {
      parameters: text('int', 'int', 'string'),
      call: (start, end, value) => substr(numberOf(start), numberOf(end), value as string),
    },
  ],
  ['alignLeft', ofCount((count, value) => align(count, value, (fill) => value + fill, 0))],
  ['alignRight', ofCount((count, value) => align(count, value, (fill) => fill + value, -count))],
  ['indent', ofCount(indent)],
  ['nindent', ofCount((count, value) => `\n${indent(count, value)}`)],
  ['repeat', ofCount(repeat)],
])

/** A text that a function makes is no longer than this: templates come from queries. */
const MAX_TEXT = 4 * 1024 * 1024

function repeat(count: number, value: string): string {
  if (count < 0) throw new Error('strings: negative Repeat count')
  if (count * value.length > MAX_TEXT) throw new Error('strings: Repeat output length overflow')
  return value.repeat(count)
}

function indent(count: number, value: string): string {
  const fill = repeat(count, ' ')
  const lines = value.split('\n').length
  if (lines * count > MAX_TEXT) throw new Error('strings: Repeat output length overflow')
  return fill + value.replaceAll('\n', `\n${fill}`)
}

/** `from`: where to cut what is too long, 0 or as many from the end. */
function align(count: number, value: string, padded: (fill: string) => string, from: number): string {
  const runes = [...value]
  if (count < 0 || count === runes.length) return value
  if (count > runes.length) return padded(repeat(count - runes.length, ' '))
  return from === 0 ? runes.slice(0, count).join('') : runes.slice(runes.length - count).join('')
}

function replace(value: string, old: string, next: string, count: number): string {
  const places = count < 0 ? Number.POSITIVE_INFINITY : count
  if (old === '') return replaceBetween(value, next, places)
  let result = ''
  let at = 0
  for (let done = 0; done < places; done++) {
    const found = value.indexOf(old, at)
    if (found < 0) break
    result += value.slice(at, found) + next
    at = found + old.length
    if (result.length > MAX_TEXT) throw new Error('the text becomes too long')
  }
  return result + value.slice(at)
}

/** Go finds an empty text before each rune and at the end. */
function replaceBetween(value: string, next: string, places: number): string {
  let result = ''
  let done = 0
  for (const rune of value) result += (done++ < places ? next : '') + rune
  return result + (done < places ? next : '')
}

function trimLeft(value: string, set: string): string {
  const runes = new Set(set)
  let at = 0
  for (const rune of value) {
    if (!runes.has(rune)) break
    at += rune.length
  }
  return value.slice(at)
}

function trimRight(value: string, set: string): string {
  const runes = new Set(set)
  const all = [...value]
  let end = all.length
  while (end > 0 && runes.has(all[end - 1]!)) end--
  return end === all.length ? value : all.slice(0, end).join('')
}

function trimPrefix(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length) : value
}

function trimSuffix(value: string, suffix: string): string {
  return value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value
}

/** strings.Title: a letter behind what separates words. */
function title(value: string): string {
  let isStart = true
  let result = ''
  for (const rune of value) {
    result += isStart ? upper(rune) : rune
    isStart = rune <= '\x7f' ? !/[A-Za-z0-9_]/.test(rune) : !/[\p{L}\p{Nd}]/u.test(rune) && /\s/.test(rune)
  }
  return result
}

function trunc(count: number, value: string): string {
  const bytes = Buffer.from(value)
  if (count < 0 && bytes.length + count > 0) return textOfBytes(bytes.subarray(bytes.length + count))
  return count >= 0 && bytes.length > count ? textOfBytes(bytes.subarray(0, count)) : value
}

function substr(start: number, end: number, value: string): string {
  const bytes = Buffer.from(value)
  const [from, to] = start < 0 ? [0, end] : end < 0 || end > bytes.length ? [start, bytes.length] : [start, end]
  if (to < 0 || to > bytes.length)
    throw new Error(`runtime error: slice bounds out of range [:${to}]${to < 0 ? '' : ` with length ${bytes.length}`}`)
  if (from > to) {
    const bounds = to === bytes.length && !(end >= 0 && end <= bytes.length) ? `[${from}:${to}]` : `[${from}:${to}]`
    throw new Error(`runtime error: slice bounds out of range ${bounds}`)
  }
  return textOfBytes(bytes.subarray(from, to))
}

const regexes = new Map<string, RE2JS>()
const MAX_REGEXES = 100

function regexOf(source: string): RE2JS {
  let regex = regexes.get(source)
  if (regex === undefined) {
    regex = RE2JS.compile(source)
    if (regexes.size >= MAX_REGEXES) regexes.clear()
    regexes.set(source, regex)
  }
  return regex
}

type Match = ReturnType<RE2JS['matcher']>

/** Each match; empty ones that touch the one before do not count, as in Go. */
function eachMatch(source: string, value: string, onMatch: (match: Match) => void): void {
  const matcher = regexOf(source).matcher(value)
  let end = -1
  while (matcher.find()) {
    if (matcher.start() === matcher.end() && matcher.start() === end) continue
    end = matcher.end()
    onMatch(matcher)
  }
}

function countMatches(source: string, value: string): Value {
  let count = 0
  eachMatch(source, value, () => count++)
  return intOf(count)
}

function replaceMatches(source: string, value: string, next: (match: Match) => string): string {
  let result = ''
  let at = 0
  eachMatch(source, value, (match) => {
    result += value.slice(at, match.start()) + next(match)
    at = match.end()
    if (result.length > MAX_TEXT) throw new Error('the text becomes too long')
  })
  return result + value.slice(at)
}

const REFERENCE = /\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g

/** $1, $name, ${1}: a group that is not there is empty. */
function expand(template: string, match: Match): string {
  return template.replace(REFERENCE, (all, bare?: string, braced?: string) => {
    if (all === '$$') return '$'
    const name = bare ?? braced!
    if (/^\d+$/.test(name)) return Number(name) <= match.groupCount() ? (match.group(Number(name)) ?? '') : ''
    try {
      return match.group(name) ?? ''
    } catch {
      return ''
    }
  })
}

/** url.QueryUnescape. */
function queryUnescape(value: string): string {
  const wrong = /%(?![0-9a-fA-F]{2})/.exec(value)
  if (wrong !== null) {
    const shown = Buffer.from(value.slice(wrong.index)).toString('utf8', 0, 3)
    throw new Error(`invalid URL escape ${JSON.stringify(shown)}`)
  }
  const plain = value.replaceAll('+', ' ')
  const bytes = plain.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    textOfBytes(Buffer.from(run.replaceAll('%', ''), 'hex')),
  )
  return bytes
}

/** Standard base64 with its padding; Go's message in place of the text when it is none. */
function decodeBase64(value: string): string {
  const fault = base64Fault(value)
  return fault < 0 ? textOfBytes(Buffer.from(value, 'base64')) : `illegal base64 data at input byte ${fault}`
}

/** The place of what is wrong, -1 for nothing. */
function base64Fault(value: string): number {
  const bytes = Buffer.from(value)
  let digits = 0
  for (let i = 0; i < bytes.length; i++) {
    const char = String.fromCharCode(bytes[i]!)
    if (char === '\r' || char === '\n') continue
    if (/[A-Za-z0-9+/]/.test(char)) {
      digits++
      continue
    }
    if (char !== '=' || digits % 4 < 2) return i
    return paddingFault(bytes, i, digits % 4)
  }
  return digits % 4 === 0 ? -1 : bytes.length - (digits % 4)
}

function paddingFault(bytes: Buffer, at: number, digits: number): number {
  let i = at + 1
  const skip = () => {
    while (i < bytes.length && (bytes[i] === 10 || bytes[i] === 13)) i++
  }
  skip()
  if (digits === 2) {
    if (i >= bytes.length) return bytes.length
    if (bytes[i] !== 61) return i - 1
    i++
    skip()
  }
  return i < bytes.length ? i : -1
}
