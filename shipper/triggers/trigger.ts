/** A trigger: which events it wants, and where it tells them. */
import type { EventSource, Severity } from '../events/event.ts'

export const TRIGGER_KINDS = [
  'webhook',
  'slack',
  'discord',
  'telegram',
  'alertmanager',
  'pagerduty',
  'ntfy',
  'email',
] as const
export type TriggerKind = (typeof TRIGGER_KINDS)[number]

/** As longship.yaml and the API write it, defaults filled in: schema/longship.schema.json, definitions.trigger. */
export interface TriggerSettings {
  readonly name: string
  readonly enabled: boolean
  readonly filter: TriggerFilter
  readonly kind: TriggerKind
  readonly url?: string
  readonly secret?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
  readonly from?: string
  readonly to?: string | readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** With its unit: 10s. */
  readonly timeout: string
  readonly retries: number
}

/** As the API shows it: secrets are SECRET_PLACEHOLDER when they are set, and of a secret address only the origin is. */
export interface Trigger extends Omit<TriggerSettings, 'to'> {
  readonly id: string
  readonly to?: readonly string[]
  readonly origin: 'config' | 'api'
  /** Why it cannot send: settings that do not hold, or secrets that this key does not open. */
  readonly error?: string
}

/** Sent back it means: as it was. */
export const SECRET_PLACEHOLDER = '********'

/** All that is given must hold. */
export interface TriggerFilter {
  /** undefined or empty: any. */
  readonly severities?: readonly Severity[]
  readonly sources?: readonly EventSource[]
  /** RE2 pattern on the event's message. */
  readonly message?: string
  readonly workloads?: readonly string[]
  /** Ids or names of rules. */
  readonly rules?: readonly string[]
}
