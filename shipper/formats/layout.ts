/**
 * Text layouts of logging libraries as a table: one pattern for what stands between the time and the message, and the
 * names of its groups. Patterns are sticky and linear, their groups are bounded.
 */
import type { ParsedLine } from '../record.ts'
import type { Instant } from '../terms/instant.ts'
import type { Fields } from '../terms/json.ts'
import type { ParseOptions } from './format.ts'
import { findPairs } from './key-values.ts'
import { type LeadingTime, leadingTime } from './leading-time.ts'

export interface Layout {
  /** Sticky. What is behind its match is the message. */
  readonly pattern: RegExp
  /** The field of each capture group, in order. */
  readonly fields: readonly string[]
  /** What may stand behind the time, see LeadingTime.lead. */
  readonly leads: string
}

/** Parts of patterns. Levels as the libraries of Java, Python and their relatives write them. */
export const LEVEL =
  '(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE|CONFIG|FINE|FINER|FINEST|SUCCESS|AUDIT|OFF|ALL)'
/** A class or module: com.foo.Bar$Inner, c.f.B, o.e.n.Node, nodes.developer, my-logger, Foo/1. */
export const LOGGER = '([\\w.$/@~<>+-]{1,200})'
/** A Java class with its package, or HDFS's FSNamesystem.audit: a capital behind or before a dot. */
export const JAVA_CLASS = '(?=[\\w$-]{1,100}\\.)(?:[a-z][\\w-]{0,60}\\.){0,12}[A-Z][\\w$-]{0,100}(?:\\.\\w{1,60})?'
/** In brackets, which may hold brackets once more: [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181]. Spaces around it are padding. */
export const THREAD = '\\[ {0,40}([^\\[\\]]{0,200}(?:\\[[^\\[\\]]{0,200}\\][^\\[\\]]{0,200})?)\\]'

/**
 * @param fields names of the groups, with spaces between them
 * @param leads what may stand behind the time (LeadingTime.lead): lines with anything else never meet the pattern
 */
export function layout(pattern: string, fields: string, leads = ''): Layout {
  return { pattern: new RegExp(pattern, 'y'), fields: fields.split(' '), leads }
}

/** The first layout that fits behind the time that the line starts with, or what `otherwise` makes of that place. */
export function readAfterTime(
  format: string,
  layouts: readonly Layout[],
  head: string,
  options: ParseOptions,
  otherwise?: (head: string, time: LeadingTime) => Fields | undefined,
): ParsedLine | undefined {
  const time = leadingTime(head, options)
  if (time === undefined) return undefined
  const fields = readLayouts(layouts, head, time.end, time.lead) ?? otherwise?.(head, time)
  return fields && { format, time: time.instant, fields }
}

/** The first layout that fits from `start`; the rest of the line is the message. */
export function readLayouts(
  layouts: readonly Layout[],
  head: string,
  start: number,
  lead?: string,
): Fields | undefined {
  for (const { pattern, fields: names, leads } of layouts) {
    if (lead !== undefined && !leads.includes(lead)) continue
    pattern.lastIndex = start
    const match = pattern.exec(head)
    if (match === null) continue
    const fields: Fields = new Map()
    addGroups(fields, match, names)
    addMessage(fields, head.slice(pattern.lastIndex))
    return fields
  }
  return undefined
}

/** Groups that took part and are not empty, under their names. A pid and a line number become numbers. */
export function addGroups(fields: Fields, match: RegExpExecArray, names: readonly string[]): void {
  for (let index = 0; index < names.length; index++) {
    const text = match[index + 1]
    if (text === undefined || text === '') continue
    const name = names[index] as string
    fields.set(name, NUMBERS.has(name) ? Number(text) : text.trimEnd())
  }
}

const NUMBERS = new Set(['pid', 'event_id', 'line', 'client_port', 'uptime_ms'])

/** The message, and the key=value pairs in it whose names are still free (the text keeps those that are not). */
export function addMessage(fields: Fields, text: string): void {
  const message = text.trim()
  if (message !== '') fields.set('message', message)
  addPairs(fields, message)
}

export function addPairs(fields: Fields, text: string): void {
  if (!text.includes('=')) return
  for (const [name, value] of findPairs(text, 0)) if (!fields.has(name)) fields.set(name, value)
}

export function parsed(format: string, time: Instant | undefined, fields: Fields): ParsedLine {
  return { format, time, fields }
}
