/**
 * Formats that are one line shape: an anchored pattern whose groups are the columns, by name. Most programs' logs are.
 * A guard on a few characters stands before the pattern, so that a line of another format costs next to nothing.
 */
import { addField, type Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { findPairs } from './key-values.ts'

export interface Shape {
  readonly name: string
  readonly title: string
  readonly starts: string
  /** False when the line cannot be of this shape. Looks at a few characters only. */
  guard?(head: string): boolean
  /** Anchored at ^. No nested quantifiers; neighbouring ones must not share characters. */
  readonly pattern: RegExp
  /** One name a group. `@time` is the timestamp, `name#` a number, '' is left out. */
  readonly columns: readonly string[]
  /** Brings an unusual notation of the timestamp into one that readTime knows. */
  time?(raw: string): string
  /** True: key=value pairs of the message become fields too. */
  readonly pairs?: boolean
  /** Works on what the columns gave: splits, renames, adds. */
  finish?(fields: Fields, match: RegExpExecArray, options: ParseOptions): void
}

/** A format from its shape. A line whose timestamp cannot be read is not of the format. */
export function shaped(shape: Shape): Format {
  const { name, title, starts, pattern, columns, pairs } = shape
  const timeAt = columns.indexOf('@time') + 1
  const slots = columns.map((column, index) => slot(column, index)).filter((found) => found !== undefined)
  return {
    name,
    title,
    starts,
    parse(head, options) {
      if (shape.guard !== undefined && !shape.guard(head)) return undefined
      const match = pattern.exec(head)
      if (match === null) return undefined
      const raw = match[timeAt]
      const time =
        timeAt === 0 || raw === undefined ? undefined : readTime(shape.time?.(raw) ?? raw, 0, options)?.instant
      if (time === undefined && timeAt > 0 && raw !== undefined) return undefined
      const fields: Fields = new Map()
      for (const { column, group, numeric } of slots) {
        const value = match[group]
        if (value !== undefined) (numeric ? putNumber : putText)(fields, column, value)
      }
      shape.finish?.(fields, match, options)
      if (pairs) addPairs(fields, fields.get('message'))
      return { format: name, time, fields }
    },
  }
}

function slot(column: string, index: number) {
  if (column === '' || column === '@time') return undefined
  const numeric = column.endsWith('#')
  return { column: numeric ? column.slice(0, -1) : column, group: index + 1, numeric }
}

/** Sets a text field unless the line says that there is none (empty, or the usual `-`). */
export function putText(fields: Fields, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '' && value !== '-') fields.set(name, value)
}

const PLAIN_NUMBER = /^-?\d{1,15}(?:\.\d{1,6})?$/

/** Sets a number; what is none (or would lose digits) stays the text that it is. */
export function putNumber(fields: Fields, name: string, value: string | undefined): void {
  if (value !== undefined && PLAIN_NUMBER.test(value)) fields.set(name, Number(value))
  else putText(fields, name, value)
}

/** Adds the key=value pairs of a text. Names that are taken keep what they have; none is lost. */
export function addPairs(fields: Fields, text: unknown): void {
  if (typeof text !== 'string') return
  const at = text.indexOf('=')
  if (at <= 0) return
  for (const [name, value] of findPairs(text, 0)) addField(fields, name, value)
}

/** `GET /path HTTP/1.1` → http_method, path, http_version, and the whole as message. */
export function putRequest(fields: Fields, request: string): void {
  fields.set('event', 'http_request')
  fields.set('message', request)
  const first = request.indexOf(' ')
  if (first < 1 || first > 20 || request.startsWith('- ')) return
  const last = request.lastIndexOf(' HTTP/')
  fields.set('http_method', request.slice(0, first))
  putText(fields, 'path', request.slice(first + 1, last > first ? last : undefined))
  if (last > first) fields.set('http_version', request.slice(last + 6))
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** Dec → 12, two digits; undefined for no English month. */
export function monthDigits(name: string): string | undefined {
  const at = MONTHS.indexOf(name)
  return at < 0 || at % 3 !== 0 || name.length !== 3 ? undefined : String(at / 3 + 1).padStart(2, '0')
}

/** 03-17 16:13:38.811 → Mar 17 16:13:38.811: a time without a year in the notation of syslog. */
export function syslogTime(month: string, day: string, clock: string): string {
  const at = Number(month) * 3 - 3
  return `${MONTHS.slice(at, at + 3)} ${day} ${clock}`
}
