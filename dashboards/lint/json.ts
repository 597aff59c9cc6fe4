/** What lint reads of Grafana's classic dashboard JSON. Anything may be missing: it is what lint looks for. */

export interface DashboardJson {
  readonly uid?: string
  readonly title?: string
  readonly description?: string
  readonly editable?: boolean
  readonly refresh?: string
  readonly tags?: readonly string[]
  readonly time?: { readonly from?: string; readonly to?: string }
  readonly templating?: { readonly list?: readonly VariableJson[] }
  readonly annotations?: { readonly list?: readonly { readonly name?: string; readonly expr?: string }[] }
  readonly links?: readonly LinkJson[]
  readonly panels?: readonly PanelJson[]
}

export interface VariableJson {
  readonly name: string
  readonly type: string
  readonly label?: string
  readonly query?: unknown
  readonly datasource?: DataSourceJson
  readonly refresh?: number
  readonly includeAll?: boolean
  readonly allValue?: string
  readonly current?: { readonly value?: unknown }
}

export interface DataSourceJson {
  readonly type?: string
  readonly uid?: string
}

export interface LinkJson {
  readonly type?: string
  readonly tags?: readonly string[]
  readonly url?: string
  readonly title?: string
  readonly includeVars?: boolean
  readonly keepTime?: boolean
}

export interface PanelJson {
  readonly id?: number
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly datasource?: DataSourceJson
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly TargetJson[]
  readonly maxDataPoints?: number
  readonly options?: Readonly<Record<string, unknown>>
  readonly fieldConfig?: {
    readonly defaults?: {
      readonly unit?: string
      readonly noValue?: string
      readonly thresholds?: { readonly steps?: readonly { readonly value: number | null }[] }
      readonly links?: readonly LinkJson[]
    }
    readonly overrides?: readonly {
      readonly matcher?: { readonly id: string; readonly options?: unknown }
      readonly properties?: readonly { readonly id: string; readonly value?: unknown }[]
    }[]
  }
}

export interface TargetJson {
  readonly refId?: string
  readonly expr?: string
  readonly queryType?: string
  readonly legendFormat?: string
  readonly datasource?: DataSourceJson
}

/** Of panels that ask something: rows and texts do not. */
export function asking(dashboard: DashboardJson): readonly PanelJson[] {
  return (dashboard.panels ?? []).filter(({ type }) => type !== 'row' && type !== 'text')
}
