/** What the API of rules, triggers and events answers with, as the page reads it. Texts in it are log content: hostile. */
import type { Severity } from '../../../../shipper/events/event.ts'
import type { EventJson } from '../../../../shipper/events/json.ts'
import type { EffectiveRule, RuleView as Rule, RuleTest } from '../../../../shipper/scan/view.ts'
import type { Trigger } from '../../../../shipper/triggers/trigger.ts'

export type { EventJson, RuleTest, Severity, Trigger }

/** Of a workload's effective set it says how it came into it. */
export type RuleView = Rule & Partial<Pick<EffectiveRule, 'from'>>

export type Spans = RuleTest['spans']

export interface RuleStats {
  readonly hits: number
  readonly hits_last_minute: number
  /** Hits of the last 60 minutes, the oldest first. */
  readonly minutes: readonly number[]
  readonly cooled_down: number
  /** Texts in which it was given up. */
  readonly too_slow: number
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
    readonly file_errors: readonly { readonly file: string; readonly error: string }[]
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
