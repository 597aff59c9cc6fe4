/** The functions of Prometheus's alert templates (template/template.go), over Go's own. */

import { RE2JS } from 're2js'
import { regexFault } from '../../logql/regex.ts'
import { BUILTINS, queryEscape } from '../../logql/template/builtins.ts'
import type { Functions, GoFunction } from '../../logql/template/call.ts'
import { lower, upper } from '../../logql/template/case.ts'
import { timeOf } from '../../logql/template/time.ts'
import { compareText, isInt, isList, isMap, showFloat, typeOf, type Value } from '../../logql/template/values.ts'
import { readPrometheusDuration, writeGoDuration } from '../../logql/units.ts'
import {
  fourDigits,
  goTimeText,
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  timeMillis,
} from './humanize.ts'

export interface FunctionOptions {
  /** Milliseconds. */
  readonly atMs: number
  readonly externalUrl: string
  /** The samples of a query, as template values. */
  readonly query: (expr: string) => Value
}

const text = (call: (text: string) => Value): GoFunction => ({
  parameters: ['string'],
  call: (value) => call(value as string),
})
const number = (call: (value: number) => Value): GoFunction => ({
  parameters: ['any'],
  call: (value) => call(toFloat(value)),
})
const constant = (value: Value): GoFunction => ({ parameters: [], call: () => value })
const sample = (call: (sample: ReadonlyMap<string, Value>) => Value): GoFunction => ({
  parameters: ['any'],
  call: (value) => call(fieldsOf(value)),
})

/** What does not depend on the alert. */
const FIXED: readonly (readonly [string, GoFunction])[] = [
  ['first', { parameters: ['any'], call: firstOf }],
  ['label', { parameters: ['string', 'any'], call: (name, of) => labelOf(fieldsOf(of), name as string) }],
  ['value', sample((of) => of.get('Value'))],
  ['strvalue', sample((of) => labelOf(of, '__value__'))],
  ['args', { parameters: [], rest: 'any', call: argsOf }],
  [
    'reReplaceAll',
    {
      parameters: ['string', 'string', 'string'],
      call: (pattern, by, of) => replaceAll(mustCompile(pattern as string), by as string, of as string),
    },
  ],
  ['safeHtml', text((value) => value)],
  ['match', { parameters: ['string', 'string'], call: (pattern, of) => finds(pattern as string, of as string) }],
  ['title', text(titleOf)],
  ['toUpper', text(upper)],
  ['toLower', text(lower)],
  ['graphLink', text((expr) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=0`)],
  ['tableLink', text((expr) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`)],
  ['sortByLabel', { parameters: ['string', 'any'], call: (name, list) => sortByLabel(name as string, list) }],
  ['stripPort', text((value) => splitHostPort(value)?.host ?? value)],
  ['stripDomain', text(stripDomain)],
  ['humanize', number(humanize)],
  ['humanize1024', number(humanize1024)],
  ['humanizeDuration', number(humanizeDuration)],
  ['humanizePercentage', number(humanizePercentage)],
  ['humanizeTimestamp', number((value) => (Number.isFinite(value) ? goTimeText(millisOf(value)) : fourDigits(value)))],
  ['toTime', number(toTime)],
  ['toDuration', number((value) => writeGoDuration(value * 1000))],
  ['parseDuration', text(parseDuration)],
  ['urlQueryEscape', text(queryEscape)],
]

export function templateFunctions({ atMs, externalUrl, query }: FunctionOptions): Functions {
  return new Map<string, GoFunction>([
    ...BUILTINS,
    ...FIXED,
    ['query', text(query)],
    ['now', constant(atMs / 1000)],
    ['externalURL', constant(externalUrl)],
    ['pathPrefix', constant(URL.canParse(externalUrl) ? new URL(externalUrl).pathname.replace(/^\/$/, '') : '')],
  ])
}

function fieldsOf(value: Value): ReadonlyMap<string, Value> {
  if (isMap(value)) return value.entries
  throw new Error('wrong type for value; expected *template.sample')
}

function labelOf(sample: ReadonlyMap<string, Value>, name: string): Value {
  const labels = sample.get('Labels')
  return (labels !== undefined && isMap(labels) ? labels.entries.get(name) : undefined) ?? ''
}

