/** The parts of Grafana's classic dashboard JSON that the page reads; everything may be absent. */
import type { Loose } from './loose.ts'

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly panels: readonly Panel[]
  readonly templating?: { readonly list?: readonly VariableModel[] }
  readonly time?: { readonly from: string; readonly to: string }
  readonly refresh?: string | false
  readonly links?: readonly DashboardLink[]
  readonly annotations?: { readonly list?: readonly Annotation[] }
}

export interface Annotation {
  readonly name?: string
  readonly enable?: boolean
  readonly hide?: boolean
  readonly builtIn?: number
  readonly expr?: string
  readonly iconColor?: string
  readonly titleFormat?: string
  readonly textFormat?: string
  readonly target?: { readonly expr?: string }
}

export interface DashboardLink {
  readonly type: 'link' | 'dashboards'
  readonly title?: string
  readonly url?: string
  readonly tags?: readonly string[]
  readonly keepTime?: boolean
  readonly includeVars?: boolean
  readonly targetBlank?: boolean
  readonly tooltip?: string
}

export interface Panel {
  readonly id?: number
  readonly type: string
  readonly title?: string
  readonly description?: string
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly Target[]
  readonly fieldConfig?: { readonly defaults?: FieldConfig; readonly overrides?: readonly Override[] }
  readonly options?: Readonly<Record<string, Loose>>
  readonly transformations?: readonly Transformation[]
  readonly links?: readonly DataLink[]
  readonly interval?: string
  readonly maxDataPoints?: number
  readonly timeFrom?: string
  readonly timeShift?: string
  readonly repeat?: string
  readonly repeatDirection?: 'h' | 'v'
  readonly maxPerRow?: number
  readonly collapsed?: boolean
  readonly panels?: readonly Panel[]
}

export interface Target {
  readonly refId?: string
  readonly expr?: string
  readonly queryType?: string
  readonly instant?: boolean
  readonly legendFormat?: string
  readonly maxLines?: number
  readonly step?: string
  readonly direction?: string
  readonly hide?: boolean
}

export interface FieldConfig {
  readonly unit?: string
  readonly decimals?: number | null
  readonly min?: number
  readonly max?: number
  readonly displayName?: string
  readonly noValue?: string
  readonly color?: { readonly mode?: string; readonly fixedColor?: string }
  readonly thresholds?: { readonly mode?: string; readonly steps?: readonly Step[] }
  readonly mappings?: readonly Mapping[]
  readonly links?: readonly DataLink[]
  readonly custom?: Readonly<Record<string, Loose>>
}

export interface Step {
  readonly value: number | null
  readonly color: string
}

export interface Mapping {
  readonly type: string
  readonly options: Loose
}

export interface DataLink {
  readonly title?: string
  readonly url?: string
  readonly targetBlank?: boolean
}

/** A data link of one value, its variables filled in. */
export interface Link extends DataLink {
  readonly title: string
  readonly url: string
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options?: Loose }
  readonly properties: readonly { readonly id: string; readonly value?: Loose }[]
}

export interface Transformation {
  readonly id: string
  readonly disabled?: boolean
  readonly options?: Loose
}

export interface VariableModel {
  readonly name: string
  readonly type: string
  readonly label?: string | null
  readonly description?: string | null
  readonly hide?: number
  readonly query?: Loose
  readonly definition?: string
  readonly regex?: string
  readonly sort?: number
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly allValue?: string | null
  readonly current?: { readonly value?: Loose; readonly text?: Loose }
  readonly options?: readonly { readonly value: string; readonly text: string; readonly selected?: boolean }[]
  readonly filters?: readonly Filter[]
}

/** An ad-hoc filter. */
export interface Filter {
  readonly key: string
  readonly operator: string
  readonly value: string
}
