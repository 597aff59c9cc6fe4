/**
 * npm run bench:dashboards: every query of every dashboard over the bench's 1,000,000 lines, asked of the embedded server
 * as a browser asks them: six at a time. --addr asks a server that holds the lines already, --end says where they end.
 */
import Table from 'cli-table3'
import { Command } from 'commander'
import { SLO_FILE } from '../../dashboards/build.ts'
import { dashboardsFor } from '../../dashboards/index.ts'
import { POINTS } from '../../dashboards/lib/panels.ts'
import { readSlos } from '../../dashboards/lib/slo.ts'
import type { Dashboard } from '../../dashboards/lib/spec.ts'
import { substitute, type Variable } from '../../loki/testing/variables.ts'
import { withCorpus } from './embedded.ts'

interface Options {
  readonly lines: string
  readonly seed: string
  readonly addr?: string
  readonly end?: string
  readonly only?: string
  readonly queries: boolean
}

const program = new Command('bench:dashboards')
  .description('Times whole dashboards over the bench corpus.')
  .option('--lines <count>', 'lines in all', '1000000')
  .option('--seed <number>', 'of the corpus', '7')
  .option('--addr <url>', 'a server that holds lines already')
  .option('--end <time>', 'the end of the range (default: now)')
  .option('--only <uid>', 'one dashboard')
  .option('--queries', 'the time of each query, asked alone', false)

/** A dashboard over the corpus is to be complete in this time on two cores. */
const LIMIT_S = 3
/** Connections of a browser to one server. */
const AT_ONCE = 6
/** Points of a panel that does not say how many it wants: about one for each pixel, as Grafana asks. */
const PIXELS = 700
/** Grafana rounds its steps to these. */
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * 1000)
const RANGES_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

interface Question {
  readonly panel: string
  readonly path: string
}

const options = program.parse().opts<Options>()
if (options.addr !== undefined) await measure(options.addr, Date.parse(options.end ?? new Date().toISOString()))
else {
  await withCorpus(Number(options.lines), Number(options.seed), ({ url, now, cpuSeconds }) =>
    measure(url, now, cpuSeconds),
  )
}

/** CPU seconds are those of the second time, when the server knows what its blocks hold. */
async function measure(url: string, end: number, cpuSeconds = () => Number.NaN): Promise<void> {
  const table = new Table({
    head: ['dashboard', 'queries', 'first s', 'again s', 'CPU s', 'slowest panel', 's'],
    style: { head: [], border: [] },
  })
  for (const dashboard of dashboardsFor(readSlos(SLO_FILE))) {
    if (options.only !== undefined && dashboard.uid !== options.only) continue
    const asked = questions(dashboard, end)
    const first = await askAll(url, asked)
    const before = cpuSeconds()
    const again = await askAll(url, asked)
    const used = cpuSeconds() - before
    const slowest = [...again.times].sort(([, a], [, b]) => b - a)[0]!
    table.push([
      dashboard.uid,
      asked.length,
      first.seconds.toFixed(2),
      again.seconds.toFixed(2),
      used.toFixed(2),
      slowest[0],
      slowest[1].toFixed(2),
    ])
    if (again.seconds > LIMIT_S) process.exitCode = 1
    if (!options.queries) continue
    for (const question of asked) console.log((await ask(url, question)).toFixed(2), dashboard.uid, question.panel)
  }
  console.log(table.toString())
}

function questions(dashboard: Dashboard, endMs: number): Question[] {
  const [, count, unit] = /^now-(\d+)([hd])$/.exec(dashboard.from)!
  const rangeMs = Number(count) * RANGES_MS[unit!]!
  const all = (value: string): Variable => ({ values: [value], isMulti: true, isRaw: true })
  const variables = new Map<string, Variable>([
    ...(['env', 'node', 'level'] as const).map((name) => [name, all('.*')] as const),
    ['service', all('.+')],
    ['search', { values: [''], isMulti: false }],
    ...(dashboard.variables ?? []).map(({ name, value }) => [name, { values: [value], isMulti: false }] as const),
    ['id', { values: ['msg_274_1735167730'], isMulti: false }],
  ])
  return dashboard.rows
    .flatMap(({ panels }) => panels)
    .flatMap(({ title, kind, queries }) => {
      const stepMs = STEPS_MS.find((each) => rangeMs / each <= (kind === 'timeseries' ? POINTS : PIXELS))!
      return queries.map(({ expr, isInstant = false, maxLines = 500 }) => {
        const times = { intervalMs: stepMs, rangeMs, isInstant, startMs: endMs - rangeMs, endMs }
        const params = new URLSearchParams({ query: substitute(expr, variables, times), limit: String(maxLines) })
        const span = isInstant
          ? { time: `${endMs}000000` }
          : { start: `${endMs - rangeMs}000000`, end: `${endMs}000000`, step: `${stepMs / 1000}` }
        for (const [name, value] of Object.entries(span)) params.set(name, value)
        return { panel: title, path: `/loki/api/v1/query${isInstant ? '' : '_range'}?${params}` }
      })
    })
}

async function askAll(url: string, asked: readonly Question[]) {
  const began = performance.now()
  const times = new Map<string, number>()
  const waiting = [...asked]
  const next = async (): Promise<void> => {
    for (let question = waiting.shift(); question !== undefined; question = waiting.shift()) {
      const seconds = await ask(url, question)
      times.set(question.panel, Math.max(times.get(question.panel) ?? 0, seconds))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
  return { seconds: (performance.now() - began) / 1000, times }
}

async function ask(url: string, { panel, path }: Question): Promise<number> {
  const began = performance.now()
  const response = await fetch(url + path)
  const text = await response.text()
  if (response.status !== 200) {
    console.error(`${panel}: ${response.status} ${text.slice(0, 200)}`)
    process.exitCode = 1
  }
  return (performance.now() - began) / 1000
}
