/**
 * ArcSight's CEF and QRadar's LEEF: seven or five columns between bars, then key=value pairs, with or without a syslog
 * header in front. Written after their makers' descriptions: "CEF:0|vendor|product|version|class|name|severity|pairs" and
 * "LEEF:1.0|vendor|product|version|event|pairs", the pairs of CEF between spaces, those of LEEF between tabs (2.0: between
 * the character that a sixth column names).
 */
import type { Instant } from '../terms/instant.ts'
import { addField, type Fields } from '../terms/json.ts'
import { readTime, type TimeOptions } from '../terms/time.ts'
import { putText } from './shaped.ts'

/** Columns are short; what has a longer one is no event. */
const COLUMN = '((?:[^|\\\\]|\\\\.){0,500})'
const CEF = new RegExp(`^CEF: ?\\d(?:\\.\\d)?\\|${`${COLUMN}\\|`.repeat(5)}${COLUMN}(?:\\||$)`)
const LEEF = new RegExp(`^LEEF: ?([12])\\.\\d\\|${`${COLUMN}\\|`.repeat(3)}${COLUMN}(?:\\||$)`)
/** LEEF 2.0 names the separator: the character itself, or its code as 0x09 or x09. */
const SEPARATOR = /^(?:0?x([\da-fA-F]{2,4})|([^|\w\s]))?\|/

/** Tells an event of either kind by its first characters. */
export function isSecurityEvent(text: string): boolean {
  const first = text.charCodeAt(0)
  return (first === 0x43 && text.startsWith('CEF:')) || (first === 0x4c && text.startsWith('LEEF:'))
}

/** Sets what the event says about itself; false, and nothing set, when the text is none. */
export function putSecurityEvent(fields: Fields, text: string): boolean {
  const cef = text.charCodeAt(0) === 0x43 ? CEF.exec(text) : null
  if (cef !== null) {
    const [whole, vendor, product, version, signature, name, severity = ''] = cef
    putColumns(fields, vendor, product, version, signature)
    putText(fields, 'message', unescapeMarks(name as string))
    putLevel(fields, severity)
    putText(fields, 'severity', severity)
    for (const [key, value] of cefPairs(text.slice(whole.length))) addField(fields, key, value)
    return true
  }
  const leef = LEEF.exec(text)
  if (leef === null) return false
  const [whole, major, vendor, product, version, event] = leef
  putColumns(fields, vendor, product, version, event)
  let pairs = text.slice(whole.length)
  let separator = '\t'
  const named = major === '2' ? SEPARATOR.exec(pairs) : null
  if (named !== null) {
    separator = named[2] ?? (named[1] === undefined ? '\t' : String.fromCharCode(Number.parseInt(named[1], 16)))
    pairs = pairs.slice(named[0].length)
  }
  for (const [key, value] of leefPairs(pairs, separator)) addField(fields, key, value)
  putText(fields, 'message', event)
  putLevel(fields, String(fields.get('sev') ?? fields.get('severity') ?? ''))
  return true
}

/** When it happened, by the event's own pairs: received, ended, began; devTime is LEEF's. */
export function timeOfEvent(fields: Fields, options: TimeOptions): Instant | undefined {
  for (const key of ['rt', 'end', 'start', 'devTime']) {
    const value = fields.get(key)
    const found = typeof value === 'string' ? readTime(value, 0, options) : undefined
    if (found !== undefined) return found.instant
  }
  return undefined
}

function putColumns(fields: Fields, vendor = '', product = '', version = '', event = ''): void {
  putText(fields, 'vendor', unescapeMarks(vendor))
  // A relay's header names a program in places: the product is who wrote the event.
  const product_name = unescapeMarks(product)
  if (product_name !== '') fields.set('service', product_name)
  putText(fields, 'version', unescapeMarks(version))
  putText(fields, 'event', unescapeMarks(event))
}

/** CEF: 0–3 low, 4–6 medium, 7–8 high, 9–10 very high, or the words. LEEF: 1–10. */
const SEVERITIES = new Map([
  ['low', 'info'],
  ['medium', 'warn'],
  ['high', 'error'],
  ['very-high', 'critical'],
])
const BY_NUMBER = ['info', 'info', 'info', 'info', 'warn', 'warn', 'warn', 'error', 'error', 'critical', 'critical']

function putLevel(fields: Fields, severity: string): void {
  const word = severity.trim().toLowerCase()
  const level = SEVERITIES.get(word) ?? (/^\d{1,2}$/.test(word) ? BY_NUMBER[Number(word)] : undefined)
  if (level !== undefined) fields.set('level', level)
  else if (/^[a-z]{3,13}$/.test(word) && word !== 'unknown' && !fields.has('level')) fields.set('level', word)
}

const KEY = /(?:^| )([\w.[\]-]{1,100})=/g

/** CEF's values hold spaces: each goes on to the next " key=". */
function* cefPairs(text: string): Generator<[string, string]> {
  let key: string | undefined
  let from = 0
  for (const match of text.matchAll(KEY)) {
    if (key !== undefined) yield [key, unescapeMarks(text.slice(from, match.index).trim())]
    key = match[1] as string
    from = match.index + match[0].length
  }
  if (key !== undefined) yield [key, unescapeMarks(text.slice(from).trim())]
}

function* leefPairs(text: string, separator: string): Generator<[string, string]> {
  for (const pair of text.split(separator)) {
    const at = pair.indexOf('=')
    if (at > 0) yield [pair.slice(0, at).trim(), pair.slice(at + 1)]
  }
}

/** \| \= \\ \n \r, as CEF writes what would end a column or a value. */
function unescapeMarks(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\([|=\\nr])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark === 'r' ? '\r' : mark))
}
