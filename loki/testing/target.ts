/** What tests run against: an empty Loki that takes entries and answers queries. Times in nanoseconds since 1970. */

export type Labels = ReadonlyMap<string, string>

export interface TestEntry {
  readonly time: bigint
  readonly line: string
  readonly metadata: Labels
}

export interface TestStream {
  readonly labels: Labels
  readonly entries: readonly TestEntry[]
}

export interface FoundEntry {
  readonly time: bigint
  readonly line: string
  /** Those of the stream, with structured metadata and what stages found. */
  readonly labels: Labels
}

export interface FoundSeries {
  readonly labels: Labels
  /** Milliseconds since 1970. */
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

export type TestAnswer =
  | { readonly kind: 'streams'; readonly entries: readonly FoundEntry[] }
  | { readonly kind: 'matrix' | 'vector' | 'scalar'; readonly series: readonly FoundSeries[] }

export interface TestRange {
  readonly query: string
  readonly start: bigint
  /** Log queries: exclusive. */
  readonly end: bigint
  readonly stepMs: number
  readonly limit: number
  readonly isForward: boolean
}

/** Queries throw an Error with Loki's words. */
export interface Target {
  push(streams: readonly TestStream[]): Promise<void>
  range(question: TestRange): Promise<TestAnswer>
  instant(query: string, time: bigint): Promise<TestAnswer>
  close(): Promise<void>
}

/** What a target for one test must know before entries come. */
export interface TestSpan {
  /** The latest time that an entry has or a question asks for. */
  readonly latest: bigint
  /** Steps of range questions: times may only be moved by multiples of them. */
  readonly stepsMs: readonly number[]
}

export type OpenTarget = (span: TestSpan) => Promise<Target>

export const NANOS_PER_MS = 1_000_000n
