/**
 * The timestamp that a line starts with, bare or behind a bracket, and what stands behind it. Many layouts differ only
 * there, so a line that is offered to one format after another is read once: the answer for the last line is remembered.
 */
import type { Instant } from '../terms/instant.ts'
import { readTime, type TimeOptions } from '../terms/time.ts'

export interface LeadingTime {
  readonly instant: Instant
  /** Index just behind the time, before a closing bracket. */
  readonly end: number
  /**
   * What stands behind it, in one character: behind spaces `L` a level in capitals, `w` another word, `0` a digit, else
   * the character itself (`[ - | ( <`); without a space the character itself (`] : |`, tab); `` at the line's end.
   */
  readonly lead: string
}

const BRACKET = 0x5b
const SPACE = 0x20
const MAX_SPACES = 4

let lastHead = ''
let lastZone = ''
let lastNow: TimeOptions['now'] | undefined
let lastTime: LeadingTime | undefined

/** Undefined when the line starts with no time. */
export function leadingTime(head: string, options: TimeOptions): LeadingTime | undefined {
  if (head === lastHead && options.now === lastNow && options.zone === lastZone) return lastTime
  lastHead = head
  lastNow = options.now
  lastZone = options.zone
  const match = readTime(head, head.charCodeAt(0) === BRACKET ? 1 : 0, options)
  lastTime = match && { instant: match.instant, end: match.end, lead: leadAt(head, match.end) }
  return lastTime
}

const LEVEL =
  /(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE|CONFIG|FINE|FINER|FINEST|SUCCESS|AUDIT|OFF|ALL)\b/y

function leadAt(head: string, end: number): string {
  let at = end
  while (head.charCodeAt(at) === SPACE && at - end < MAX_SPACES) at++
  const code = head.charCodeAt(at)
  if (at === end || !isWord(code)) return head.charAt(at)
  if (code < 0x3a) return '0'
  LEVEL.lastIndex = at
  return code < 0x5b && LEVEL.test(head) ? 'L' : 'w'
}

/** A–Z a–z 0–9 _ */
function isWord(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
}
