/** What an alert says of itself: its rule, its runbook, and the two scenes that prove it. One entry makes all of them. */
import { count, ERROR_LEVELS } from '../lib/logql.ts'

export interface Alert {
  /** CamelCase; the runbook's file is the same in kebab-case. */
  readonly name: string
  /** page: someone must act now; ticket: in the next days. */
  readonly severity: 'page' | 'ticket'
  /** LogQL that has a series for each thing that is wrong, and none otherwise. */
  readonly expr: string
  /** Besides severity. */
  readonly labels?: Readonly<Record<string, string>>
  /** How long it must be so: 0m, 5m. */
  readonly for: string
  /** One line, with {{ $labels.x }} and {{ $value }}. */
  readonly summary: string
  readonly runbook: Runbook
  /** The dashboard to open. */
  readonly dashboard: string
  readonly fires: Scene & { readonly labels: readonly Readonly<Record<string, string>>[] }
  readonly quiet: Scene
}

export interface Runbook {
  readonly means: string
  /** What else looks like it, and is none. */
  readonly notIf: string
  readonly steps: readonly string[]
}

/** Entries as in docs/testing.md. Times count from the start of the test and may be negative. */
export interface Scene {
  readonly says: string
  readonly at: string
  readonly streams: readonly SceneStream[]
}

export interface SceneStream {
  readonly stream: Readonly<Record<string, string>>
  readonly structured_metadata?: Readonly<Record<string, string>>
  readonly lines: readonly SceneLine[]
}

export interface SceneLine {
  readonly line: string
  readonly at?: string
  readonly from?: string
  readonly every?: string
  readonly count?: number
  readonly structured_metadata?: Readonly<Record<string, string>>
}

/** ErrorSpike → error-spike */
export function runbookName(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
}

/** `count` lines, from `from` on, `every` so often. */
export function repeated(line: string, from: string, every: string, count: number): SceneLine {
  return { line, from, every, count }
}

/** Selectors of rules have no variables: rules watch everything. */
export const ALL = '{service=~".+"}'
export const ERRORS = `{service=~".+", level=~"${ERROR_LEVELS}"}`

/** Without what was found in logs: it comes when it comes, and is an error in the log that it was found in already. */
export const ALL_BUT_EVENTS = '{service=~".+", node!="logscan"}'
export const ERRORS_BUT_EVENTS = `{service=~".+", node!="logscan", level=~"${ERROR_LEVELS}"}`

export const counted = (stages: string, window: string) => count(ALL, stages, window)

/** Metadata of an entry. */
export const event = (name: string, more: Readonly<Record<string, string>> = {}) => ({ event: name, ...more })
