/** What a query comes to: the four result types of Loki's API, as values. answer.ts writes them as JSON. */

/** Seconds since 1970 and nanoseconds of the second. */
export interface Instant {
  readonly seconds: number
  readonly nanos: number
}

/** Label names and values by name; no name twice. */
export type Labels = ReadonlyMap<string, string>

export type QueryResult = StreamsResult | MatrixResult | VectorResult | ScalarResult

export interface StreamsResult {
  readonly type: 'streams'
  /** By their labels' text. */
  readonly streams: readonly ResultStream[]
}

export interface ResultStream {
  readonly labels: Labels
  /** In the order that was asked for. */
  readonly entries: readonly ResultEntry[]
}

export interface ResultEntry extends Instant {
  readonly line: string
  /** Labels of `labels` that came from the entry and from stages; what the flag categorize-labels shows. */
  readonly metadata: Labels
  readonly parsed: Labels
}

export interface MatrixResult {
  readonly type: 'matrix'
  /** By labels. */
  readonly series: readonly ResultSeries[]
}

export interface ResultSeries {
  readonly labels: Labels
  readonly points: readonly Point[]
}

export interface Point {
  /** Milliseconds since 1970. */
  readonly ms: number
  readonly value: number
}

export interface VectorResult {
  readonly type: 'vector'
  /** By labels, or as sort and sort_desc put them. */
  readonly samples: readonly ResultSample[]
}

export interface ResultSample extends Point {
  readonly labels: Labels
}

export interface ScalarResult extends Point {
  readonly type: 'scalar'
}
