/** Lint of a panel: what it says of itself, and in what unit. */
import * as units from '@grafana/grafana-foundation-sdk/units'
import { unless } from './dashboard.ts'
import type { PanelJson } from './json.ts'

export interface PanelRule {
  readonly name: string
  readonly check: (panel: PanelJson) => string[]
}

const KNOWN_UNITS: ReadonlySet<unknown> = new Set(Object.values(units))

export const panelRules: readonly PanelRule[] = [
  {
    name: 'panel-title-description',
    check: ({ title, description }) => [
      ...unless(title, 'it has no title'),
      ...unless(/\.$/.test(description ?? ''), 'its description is missing, or no sentence'),
    ],
  },
  {
    name: 'panel-datasource',
    check: ({ datasource, targets = [] }) =>
      [datasource, ...targets.map((target) => target.datasource)].flatMap((each) =>
        unless(each?.uid === '${datasource}' && each.type === 'loki', 'it does not ask the chosen data source'),
      ),
  },
  {
    name: 'panel-units',
    check: ({ fieldConfig }) => {
      const unit = fieldConfig?.defaults?.unit
      return unless(KNOWN_UNITS.has(unit), `Grafana has no unit ${JSON.stringify(unit)}`)
    },
  },
  {
    // Grafana's Loki data source makes one table of an instant query: the last row would be all that is seen of it.
    name: 'panel-every-row',
    check: ({ options, targets = [] }) => {
      const isMany = targets.some(
        ({ queryType, legendFormat }) => queryType === 'instant' && legendFormat?.includes('{{'),
      )
      const reduce = options?.['reduceOptions'] as { readonly values?: boolean } | undefined
      return unless(!isMany || reduce === undefined || reduce.values, 'it shows the last of its series only')
    },
  },
  {
    // With a unit of its own Grafana reads "12" of a text column as a number, and an id as a date.
    name: 'table-text-columns',
    check: ({ type, fieldConfig }) => {
      const own = fieldConfig?.overrides?.find(
        ({ matcher }) => matcher?.id === 'byType' && matcher.options === 'string',
      )
      const unit = own?.properties?.find(({ id }) => id === 'unit')?.value
      return unless(type !== 'table' || unit === units.String, 'its columns of texts have the unit of its numbers')
    },
  },
  {
    name: 'panel-no-targets',
    check: ({ targets = [] }) => unless(targets.length > 0, 'it asks nothing'),
  },
  {
    name: 'panel-ref-ids',
    check: ({ targets = [] }) => {
      const ids = targets.map(({ refId }) => refId)
      return unless(new Set(ids).size === ids.length, 'two queries have the same refId')
    },
  },
  {
    name: 'panel-thresholds',
    check: ({ fieldConfig }) => {
      const values = (fieldConfig?.defaults?.thresholds?.steps ?? []).map(({ value }) => value)
      const isRising = values.slice(1).every((value, index) => value !== null && value > (values[index] ?? -Infinity))
      return unless(values[0] === null && isRising, `its thresholds do not rise from null: ${values.join(', ')}`)
    },
  },
  {
    name: 'panel-no-data',
    check: ({ fieldConfig }) => unless(fieldConfig?.defaults?.noValue, 'it does not say what no data means'),
  },
]
