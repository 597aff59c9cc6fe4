/** What the API of rules, triggers and events answers with, as the page reads it. Texts in it are log content: hostile. */
import type { EventMetadata, EventName, EventSource, Severity } from '../../../../shipper/events/event.ts'
import type { RuleSettings } from '../../../../shipper/scan/rule.ts'
import type { Trigger } from '../../../../shipper/triggers/trigger.ts'

export type { Severity, Trigger }

export interface RuleView extends RuleSettings {
  readonly id: string
  readonly origin: 'config' | 'folder' | 'api'
  readonly file?: string
  /** Why it does not compile, or what it overrides that is not there. */
  readonly error?: string
  /** Of a workload's effective set: how it came into it. */
  readonly from?: 'global' | 'override' | 'own'
}

export type Spans = Readonly<Record<string, readonly [start: number, end: number]>>

/** What a rule makes of one line. */
export interface RuleTest {
  readonly matched: boolean
  readonly reason?: string
  /** UTF-16 offsets in `text`. */
  readonly span?: readonly [start: number, end: number]
  readonly captures: Readonly<Record<string, string>>
  readonly spans: Spans
  /** What was matched on. */
  readonly text: string
  readonly message?: string
  readonly record?: unknown
}

export interface RuleStats {
  readonly hits: number
  readonly hits_last_minute: number
  /** Hits of the last 60 minutes, the oldest first. */
  readonly minutes: readonly number[]
  readonly cooled_down: number
  readonly error?: string
}

export interface TriggerStats {
  readonly matched: number
  readonly delivered: number
  readonly failed: number
  readonly retried: number
  readonly dropped: number
  readonly queued: number
  readonly last_error?: string
  readonly last_delivered_at?: string | number
}

export interface Stats {
  readonly scan: {
    readonly rules: Readonly<Record<string, RuleStats>>
    readonly dropped: { readonly cooldown: number; readonly bucket: number }
    readonly watches: number
    readonly lines: number
    readonly compile_errors: readonly { readonly id: string; readonly name: string; readonly error: string }[]
    readonly snapshot_version: number
  }
  readonly triggers: Readonly<Record<string, TriggerStats>>
}

export interface TriggerTest {
  readonly delivered: boolean
  readonly status?: number
  readonly duration_ms: number
  readonly error?: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
}

export interface EventJson {
  readonly seq: number
  /** RFC 3339, nanoseconds. */
  readonly time: string
  readonly source: EventSource
  readonly event: EventName
  readonly severity: Severity
  readonly message: string
  readonly metadata: EventMetadata
}
