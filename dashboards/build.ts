/** Everything that is made from dashboards/: path → text, for `npm run generate` and `longship dashboards`. */
import { dashboards } from './index.ts'
import { dashboardJson } from './lib/dashboard.ts'

export function dashboardFiles(): Map<string, string> {
  return new Map(
    dashboards.map((dashboard) => [
      `grafana/dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
    ]),
  )
}
