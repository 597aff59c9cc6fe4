/** Where the engine's entries come from: loki/server/scan.ts over stored blocks, or any list of entries (tests, files). */
import type { LogExpr } from '../ast.ts'
import type { Row } from '../row.ts'
import type { Hints } from '../stages/hints.ts'
import type { Instant } from './result.ts'

export interface LogSource {
  scan(query: Scan): Promise<void>
  /** Whether any entry's structured metadata may have a label of this name. */
  mayHaveMetadata(name: string): boolean
}

/** One pass over the entries of the selected streams that pass the pipeline. */
export interface Scan {
  readonly log: LogExpr
  /** What parsers need to find. */
  readonly hints: Hints
  readonly start: Instant
  /** Exclusive. */
  readonly end: Instant
  /** Newest first. Otherwise oldest first; in both cases only within a run of entries, see onRun. */
  readonly isBackward: boolean
  /** Asks, before a run of entries that are in order of time, whether it can still matter. Nanoseconds from start. */
  wants?(oldest: number, newest: number): boolean
  /** Takes an entry that passed, its time in nanoseconds from `start`; returns false to leave the rest of its run. */
  onEntry(row: EntryRow, time: number): boolean
}

/** The entry under the scan's cursor: one object for the whole scan, so keep nothing of it. */
export interface EntryRow extends Row {
  /** The stream's labels: the same object for all its entries. */
  readonly stream: readonly (readonly [name: string, value: string])[]
}

/** What stops a query: the client's leaving or the deadline; and what keeps it from holding up everybody else. */
export interface Turn {
  /** Throws a QueryError when the query is over; lets others work when its slice is over. */
  pause(): Promise<void>
  /** Whether pause() is due: cheap enough to ask often. */
  isDue(): boolean
}
