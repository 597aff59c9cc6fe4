/** Everything that is made from dashboards/: path → text, for `npm run generate` and `longship dashboards`. */
import { dashboards } from './index.ts'
import { dashboardJson } from './lib/dashboard.ts'
import { ruleFiles } from './rules/files.ts'
import { slos } from './slo.ts'

export function dashboardFiles(): Map<string, string> {
  const files = dashboards.map((dashboard): [string, string] => [
    `grafana/dashboards/${dashboard.uid}.json`,
    `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
  ])
  return new Map([...files, ...ruleFiles(slos)])
}
