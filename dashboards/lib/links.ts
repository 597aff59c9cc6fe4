/** Links between dashboards: they keep the time range and what is chosen. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { LABEL_VARIABLES } from './variables.ts'

/** Every dashboard of the house has it; the menu of the others is made from it. */
export const TAG = 'longship'
export const TRACE_UID = 'longship-trace'

const KEEP = ['${__url_time_range}', '${datasource:queryparam}'].join('&')

/** All dashboards of the house, in a menu. */
export function houseLinks(): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder('Dashboards')
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .asDropdown(true)
      .keepTime(true)
      .includeVars(true),
  ]
}

/** From an id in a table to everything that happened under it. */
export function traceLink(): Builder<DashboardLink> {
  return link('Trace ${__value.raw}', `/d/${TRACE_UID}?var-id=\${__value.raw:percentencode}&${KEEP}`)
}

/** From a series to the errors dashboard, with the series' labels chosen. */
export function errorsLink(): Builder<DashboardLink> {
  const chosen = LABEL_VARIABLES.map((name) => `\${${name}:queryparam}`).join('&')
  return link('Errors of this choice', `/d/longship-errors?${chosen}&${KEEP}`)
}

/** A data link knows three keys; the SDK's builder, which is that of a dashboard's links, writes ten. */
function link(title: string, url: string): Builder<DashboardLink> {
  return { build: () => ({ title, url, targetBlank: false }) as DashboardLink }
}
