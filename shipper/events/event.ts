/** What rules and patterns find in the stream: kept in the event log, told to triggers, pushed to Loki. */
import type { Instant } from '../terms/instant.ts'

/** From the least to the most. */
export const SEVERITIES = ['info', 'warn', 'error', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Who says it: rules, or the pattern miner. */
export const EVENT_SOURCES = ['logscan', 'patterns'] as const
export type EventSource = (typeof EVENT_SOURCES)[number]

export const EVENT_NAMES = ['rule_hit', 'new_pattern', 'pattern_spike'] as const
export type EventName = (typeof EVENT_NAMES)[number]

export interface NewEvent {
  /** The record's own time. */
  readonly time: Instant
  readonly source: EventSource
  readonly event: EventName
  readonly severity: Severity
  /** At most MAX_EVENT_MESSAGE_BYTES, redacted. */
  readonly message: string
  readonly metadata: EventMetadata
  /** Two events of one key are one happening that was read twice (a crash before its position was kept): one is stored. */
  readonly key: string
}

export interface LogEvent extends NewEvent {
  /** Its place in the log: from 1, growing, never given twice. */
  readonly seq: number
}

/** undefined: not known. Texts are log content: hostile. */
export interface EventMetadata {
  /** The record's service. */
  readonly workload: string
  /** The container's name, the file's path, or the input that it came by. */
  readonly container: string
  readonly rule_id?: string | undefined
  readonly rule_name?: string | undefined
  readonly stream?: 'stdout' | 'stderr' | undefined
  /** By name, or $1 … for groups without one. */
  readonly captures?: Readonly<Record<string, string>> | undefined
  readonly node?: string | undefined
  readonly level?: string | undefined
  readonly correlation_id?: string | undefined
  readonly trace_id?: string | undefined
  readonly pattern_id?: string | undefined
  /** The template, with <_> for what differs. */
  readonly pattern?: string | undefined
  /** Lines of it in the last minute, and those that were expected: of a spike. */
  readonly count?: number | undefined
  readonly expected?: number | undefined
}

export const MAX_EVENT_MESSAGE_BYTES = 500
