/** What commands ask: a Loki over HTTP, or the embedded engine over files. */
import type { Answer, Entry } from './answer.ts'
import type { Range } from './times.ts'

export interface RangeQuestion extends Range {
  readonly query: string
  /** Log entries at most. */
  readonly limit: number
  readonly isForward: boolean
  /** Between points of a metric query, in milliseconds; undefined: as Loki chooses. */
  readonly stepMs: number | undefined
}

export interface Loki {
  /** For people: the URL, or the files' names. */
  readonly name: string
  /** Entries that one question may ask for. */
  readonly batch: number
  /** Points that a series of a metric query may have. */
  readonly maxPoints: number
  /** The time of all that there is; undefined: not known, as of a Loki elsewhere. Nanoseconds, the end exclusive. */
  readonly span: Range | undefined
  /** Both throw a RefusedQuery, or a LongshipError where no Loki answers. */
  range(question: RangeQuestion): Promise<Answer>
  /** `time`: nanoseconds since 1970. */
  instant(query: string, time: bigint): Promise<Answer>
  /** Where all entries of a time can be had at once; absent where pages have to do. */
  readonly whole?: {
    /** Parts of a range, oldest first, each small enough to be asked for as a whole. */
    slices(range: Range): readonly Range[]
    /** All entries of a log query in a part, in order; without labels where none are shown. */
    entries(query: string, range: Range, isForward: boolean, hasLabels: boolean): Promise<readonly Entry[]>
  }
  /** Label names, for hints; empty when they cannot be had. */
  labels(start: bigint, end: bigint): Promise<readonly string[]>
  /** Values of one label, for hints. */
  values(name: string, start: bigint, end: bigint): Promise<readonly string[]>
  close(): Promise<void>
}

/** The status of a query that was given up by who asked it. */
export const CANCELLED = 499

/** Loki answered, and it was no. */
export class RefusedQuery extends Error {
  readonly status: number
  /** Where in the query the error is; both from 1. */
  readonly place: { readonly line: number; readonly column: number } | undefined

  constructor(status: number, message: string) {
    super(message)
    this.name = 'RefusedQuery'
    this.status = status
    const match = /parse error at line (\d{1,6}), col (\d{1,6})/.exec(message)
    this.place = match === null ? undefined : { line: Number(match[1]), column: Number(match[2]) }
  }

  /** The query itself is wrong, rather than what it met. */
  get isUsage(): boolean {
    return this.status === 400 && /parse error|unknown (?:function|aggregation)|syntax error/.test(this.message)
  }
}
