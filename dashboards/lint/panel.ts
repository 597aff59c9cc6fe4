/** Lint of a panel: what it says of itself, and in what unit. */
import * as units from '@grafana/grafana-foundation-sdk/units'
import { unless } from './dashboard.ts'
import type { PanelJson } from './json.ts'

export interface PanelRule {
  readonly name: string
  readonly check: (panel: PanelJson) => string[]
}

const KNOWN_UNITS: ReadonlySet<unknown> = new Set(Object.values(units))

/** An instant query whose series are told apart by labels. */
function isMany({ targets = [] }: PanelJson): boolean {
  return targets.some(({ queryType, legendFormat }) => queryType === 'instant' && legendFormat?.includes('{{'))
}

function reduceOf({ options }: PanelJson): { readonly values?: boolean } | undefined {
  return options?.['reduceOptions'] as { readonly values?: boolean } | undefined
}

/** Labels are columns of its table, and shown: as cells, or as names of its rows. */
function isOfTexts(panel: PanelJson): boolean {
  return panel.type === 'table' || (isMany(panel) && reduceOf(panel) !== undefined)
}

/** What it says of fields of text. */
function textProperty({ fieldConfig }: PanelJson, name: string): unknown {
  const own = fieldConfig?.overrides?.find(({ matcher }) => matcher?.id === 'byType' && matcher.options === 'string')
  return own?.properties?.find(({ id }) => id === name)?.value
}

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
    check: (panel) => {
      const reduce = reduceOf(panel)
      return unless(!isMany(panel) || reduce === undefined || reduce.values, 'it shows the last of its series only')
    },
  },
  {
    // One a pixel is a step of seconds: of what happens once a minute single points, and of ratios 0 and 100 %.
    name: 'panel-points',
    check: ({ type, maxDataPoints }) => unless(type !== 'timeseries' || maxDataPoints, 'it asks for a point a pixel'),
  },
  {
    // With a unit of its own Grafana reads "12" of a label as a number, and a name as a date.
    name: 'text-unit',
    check: (panel) =>
      unless(
        !isOfTexts(panel) || textProperty(panel, 'unit') === units.String,
        'its texts have the unit of its numbers',
      ),
  },
  {
    // Grafana says "no data" in every cell that is empty, as that of a label that a series lacks.
    name: 'table-missing-labels',
    check: (panel) =>
      unless(
        panel.type !== 'table' || textProperty(panel, 'noValue') === '',
        'its empty cells say that there is no data',
      ),
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
