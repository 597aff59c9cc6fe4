/** Every dashboard passes the house's lint; and every rule of it finds what it is for. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SLO_FILE } from '../../dashboards/build.ts'
import { dashboardsFor } from '../../dashboards/index.ts'
import { dashboardJson } from '../../dashboards/lib/dashboard.ts'
import { readSlos } from '../../dashboards/lib/slo.ts'
import { dashboardRules } from '../../dashboards/lint/dashboard.ts'
import { lint } from '../../dashboards/lint/index.ts'
import { panelRules } from '../../dashboards/lint/panel.ts'
import { queryRules } from '../../dashboards/lint/query.ts'
import { overview } from '../../dashboards/overview.ts'

for (const dashboard of dashboardsFor(readSlos(SLO_FILE))) {
  test(`${dashboard.title} has no findings`, () => {
    assert.deepEqual(lint(dashboardJson(dashboard)), [])
  })
}

/** Rule → what it is to find, as a change of dashboard, panel and query of a dashboard without findings. */
// biome-ignore lint/suspicious/noExplicitAny: faults are what no type allows.
type Fault = (dashboard: any, panel: any, query: any) => void

const FAULTS: readonly (readonly [rule: string, fault: Fault])[] = [
  ['stable-uid', (dashboard) => void (dashboard.uid = 'Xy12')],
  ['title-description', (dashboard) => void (dashboard.title = 'Overview')],
  ['title-description', (dashboard) => void (dashboard.description = '')],
  ['title-description', (dashboard) => void (dashboard.tags = ['other'])],
  ['uneditable-dashboard', (dashboard) => void (dashboard.editable = true)],
  ['template-datasource', (dashboard) => void dashboard.templating.list.reverse()],
  ['house-variables', (dashboard) => void dashboard.templating.list.splice(1, 1)],
  ['house-variables', (dashboard) => void delete dashboard.templating.list[1].label],
  ['template-on-time-change-reload', (dashboard) => void (dashboard.templating.list[1].refresh = 1)],
  ['template-on-time-change-reload', (dashboard) => void (dashboard.templating.list[1].datasource.uid = 'loki')],
  ['links-keep-choice', (dashboard) => void (dashboard.links[0].keepTime = false)],
  ['links-keep-choice', (_dashboard, panel) => void (panel.fieldConfig.defaults.links[0].url = '/d/longship-errors')],
  ['panel-ids', (dashboard, panel) => void (panel.id = dashboard.panels[0].id)],
  ['panel-ids', (_dashboard, panel) => void (panel.title = 'Lines')],
  ['layout', (_dashboard, panel) => void (panel.gridPos.w = 25)],
  ['layout', (_dashboard, panel) => void (panel.gridPos.y = 0)],
  ['panel-title-description', (_dashboard, panel) => void delete panel.title],
  ['panel-title-description', (_dashboard, panel) => void (panel.description = 'no sentence')],
  ['panel-datasource', (_dashboard, panel) => void (panel.datasource.uid = 'loki')],
  ['panel-datasource', (_dashboard, _panel, query) => void delete query.datasource],
  ['panel-units', (_dashboard, panel) => void (panel.fieldConfig.defaults.unit = 'percents')],
  ['panel-every-row', (_dashboard, panel) => showLastRow(panel)],
  ['panel-points', (_dashboard, panel) => void delete panel.maxDataPoints],
  ['text-unit', (_dashboard, panel) => void (panel.type = 'table')],
  ['text-unit', (_dashboard, panel) => showRows(panel)],
  ['table-missing-labels', (_dashboard, panel) => void (panel.type = 'table')],
  ['panel-no-targets', (_dashboard, panel) => void (panel.targets = [])],
  ['panel-ref-ids', (_dashboard, panel, query) => void panel.targets.push(query)],
  ['panel-thresholds', (_dashboard, panel) => void panel.fieldConfig.defaults.thresholds.steps.push({ value: null })],
  ['panel-no-data', (_dashboard, panel) => void delete panel.fieldConfig.defaults.noValue],
  ['target-logql', (_dashboard, _panel, query) => void (query.expr = 'sum(')],
  ['target-logql', (_dashboard, _panel, query) => void (query.expr = '{env=~"$env"}')],
  ['target-logql', (_dashboard, _panel, query) => void (query.expr = query.expr.replace('$env', '$nobody'))],
  ['target-logql-auto', (_dashboard, _panel, query) => void (query.expr = query.expr.replace('$__auto', '5m'))],
  ['target-logql-auto', (_dashboard, _panel, query) => void (query.expr = query.expr.replace('$__auto', '$__range'))],
  [
    'unwrap-errors',
    (_dashboard, _panel, query) =>
      void (query.expr =
        'sum by (level) (sum_over_time({env=~"$env", service=~"$service"} | unwrap duration_ms [$__auto]))'),
  ],
  [
    'target-chosen-environment',
    (_dashboard, _panel, query) => void (query.expr = query.expr.replace('env=~"$env", ', '')),
  ],
  ['target-legend', (_dashboard, _panel, query) => void (query.legendFormat = '{{service}}')],
]

// biome-ignore lint/suspicious/noExplicitAny: as above.
function showLastRow(panel: any): void {
  panel.options.reduceOptions = { values: false }
  panel.targets[0].queryType = 'instant'
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function showRows(panel: any): void {
  panel.options.reduceOptions = { values: true }
  panel.targets[0].queryType = 'instant'
}

describe('the rule', () => {
  for (const [index, [rule, fault]] of FAULTS.entries()) {
    test(`${rule} finds fault ${index}`, () => {
      const dashboard = structuredClone(dashboardJson(overview))
      const panel = (dashboard['panels'] as { title: string; targets: unknown[] }[]).find(
        ({ title }) => title === 'Lines by level',
      )!
      fault(dashboard, panel, panel.targets[0])
      const found = lint(dashboard)
      assert.ok(
        found.some((problem) => problem.rule === rule && problem.says !== ''),
        JSON.stringify(found),
      )
    })
  }
})

test('every rule is seen to find something', () => {
  const rules = [...dashboardRules, ...panelRules, ...queryRules].map(({ name }) => name)
  assert.deepEqual(new Set(FAULTS.map(([rule]) => rule)), new Set(rules))
})
