/** The variables that every dashboard has, in the same order: data source, env, service, node, level, search, filters. */
import {
  AdHocVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { TextVariable } from './spec.ts'

/** Chosen on the dashboard, so that the same JSON serves the embedded server, one Loki, or several. */
export const DATA_SOURCE = { type: 'loki', uid: '${datasource}' } as const

export const SEARCH_BOX: TextVariable = {
  name: 'search',
  label: 'Search',
  description:
    'A regular expression that log lines must match; upper and lower case are alike. Filters the log panels.',
  value: '',
}

/** What the panels about a day's volume divide by: $budget_mb. */
export const BUDGET: TextVariable = {
  name: 'budget_mb',
  label: 'Budget (MB a service and day)',
  description: 'Megabytes that a service may log a day.',
  value: '100',
}

/** `all`: what "All" becomes. An entry always has service, node and level; env it may lack. */
const LABELS = [
  { name: 'env', label: 'Environment', all: '.*' },
  { name: 'service', label: 'Service', all: '.+' },
  { name: 'node', label: 'Node', all: '.*' },
  { name: 'level', label: 'Level', all: '.*' },
] as const

/** Loki's data source: 1 asks for the values of a label, in the streams that `stream` selects. */
const LABEL_VALUES = 1

/** Names of the label variables: what links keep. */
export const LABEL_VARIABLES = LABELS.map(({ name }) => name)

export function houseVariables(own: readonly TextVariable[]) {
  return [
    new DatasourceVariableBuilder('datasource').label('Loki').type('loki'),
    ...LABELS.map(({ name, label, all }) => labelVariable(name, label, all)),
    ...[SEARCH_BOX, ...own].map(textBox),
    new AdHocVariableBuilder('filters').label('Filters').datasource(DATA_SOURCE),
  ]
}

function labelVariable(name: string, label: string, all: string): QueryVariableBuilder {
  // Nodes of the chosen services only: a platform has many.
  const stream = name === 'node' ? '{service=~"$service"}' : ''
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATA_SOURCE)
    .query({ label: name, type: LABEL_VALUES, stream, refId: 'LokiVariableQueryEditor-VariableQuery' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ text: ['All'], value: ['$__all'] })
}

function textBox({ name, label, description, value }: TextVariable): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .defaultValue(value)
    .current({ text: value, value })
}

/** Keys of Grafana's variables by type; the SDK writes those of every type into each. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['datasource', ['query', 'current', 'multi', 'includeAll', 'regex', 'refresh']],
  [
    'query',
    ['datasource', 'query', 'current', 'multi', 'includeAll', 'allValue', 'refresh', 'sort', 'regex', 'definition'],
  ],
  ['textbox', ['query', 'current']],
  ['adhoc', ['datasource', 'filters', 'baseFilters']],
])
const COMMON_KEYS = ['name', 'type', 'label', 'description', 'hide', 'skipUrlSync']

/** One variable of the JSON without what its type does not know. */
export function tidyVariable(variable: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const keys = [...COMMON_KEYS, ...(KEYS.get(String(variable['type'])) ?? [])]
  return Object.fromEntries(keys.flatMap((key) => (key in variable ? [[key, variable[key]]] : [])))
}
