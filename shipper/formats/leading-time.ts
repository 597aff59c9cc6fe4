/**
 * The timestamp that a line starts with, bare or behind a bracket. Many layouts differ only behind their time, so a line
 * that is offered to one format after another has its time read once: the answer for the last line is remembered.
 */
import { readTime, type TimeMatch, type TimeOptions } from '../terms/time.ts'

const BRACKET = 0x5b

let lastHead = ''
let lastZone = ''
let lastNow: TimeOptions['now'] | undefined
let lastMatch: TimeMatch | undefined

/** Its `end` is the index just behind the time, before a closing bracket. Undefined when the line starts with none. */
export function leadingTime(head: string, options: TimeOptions): TimeMatch | undefined {
  if (head === lastHead && options.now === lastNow && options.zone === lastZone) return lastMatch
  lastHead = head
  lastNow = options.now
  lastZone = options.zone
  lastMatch = readTime(head, head.charCodeAt(0) === BRACKET ? 1 : 0, options)
  return lastMatch
}
