/** Lint of a dashboard as a whole: what identifies it, what can be chosen on it, where it leads. */
import { TAG } from '../lib/links.ts'
import { asking, type DashboardJson, type PanelJson } from './json.ts'

export interface DashboardRule {
  readonly name: string
  /** What is wrong, a line each. */
  readonly check: (dashboard: DashboardJson) => string[]
}

const COLUMNS = 24
/** Grafana's word for "when the time range changes". */
const ON_TIME_RANGE = 2
/** Name → type, in the order of the bar. A dashboard may have more. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['datasource', 'datasource'],
  ['env', 'query'],
  ['service', 'query'],
  ['node', 'query'],
  ['level', 'query'],
  ['search', 'textbox'],
  ['filters', 'adhoc'],
])

export const dashboardRules: readonly DashboardRule[] = [
  {
    name: 'stable-uid',
    check: ({ uid = '' }) =>
      unless(/^longship-[a-z]+$/.test(uid), `uid is ${JSON.stringify(uid)}: links and bookmarks hold it`),
  },
  {
    name: 'title-description',
    check: ({ title, description, tags }) => [
      ...unless(title?.startsWith('Longship: '), 'its title does not begin with "Longship: "'),
      ...unless(description, 'it has no description'),
      ...unless(tags?.includes(TAG), `it has no tag ${TAG}: the menus of the others do not list it`),
    ],
  },
  {
    name: 'uneditable-dashboard',
    check: ({ editable }) => unless(editable === false, 'it can be edited, and the next provisioning takes that back'),
  },
  {
    name: 'template-datasource',
    check: ({ templating }) => {
      const first = templating?.list?.[0]
      const isLoki = first?.type === 'datasource' && first.query === 'loki' && first.name === 'datasource'
      return unless(isLoki && first.label, 'its first variable is not the data source, a Loki, with a label')
    },
  },
  {
    name: 'house-variables',
    check: ({ templating }) => {
      const list = templating?.list ?? []
      return [...VARIABLES].flatMap(([name, type]) => {
        const variable = list.find((each) => each.name === name)
        if (variable?.type !== type) return [`it has no variable ${name} of type ${type}`]
        return unless(variable.label, `variable ${name} has no label`)
      })
    },
  },
  {
    name: 'template-on-time-change-reload',
    check: ({ templating }) =>
      (templating?.list ?? [])
        .filter(({ type }) => type === 'query')
        .flatMap(({ name, refresh, includeAll, allValue, datasource }) => [
          ...unless(refresh === ON_TIME_RANGE, `variable ${name} does not refresh when the time range changes`),
          ...unless(includeAll && allValue, `variable ${name} has no "All" with a regular expression of its own`),
          ...unless(datasource?.uid === '${datasource}', `variable ${name} does not ask the chosen data source`),
        ]),
  },
  {
    name: 'links-keep-choice',
    check: (dashboard) => {
      const { links = [] } = dashboard
      const menu = links.find(({ type, tags }) => type === 'dashboards' && tags?.includes(TAG))
      return [
        ...unless(menu?.keepTime && menu.includeVars, 'it has no menu of the others that keeps time and variables'),
        ...asking(dashboard)
          .flatMap(linksOf)
          .filter((url) => !url.includes('${__url_time_range}') || !url.includes('${datasource:queryparam}'))
          .map((url) => `a link that forgets time or data source: ${url}`),
      ]
    },
  },
  {
    name: 'panel-ids',
    check: ({ panels = [] }) => [
      ...twice(panels.map(({ id }) => String(id))).map((id) => `two panels have the id ${id}`),
      ...twice(panels.filter(({ type }) => type !== 'row').map(({ title }) => title ?? '')).map(
        (title) => `two panels are called "${title}"`,
      ),
    ],
  },
  {
    name: 'layout',
    check: ({ panels = [] }) => [
      ...panels.filter(({ gridPos }) => gridPos === undefined || gridPos.x + gridPos.w > COLUMNS).map(notPlaced),
      ...panels.flatMap((panel, index) =>
        panels
          .slice(index + 1)
          .filter((other) => isOver(panel, other))
          .map((other) => `"${panel.title}" and "${other.title}" overlap`),
      ),
    ],
  },
]

export function unless(holds: unknown, says: string): string[] {
  return holds ? [] : [says]
}

/** Data links, and those of overrides. */
function linksOf({ fieldConfig }: PanelJson): string[] {
  const own = fieldConfig?.defaults?.links ?? []
  const overrides = (fieldConfig?.overrides ?? [])
    .flatMap(({ properties = [] }) => properties)
    .filter(({ id }) => id === 'links')
    .flatMap(({ value }) => value as { readonly url?: string }[])
  return [...own, ...overrides].map(({ url = '' }) => url)
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

function notPlaced({ title }: PanelJson): string {
  return `"${title}" does not fit in ${COLUMNS} columns`
}

function isOver({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  if (a === undefined || b === undefined) return false
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
