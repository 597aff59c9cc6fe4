/**
 * Which format an event is of: those that fitted this source lately first, then all that can start with this character,
 * then the general ones. Never fails: `plain` takes everything.
 */
import type { Message, ParsedLine } from '../record.ts'
import type { Instant } from '../terms/instant.ts'
import type { Fields } from '../terms/json.ts'
import { readLevel } from '../terms/level.ts'
import type { TimeOptions } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { LOOSE, lookAgain } from './general/late-writer.ts'
import { plain } from './plain.ts'
import { parseStack } from './stack.ts'

/** What fitted the lines of one source, latest first. */
export interface DetectMemory {
  readonly recent: Format[]
  /** The time that stood alone on a line: Oracle's alert log gives it to the lines behind it. */
  alone: Instant | undefined
}

/** A source mixes few formats; more would only cost. */
const MAX_RECENT = 4

export function createMemory(): DetectMemory {
  return { recent: [], alone: undefined }
}

/**
 * Reads one event. A forced format is asked first; a line that it does not take goes to the general ones. Continuation
 * lines that the format did not use become a stack, or the message's further lines.
 */
export type Detect = (message: Message, options: TimeOptions, memory: DetectMemory, forced?: Format) => ParsedLine

/** Detection over a list of formats, in its order. */
export function detector(list: readonly Format[]): Detect {
  const tables = buildTables(list)
  return (message, options, memory, forced) => {
    const head = stripColours(message.head.charCodeAt(0) === BYTE_ORDER_MARK ? message.head.slice(1) : message.head)
    const rest = message.rest === '' ? '' : stripColours(message.rest)
    const parseOptions: ParseOptions = { zone: options.zone, now: options.now, rest }
    const parsed = forced === undefined ? search(tables, head, parseOptions, memory) : forced.parse(head, parseOptions)
    const answer = parsed ?? readPrefixed(tables, head, parseOptions, memory) ?? fallBack(tables, head, parseOptions)
    if (message.runtime === undefined) passTimeOn(answer, memory)
    if (rest !== '') addRest(answer.fields, rest)
    if (LOOSE.has(answer.format)) lookAgain(answer)
    return answer
  }
}

/** Docker Compose's "worker-1  | line", PM2's "0|worker   | line": the line is read for itself, its service is the container's unless it says so. */
const COMPOSED = /^(?:\d{1,4}\|)?([A-Za-z][\w.-]{0,80}) {1,40}\| (?=\S)/

function readPrefixed(
  tables: Tables,
  head: string,
  options: ParseOptions,
  memory: DetectMemory,
): ParsedLine | undefined {
  const match = COMPOSED.exec(head)
  const name = match?.[1] ?? ''
  if (match === null || readLevel(name) !== undefined) return undefined
  const text = head.slice(match[0].length)
  const answer = search(tables, text, options, memory) ?? fallBack(tables, text, options)
  if (LOOSE.has(answer.format)) lookAgain(answer)
  answer.fields.set(answer.fields.has('service') ? 'container' : 'service', name)
  return answer
}

/** A line that is a head with a time and no message stamps the lines behind it that have none. */
function passTimeOn(answer: Mutable<ParsedLine>, memory: DetectMemory): void {
  if (answer.time === undefined) answer.time = memory.alone
  else memory.alone = answer.format === 'general' && !answer.fields.has('message') ? answer.time : undefined
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function search(tables: Tables, head: string, options: ParseOptions, memory: DetectMemory): ParsedLine | undefined {
  const { recent } = memory
  const first = slot(head)
  for (let i = 0; i < recent.length; i++) {
    const format = recent[i] as Format
    if (tables.starts.get(format)?.[first] !== 1) continue
    const parsed = format.parse(head, options)
    if (parsed === undefined) continue
    if (i > 0) recent.unshift(...recent.splice(i, 1))
    return parsed
  }
  for (const format of tables.specific[first] as readonly Format[]) {
    if (recent.includes(format)) continue
    const parsed = format.parse(head, options)
    if (parsed === undefined) continue
    recent.unshift(format)
    if (recent.length > MAX_RECENT) recent.pop()
    return parsed
  }
  return undefined
}

function fallBack(tables: Tables, head: string, options: ParseOptions): ParsedLine {
  for (const format of tables.general) {
    const parsed = format.parse(head, options)
    if (parsed !== undefined) return parsed
  }
  return plain.parse(head)
}

const BYTE_ORDER_MARK = 0xfeff

const BEYOND_ASCII = 128

/** By first character; an empty line counts as beyond ASCII, which only formats without `starts` take. */
function slot(head: string): number {
  const code = head.charCodeAt(0)
  return code >= 0 && code < BEYOND_ASCII ? code : BEYOND_ASCII
}

interface Tables {
  readonly specific: readonly (readonly Format[])[]
  readonly general: readonly Format[]
  /** The slots that a format can start with. */
  readonly starts: ReadonlyMap<Format, Uint8Array>
}

function buildTables(list: readonly Format[]): Tables {
  const starts = new Map<Format, Uint8Array>()
  const specific: Format[][] = Array.from({ length: BEYOND_ASCII + 1 }, () => [])
  for (const format of list) {
    const pattern = format.starts === undefined ? undefined : new RegExp(`[${format.starts}]`)
    const taken = new Uint8Array(BEYOND_ASCII + 1)
    for (let code = 0; code < BEYOND_ASCII; code++) {
      if (pattern === undefined || pattern.test(String.fromCharCode(code))) taken[code] = 1
    }
    if (pattern === undefined) taken[BEYOND_ASCII] = 1
    starts.set(format, taken)
    if (format.fallback === true) continue
    for (let code = 0; code <= BEYOND_ASCII; code++) if (taken[code] === 1) specific[code]?.push(format)
  }
  return { specific, general: list.filter((format) => format.fallback === true), starts }
}

/** Continuation lines that no field holds yet. */
function addRest(fields: Fields, rest: string): void {
  if (isUsed(fields, rest)) return
  const stack = parseStack(rest)
  if (stack === undefined) {
    const message = fields.get('message')
    fields.set('message', typeof message === 'string' ? `${message}\n${rest}` : rest)
    if (message !== undefined && typeof message !== 'string') fields.set('message_original', message)
    return
  }
  fields.set('stack', stack.stack)
  if (stack.error_type !== undefined && !fields.has('error_type')) fields.set('error_type', stack.error_type)
  if (stack.error !== undefined && !fields.has('error')) fields.set('error', stack.error)
  if (stack.error_code !== undefined && !fields.has('error_code')) fields.set('error_code', stack.error_code)
}

function isUsed(fields: Fields, rest: string): boolean {
  if (fields.has('stack')) return true
  const lineEnd = rest.indexOf('\n')
  const first = (lineEnd < 0 ? rest : rest.slice(0, lineEnd)).trim()
  for (const value of fields.values())
    if (typeof value === 'string' && first !== '' && value.includes(first)) return true
  return false
}

const ESCAPE = '\u001b'
/** Colours and other control sequences (CSI), titles and links (OSC); each bounded, so that it takes linear time. */
const SEQUENCES =
  /\u001b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,512}(?:\u0007|\u001b\\)|[()][A-Z0-9]|[=>78cDEHM])/g

/** Text without ANSI escape sequences; the same string when it has none. */
export function stripColours(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCES, '') : text
}
