/** What the API is about, as far as it needs it: who keeps rules, events, triggers and patterns, and who counts hits. */
import type { LogEvent } from '../events/event.ts'
import type { RuleSettings } from '../scan/rule.ts'
import type { Answer } from '../terms/answer.ts'
import type { Trigger } from '../triggers/trigger.ts'
import type { EventFilter } from './event-query.ts'

/** A rule as the API shows it. */
export interface RuleView extends RuleSettings {
  readonly id: string
  readonly origin: 'config' | 'folder' | 'api'
  readonly file?: string
  readonly error?: string
}

export interface RulebookPart {
  list(filter?: { readonly workload?: string; readonly origin?: RuleView['origin'] }): readonly RuleView[]
  get(id: string): RuleView | undefined
  create(draft: unknown): Answer<RuleView>
  patch(id: string, patch: unknown): Answer<RuleView>
  remove(id: string): Answer<{ readonly deleted: readonly string[] }>
  effective(workload: string): readonly (RuleView & { readonly from: 'global' | 'override' | 'own' })[]
  test(request: unknown): Answer<object>
}

export interface ScannerPart {
  stats(): object
}

export interface EventsPart {
  find(filter: EventFilter & { readonly limit: number; readonly before?: number }): {
    readonly events: readonly LogEvent[]
    readonly next?: number | undefined
  }
  /** Oldest first. */
  since(seq: number, filter: EventFilter): readonly LogEvent[]
  subscribe(listener: (event: LogEvent) => void): () => void
  stats(): object
}

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
