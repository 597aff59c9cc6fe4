/** What the API is about, as far as it needs it: who keeps rules, events, triggers and patterns, and who counts hits. */
import type { EventLog } from '../events/log.ts'
import type { Patterns } from '../patterns/patterns.ts'
import type { Rulebook } from '../scan/rulebook.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { Triggers } from '../triggers/triggers.ts'

export type RulebookPart = Pick<
  Rulebook,
  'list' | 'get' | 'create' | 'patch' | 'remove' | 'effective' | 'test' | 'problems'
>
export type ScannerPart = Pick<Scanner, 'stats'>
export type EventsPart = Pick<EventLog, 'find' | 'since' | 'subscribe' | 'stats'>

export type TriggersPart = Omit<Triggers, 'close'>
export type PatternsPart = Pick<Patterns, 'list' | 'answer' | 'stats'>

export interface AdminParts {
  readonly rulebook: RulebookPart
  readonly scanner: ScannerPart
  readonly events: EventsPart
  readonly triggers: TriggersPart
  /** undefined: off. */
  readonly patterns?: PatternsPart | undefined
}
