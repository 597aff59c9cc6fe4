/**
 * Is the stack whole? Logs a line of each format, then asks Loki and Grafana for them; a table, and exit code 1 when one check fails:
 * node --import tsx scripts/smoke.ts [--loki http://127.0.0.1:3100] [--grafana http://127.0.0.1:3000] [--password FILE] [--alert]
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { grafanaChecks } from './smoke/grafana.ts'
import { lokiChecks } from './smoke/loki.ts'
import { run } from './smoke/run.ts'

const { values } = parseArgs({
  options: {
    loki: { type: 'string', default: 'http://127.0.0.1:3100' },
    grafana: { type: 'string' },
    password: { type: 'string' },
    alert: { type: 'boolean', default: false },
  },
})
const password = values.password === undefined ? undefined : readFileSync(values.password, 'utf8').trim()
const checks = [
  ...lokiChecks(values.loki, values.alert),
  ...(values.grafana === undefined ? [] : grafanaChecks(values.grafana, password)),
]
const table = new Table({ head: ['check', '', 'what'], colWidths: [40, 6, 70], wordWrap: true })
for (const { name, problem, found } of await run(checks)) {
  table.push([name, problem === undefined ? 'ok' : 'FAIL', problem ?? found])
  if (problem !== undefined) process.exitCode = 1
}
console.log(table.toString())
