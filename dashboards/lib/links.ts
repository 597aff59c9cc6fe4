/** Links between dashboards: they keep the time range and what is chosen. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { LABEL_VARIABLES, SEARCH_BOX } from './variables.ts'

/** Every dashboard of the house has it; the menu of the others is made from it. */
export const TAG = 'longship'
export const TRACE_UID = 'longship-trace'

/** What every dashboard has: whoever goes back finds what was chosen. */
const KEEP = ['${__url_time_range}', ...['datasource', ...LABEL_VARIABLES, SEARCH_BOX.name].map(param)].join('&')

function param(name: string): string {
  return `\${${name}:queryparam}`
}

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

/** From a series to the errors of what is chosen, filters of one's own among it; a trace has all of its lines. */
export function errorsLink(): Builder<DashboardLink> {
  return link('Errors of this choice', `/d/longship-errors?${KEEP}&${param('filters')}`)
}

/** A data link knows three keys; the SDK's builder, which is that of a dashboard's links, writes ten. */
function link(title: string, url: string): Builder<DashboardLink> {
  return { build: () => ({ title, url, targetBlank: false }) as DashboardLink }
}
