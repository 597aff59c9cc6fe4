/** What a dashboard says of itself, before Grafana's JSON: plain values, written in dashboards/*.ts and checked by lint. */
import type { Unit } from './units.ts'

export interface Query {
  /** LogQL with Grafana's variables. */
  readonly expr: string
  /** Of the series, with {{label}}; the labels themselves without. */
  readonly legend?: string
  /** Asked once, for the end of the range, instead of along it. */
  readonly isInstant?: boolean
  /** Entries of a log query; 500 unless told otherwise. */
  readonly maxLines?: number
}

/** Colour from this value on; the first step has no value. */
export interface Step {
  readonly from: number | null
  readonly color: string
}

export type PanelKind =
  | 'timeseries'
  | 'stat'
  | 'table'
  | 'bargauge'
  | 'piechart'
  | 'logs'
  | 'heatmap'
  | 'statetimeline'
  | 'text'

export interface Panel {
  readonly kind: PanelKind
  readonly title: string
  /** What it shows, how it is counted, and what to do when it looks bad. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  readonly thresholds: readonly Step[]
  /** What the panel says when nothing came back, and what that means. */
  readonly empty: string
  /** Of 24 columns. */
  readonly width: number
  readonly height: number
  readonly options: PanelOptions
}

export interface PanelOptions {
  readonly isStacked?: boolean
  /** Bars instead of lines: counts a step. */
  readonly isBars?: boolean
  readonly min?: number
  readonly max?: number
  readonly decimals?: number
  /** Fixed colours: series name, or a regular expression in slashes → colour. */
  readonly colors?: Readonly<Record<string, string>>
  /** Table columns: label → heading; "Value" is the number. */
  readonly columns?: Readonly<Record<string, string>>
  /** Words for numbers: 1 → healthy. */
  readonly words?: readonly { readonly value: number; readonly text: string; readonly color: string }[]
  /** The smallest value of a table first: where that is the worst. */
  readonly isAscending?: boolean
  /** Log lines in the order in which they happened: the oldest first. */
  readonly isForward?: boolean
  /** A state lasts until the next is said, however long that takes; else as long as its step. */
  readonly isHeld?: boolean
  /** Its points are no closer than this, as 1m: what is said once a minute makes no line in steps of ten seconds. */
  readonly leastStep?: string
  /** Markdown of a text panel. */
  readonly content?: string
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Dashboard {
  /** Stable: links and bookmarks hold it. The file is grafana/dashboards/<uid>.json. */
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Where its range begins: now-1h. */
  readonly from: string
  /** Besides those that every dashboard has. */
  readonly variables?: readonly TextVariable[]
  readonly rows: readonly Row[]
}

/** A text box. */
export interface TextVariable {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly value: string
}
