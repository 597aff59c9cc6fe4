/**
 * Texts for the services: cut to what they take, on character boundaries, and made harmless. What an event says is log
 * content: whoever can write a line chose it.
 */
import type { LogEvent } from '../../events/event.ts'

/** At most `max` UTF-16 units, with … where it was cut; never half a character. Counts no less than any service does. */
export function cut(text: string, max: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= max) return whole
  const end = /[\ud800-\udbff]/.test(whole[max - 2] ?? '') ? max - 2 : max - 1
  return `${whole.slice(0, end)}…`
}

/** Escapes character by character, and cuts where the escaped text would become longer than `max`. */
export function cutEscaped(text: string, max: number, escaped: (char: string) => string): string {
  let out = ''
  let roomForMore = 0
  for (const char of text.toWellFormed()) {
    const piece = escaped(char)
    if (out.length + piece.length > max) return `${out.slice(0, roomForMore)}…`
    out += piece
    if (out.length < max) roomForMore = out.length
  }
  return out
}

/** At most `max` bytes of UTF-8. */
export function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text.toWellFormed())
  if (bytes.length <= max) return bytes.toString()
  let end = max - Buffer.byteLength('…')
  // Back to the first byte of a character: those that follow it are 10xxxxxx.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return `${bytes.toString('utf8', 0, end)}…`
}

/** One line: line breaks, tabs and other control characters become spaces; text that reads backwards cannot be made. */
export function oneLine(text: string): string {
  return plain(text)
    .replace(/[\n\t\u2028\u2029]+/g, ' ')
    .trim()
}

/** Without control characters and the invisible ones that turn text around or hide it; line breaks and tabs stay. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, ' ')
}

/** What happened, in a few words that log content cannot choose: the rule's name, or what the miner found. */
export function titleOf(event: LogEvent): string {
  const { rule_name: rule } = event.metadata
  const what = event.event === 'rule_hit' ? oneLine(rule ?? '') : ''
  return `[${event.severity.toUpperCase()}] ${what || WORDS[event.event]}`
}

const WORDS = { rule_hit: 'Rule hit', new_pattern: 'New pattern', pattern_spike: 'Pattern spike' } as const

export interface Fact {
  readonly name: string
  readonly value: string
}

/** So that a rule with many groups cannot push everything else out. */
const MAX_CAPTURES = 10

/** What is known beside the message, in the order of use. One line each. */
export function factsOf({ metadata, source }: LogEvent): Fact[] {
  const { captures, count, expected } = metadata
  const known: readonly (readonly [string, string | number | undefined])[] = [
    ['workload', metadata.workload],
    ['container', metadata.container],
    ['source', source],
    ['level', metadata.level],
    ['node', metadata.node],
    ['stream', metadata.stream],
    ['lines a minute', count],
    ['expected', expected],
    ['pattern', metadata.pattern],
    ['correlation id', metadata.correlation_id],
    ['trace id', metadata.trace_id],
    ...Object.entries(captures ?? {}).slice(0, MAX_CAPTURES),
  ]
  return known.flatMap(([name, value]) => {
    const text = value === undefined ? '' : oneLine(String(value))
    return text === '' ? [] : [{ name: oneLine(name) || '?', value: text }]
  })
}
