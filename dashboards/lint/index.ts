/**
 * The house's lint of dashboards, on the JSON that Grafana loads: the rules of Grafana's dashboard-linter that are about
 * Loki, and those of docs/dashboards.md. A rule is an entry in one of three lists.
 */
import { dashboardRules } from './dashboard.ts'
import { asking, type DashboardJson } from './json.ts'
import { panelRules } from './panel.ts'
import { queryRules } from './query.ts'

export interface Problem {
  readonly rule: string
  /** longship-overview / Error ratio / A */
  readonly where: string
  readonly says: string
}

export function lint(dashboard: DashboardJson): Problem[] {
  const place = dashboard.uid ?? dashboard.title ?? 'a dashboard'
  return [
    ...dashboardRules.flatMap(({ name, check }) => problems(name, place, check(dashboard))),
    ...asking(dashboard).flatMap((panel) => {
      const where = `${place} / ${panel.title ?? panel.id}`
      return [
        ...panelRules.flatMap(({ name, check }) => problems(name, where, check(panel))),
        ...(panel.targets ?? []).flatMap((target) =>
          queryRules.flatMap(({ name, check }) =>
            problems(name, `${where} / ${target.refId}`, check(target, panel, dashboard)),
          ),
        ),
      ]
    }),
  ]
}

function problems(rule: string, where: string, found: readonly string[]): Problem[] {
  return found.map((says) => ({ rule, where, says }))
}
