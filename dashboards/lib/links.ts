/** Links between dashboards: they keep the time range and what is chosen. */
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
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
export function traceLink(): DashboardLinkBuilder {
  return link('Trace ${__value.raw}', `/d/${TRACE_UID}?var-id=\${__value.raw:percentencode}&${KEEP}`)
}

/** From a series to the errors dashboard, with the series' labels chosen. */
export function errorsLink(): DashboardLinkBuilder {
  const chosen = LABEL_VARIABLES.map((name) => `\${${name}:queryparam}`).join('&')
  return link('Errors of this choice', `/d/longship-errors?${chosen}&${KEEP}`)
}

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url)
}