function firstOf(value: Value): Value {
  if (!isList(value)) throw new Error('wrong type for value; expected template.queryResult')
  if (value.length === 0) throw new Error('first() called on vector with no elements')
  return value[0]
}

function argsOf(...args: Value[]): Value {
  return { kind: 'map', type: 'any', entries: new Map(args.map((value, i) => [`arg${i}`, value])) }
}

function sortByLabel(name: string, list: Value): Value {
  if (!isList(list)) throw new Error('wrong type for value; expected template.queryResult')
  const key = (value: Value) => String(labelOf(fieldsOf(value), name))
  return [...list].sort((a, b) => compareText(key(a), key(b)))
}

/** Number, or text that is one. */
function toFloat(value: Value): number {
  if (typeof value === 'number') return value
  if (isInt(value)) return Number(value.value)
  if (typeof value !== 'string')
    throw new Error(`can't convert ${value === undefined ? '<nil>' : typeOf(value)} to float`)
  const special = /^[+-]?(?:inf(?:inity)?|nan)$/i.exec(value)
  if (special !== null) return /nan/i.test(value) ? Number.NaN : value.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return Number(value)
  throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
}

function millisOf(seconds: number): number {
  const ms = timeMillis(seconds)
  if (ms !== undefined) return ms
  if (!Number.isFinite(seconds)) throw new Error('value is NaN or Inf')
  throw new Error(`${showFloat(seconds)} cannot be represented as a nanoseconds timestamp since it overflows int64`)
}

function toTime(value: number): Value {
  const ms = millisOf(value)
  const seconds = Math.floor(ms / 1000)
  return timeOf(seconds, (ms - seconds * 1000) * 1e6)
}

function parseDuration(value: string): Value {
  const ms = readPrometheusDuration(value.replace(/^-/, ''))
  if (value === '') throw new Error('empty duration string')
  if (ms === undefined) throw new Error(`not a valid duration string: ${JSON.stringify(value)}`)
  return (value.startsWith('-') ? -ms : ms) / 1000
}

function compile(pattern: string): RE2JS {
  const fault = regexFault(pattern)
  if (fault !== undefined) throw new Error(fault)
  return RE2JS.compile(pattern)
}

/** Go panics in its own words. */
function mustCompile(pattern: string): RE2JS {
  try {
    return compile(pattern)
  } catch (error) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${(error as Error).message}`)
  }
}

function finds(pattern: string, of: string): boolean {
  return compile(pattern).matcher(of).find()
}

/** Go's ReplaceAllString: $1, ${1} and $name in the replacement; a group that is not there is empty. */
function replaceAll(pattern: RE2JS, by: string, of: string): string {
  const matcher = pattern.matcher(of)
  let out = ''
  let at = 0
  while (matcher.find()) {
    out += of.slice(at, matcher.start()) + expandGroups(by, matcher)
    at = matcher.end()
  }
  return out + of.slice(at)
}

type Matcher = ReturnType<RE2JS['matcher']>

function expandGroups(by: string, matcher: Matcher): string {
  return by.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
    const name = plain ?? braced
    if (name === undefined) return whole === '$$' ? '$' : whole
    if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
    try {
      return matcher.group(name) ?? ''
    } catch {
      return ''
    }
  })
}

/** Every word's first letter in upper case, the others as they are. */
function titleOf(value: string): string {
  return value.replace(/\p{L}[\p{L}\p{M}\p{N}_'’]*/gu, (word) => {
    const [first = ''] = word
    return first.toUpperCase() + word.slice(first.length)
  })
}

/** Go's net.SplitHostPort; undefined where that is an error. */
function splitHostPort(value: string): { readonly host: string; readonly port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(value)
  return match === null ? undefined : { host: match[1] ?? match[2] ?? '', port: match[3]! }
}

function stripDomain(value: string): string {
  const parts = splitHostPort(value)
  const host = parts?.host ?? value
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || /^[0-9a-fA-F.]*:[0-9a-fA-F:.]*$/.test(host)) return value
  const short = host.split('.')[0]!
  return parts === undefined || parts.port === '' ? short : `${short}:${parts.port}`
}
