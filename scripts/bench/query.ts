/**
 * npm run bench:query: the same queries over the bench's 1,000,000 lines, shipped as they are for a user, asked of the
 * embedded server (warm, median), with what a Loki 3.7.6 took on a 2-core machine beside it; --addr asks another Loki
 * the same on this machine. Needs Linux (/proc) for the memory.
 */
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import Table from 'cli-table3'
import { Command } from 'commander'
import { ship, withCorpus } from './embedded.ts'

interface Options {
  readonly lines: string
  readonly runs: string
  readonly seed: string
  readonly addr?: string
  readonly json: boolean
}

interface Question {
  readonly query: string
  /** Seconds that Loki 3.7.6 took: single binary, one hour, step 60, warm, 2 cores. */
  readonly loki: number
}

const OPERATIONS = '{service=~".+"} | operation != "" | unwrap duration_ms'

export const QUESTIONS: readonly Question[] = [
  { query: 'sum by (service) (count_over_time({service=~".+"}[1h]))', loki: 3.5 },
  { query: 'sum by (level) (rate({service="langgraph"}[5m]))', loki: 0.65 },
  { query: `quantile_over_time(0.95, ${OPERATIONS} [1h]) by (operation)`, loki: 0.8 },
  {
    query: 'quantile_over_time(0.95, {service="langgraph"} | json | unwrap duration_ms | __error__="" [5m]) by (node)',
    loki: 0.9,
  },
  {
    query: 'sum by (operation, status) (count_over_time({service="migratekit"} | logfmt | event="operation_end" [1h]))',
    loki: 0.95,
  },
  {
    query: 'sum by (error_type, step) (count_over_time({service="migratekit"} |= "error_type" | logfmt [1h]))',
    loki: 0.65,
  },
  { query: '{service=~".+"} |= "msg_274_"', loki: 1.5 },
]

/** Loki's memory in the same run, in MB. */
const LOKI_MB = 640
/** A label request while a query runs is to take less, in milliseconds. */
const RESPONSIVE_MS = 100

const plain = { head: [], border: [] }

const program = new Command('bench:query')
  .description('Measures queries over the bench corpus in the embedded server.')
  .option('--lines <count>', 'lines in all', '1000000')
  .option('--runs <count>', 'how often each query is timed, after one run to warm up', '3')
  .option('--seed <number>', 'of the corpus', '7')
  .option('--addr <url>', 'another Loki: gets the same lines and the same queries')
  .option('--json', 'print JSON', false)

interface Timed {
  readonly query: string
  readonly seconds: number
  readonly loki: number
  readonly other: number | undefined
  /** Slowest label request meanwhile. */
  readonly labelMs: number
}

await main(program.parse().opts<Options>())

async function main(options: Options): Promise<void> {
  await withCorpus(Number(options.lines), Number(options.seed), async ({ url, now, files, memoryMb }) => {
    if (options.addr !== undefined) await ship(options.addr, files)
    const loaded = memoryMb()
    const timed: Timed[] = []
    for (const question of QUESTIONS) timed.push(await time(question, url, now, options))
    print(timed, { loaded, after: memoryMb(), peak: memoryMb('VmHWM') }, options)
  })
}

async function time(question: Question, url: string, now: number, options: Options): Promise<Timed> {
  const runs = Number(options.runs)
  const ask = (base: string) => median(base, question.query, now, runs)
  const [seconds, other] = [await ask(url), options.addr === undefined ? undefined : await ask(options.addr)]
  return { ...question, seconds, other, labelMs: await slowestLabels(url, question.query, now) }
}

async function median(base: string, query: string, now: number, runs: number): Promise<number> {
  await request(base, query, now)
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    const began = performance.now()
    await request(base, query, now)
    times.push((performance.now() - began) / 1000)
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}

async function request(base: string, query: string, now: number): Promise<void> {
  const params = new URLSearchParams({ query, start: String((now - 3_600_000) / 1000), end: String(now / 1000) })
  const response = await fetch(`${base}/loki/api/v1/query_range?${params}&step=60&limit=1000`)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text}`)
  if (text.includes('"result":[]')) throw new Error(`${query}: found nothing`)
}

/** Asks for the label names again and again while the query runs; the slowest answer in milliseconds. */
async function slowestLabels(base: string, query: string, now: number): Promise<number> {
  let slowest = 0
  let isDone = false
  const running = request(base, query, now).finally(() => {
    isDone = true
  })
  while (!isDone) {
    const began = performance.now()
    await (await fetch(`${base}/loki/api/v1/labels`)).text()
    slowest = Math.max(slowest, performance.now() - began)
    await sleep(5)
  }
  await running
  return slowest
}

function print(timed: readonly Timed[], memory: Record<string, number>, options: Options): void {
  if (options.json) {
    console.log(JSON.stringify({ timed, memory }, undefined, 2))
    return
  }
  console.log(`${options.lines} lines; Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`)
  const other = options.addr === undefined ? [] : [options.addr]
  const head = ['query', 'Longship s', 'Loki 3.7.6 s', ...other, 'labels meanwhile ms']
  const table = new Table({ head, colAligns: ['left', ...head.slice(1).map(() => 'right' as const)], style: plain })
  for (const { query, seconds, loki, other: theirs, labelMs } of timed) {
    const beside = theirs === undefined ? [] : [theirs.toFixed(2)]
    table.push([query, seconds.toFixed(2), loki.toFixed(2), ...beside, labelMs.toFixed(0)])
  }
  console.log(table.toString())
  console.log(
    `memory: ${memory.loaded} MB loaded, ${memory.after} MB behind the queries, ${memory.peak} MB at most; Loki ${LOKI_MB} MB`,
  )
  const slow = timed.filter(({ seconds, loki, labelMs }) => seconds > loki || labelMs > RESPONSIVE_MS)
  if (slow.length > 0 || memory.after! > LOKI_MB) process.exitCode = 1
}
