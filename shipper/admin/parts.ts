/** What the API is about, as far as it needs it: who keeps rules, events, triggers and patterns, and who counts hits. */
import type { EventLog } from '../events/log.ts'
import type { Rulebook } from '../scan/rulebook.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { Answer } from '../terms/answer.ts'
import type { Trigger } from '../triggers/trigger.ts'

export type RulebookPart = Pick<Rulebook, 'list' | 'get' | 'create' | 'patch' | 'remove' | 'effective' | 'test'>
export type ScannerPart = Pick<Scanner, 'stats'>
export type EventsPart = Pick<EventLog, 'find' | 'since' | 'subscribe' | 'stats'>

export interface TriggersPart {
  list(): readonly Trigger[]
  get(id: string): Trigger | undefined
  create(draft: unknown): Answer<Trigger>
  patch(id: string, patch: unknown): Answer<Trigger>
  remove(id: string): Answer<{ readonly deleted: readonly string[] }>
  test(id: string): Promise<Answer<object>>
  deadLetters(): readonly object[]
  retryDeadLetter(id: string): Promise<Answer<object>>
  removeDeadLetter(id: string): Answer<object> | Promise<Answer<object>>
  stats(): object
}

export interface PatternsPart {
  list(filter: { readonly service?: string; readonly level?: string; readonly limit?: number }): readonly object[]
  /** Loki's body of /patterns. */
  answer(params: URLSearchParams): string
  stats(): object
}

export interface AdminParts {
  readonly rulebook: RulebookPart
  readonly scanner: ScannerPart
  readonly events: EventsPart
  readonly triggers: TriggersPart
  /** undefined: off. */
  readonly patterns?: PatternsPart | undefined
}
