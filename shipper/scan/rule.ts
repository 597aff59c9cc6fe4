/** A rule: what to look for in which records, and how loudly to say so. One shape for longship.yaml, folder and API. */
import type { Severity } from '../events/event.ts'

export const STREAMS = ['stdout', 'stderr', 'both'] as const
export type Streams = (typeof STREAMS)[number]

/** As longship.yaml, a folder's file and the API write it, defaults filled in: schema/longship.schema.json, definitions.rule. */
export interface RuleSettings {
  readonly name: string
  readonly pattern: string
  readonly severity: Severity
  readonly streams: Streams
  readonly on: string
  /** With its unit: 90s; or 0. */
  readonly cooldown: string
  readonly enabled: boolean
  readonly workload?: string
  readonly overrides?: string
  readonly description?: string
}

export interface Rule {
  /** Of a file's rule its name; of the API's made up. Unique. */
  readonly id: string
  readonly name: string
  /** RE2 syntax. Kept as written, also when it does not compile. */
  readonly pattern: string
  readonly severity: Severity
  /** Lines of no known stream count as stdout, as a terminal's do. */
  readonly streams: Streams
  /** What the pattern is matched on: message, line (as it was read), or the name of a field. */
  readonly on: string
  /** After a hit the rule is silent for so long, for each workload and container; 0: never. */
  readonly cooldown_ms: number
  readonly enabled: boolean
  /** The service it is for; undefined: all of them (a global rule). */
  readonly workload: string | undefined
  /** Id of the global rule that it stands for in its workload; with `enabled: false` that one is off there. */
  readonly overrides: string | undefined
  readonly description: string | undefined
  /** Where it comes from: only the API's can be changed by the API. */
  readonly origin: 'config' | 'folder' | 'api'
  /** The file, of the first two. */
  readonly file: string | undefined
}
