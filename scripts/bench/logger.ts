/**
 * npm run bench:logger: what a log call costs, beside plain winston, pino, winston-loki and pino-loki, on the same fields and in one
 * run; what 10,000 lines a second do to the event loop; what is left of 100,000 lines when Loki answers 503 and 429.
 */
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import Table from 'cli-table3'
import { build } from 'esbuild'
import { type Fault, startFlaky } from '../../test/logger/flaky.ts'

const FAULTS: readonly Fault[] = ['503', 'none', '429', 'none', 'drop', 'none', 'none']
const plain = { head: [], border: [] }
const run = promisify(execFile)

type Row = Record<string, number>

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`)
// As it is shipped: bundled, without a TypeScript loader.
await build({
  entryPoints: ['scripts/bench/logger-run.ts'],
  outfile: 'dist/bench-logger.mjs',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
})

await table('A call, six fields (median of nine rounds)', 'call', [
  'longship',
  'longship without redaction',
  'winston',
  'pino',
])
await table('10,000 lines a second', 'rate', ['longship', 'winston', 'pino'])
await table('3 lines for each of 2,000 requests a second', 'http', ['longship', 'winston', 'pino'])
await toLoki('10,000 lines a second to Loki', 'rate', () => 'none')
await toLoki('100,000 lines at once, Loki fails at times', 'burst', (n) => FAULTS[n % FAULTS.length]!)

async function table(title: string, measure: string, names: readonly string[]): Promise<void> {
  const rows: (readonly [string, Row])[] = []
  for (const name of names) rows.push([name, await measured(name, measure, '')])
  print(title, rows)
}

async function toLoki(title: string, measure: string, fault: (request: number) => Fault): Promise<void> {
  const rows: (readonly [string, Row])[] = []
  for (const name of ['longship to Loki', 'winston-loki', 'pino-loki']) {
    const loki = await startFlaky(fault)
    const row = await measured(name, measure, loki.url)
    rows.push([name, { ...row, lines_delivered: loki.lines.size }])
    loki.close()
  }
  print(title, rows)
}

async function measured(name: string, measure: string, url: string): Promise<Row> {
  const flags = ['--expose-gc', '--max-semi-space-size=128', 'dist/bench-logger.mjs', name, measure, url]
  const { stdout } = await run(process.execPath, flags, { timeout: 120_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Row
}

function print(title: string, rows: readonly (readonly [string, Row])[]): void {
  const names = Object.keys(rows[0]![1])
  const table = new Table({ head: [title, ...names], style: plain })
  for (const [name, row] of rows) table.push([name, ...names.map((each) => round(row[each]!))])
  console.log(table.toString())
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(2)
}
