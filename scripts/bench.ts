/**
 * npm run bench: the same work for Longship and for every other agent found on this machine's PATH: 1,000,000 lines of
 * four producers, read from files, parsed, pushed into a Loki that counts and keeps nothing. Needs Linux (/proc).
 * npm run bench -- micro: what one record costs, by format family. How and why: docs/performance.md.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Table from 'cli-table3'
import { Command, InvalidArgumentError } from 'commander'
import { build } from 'esbuild'
import { type Agent, agents, findProgram } from './bench/agents.ts'
import { PRODUCERS, type Producer, writeCorpusFile } from './bench/corpus.ts'
import { type Measured, measure } from './bench/measure.ts'
import type { Row } from './bench/micro.ts'

interface Options {
  readonly lines: number
  readonly runs: number
  readonly seed: number
  readonly json: boolean
}

interface Result extends Measured {
  readonly agent: string
}

const ROOT = dirname(import.meta.dirname)
const MICRO_LINES_A_PRODUCER = 10_000
/** Without colours: the figures are pasted into documents. */
const plain = { head: [], border: [] }

const program = new Command('bench')
  .description('Measures longship ship --once, and other agents found on the PATH, on the same work.')
  .argument('[what]', 'ship, or micro: what one record costs on the general path', 'ship')
  .option('--lines <count>', 'lines in all', count, 1_000_000)
  .option('--runs <count>', 'how often each agent runs', count, 1)
  .option('--seed <number>', 'of the corpus', count, 7)
  .option('--json', 'print JSON', false)
program.parse()
const options = program.opts<Options>()
const folder = mkdtempSync(join(tmpdir(), 'longship-bench-'))
try {
  await (program.args[0] === 'micro' ? runMicro() : runShip())
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function runShip(): Promise<void> {
  const each = Math.ceil(options.lines / PRODUCERS.length)
  say(`corpus: ${each * PRODUCERS.length} lines, ${PRODUCERS.length} files; ${machine()}`)
  const files = writeCorpus(each)
  const results: Result[] = []
  for (let run = 0; run < options.runs; run++) {
    results.push(await runLongship(files, each * PRODUCERS.length))
    for (const agent of agents) {
      const found = findProgram(agent.program)
      if (found !== undefined) results.push(await runOther(agent, found, files, each * PRODUCERS.length))
    }
  }
  if (options.json) console.log(JSON.stringify(results, undefined, 2))
  else console.log(tableOf(results))
  if (agents.every(({ program }) => findProgram(program) === undefined)) {
    say(`no other agent on the PATH (${agents.map(({ program }) => program).join(', ')}): Longship alone`)
  }
}

function writeCorpus(lines: number): ReadonlyMap<Producer, string> {
  const now = Date.now()
  return new Map(PRODUCERS.map((name) => [name, writeCorpusFile(folder, name, lines, now, options.seed)]))
}

async function runLongship(files: ReadonlyMap<Producer, string>, total: number): Promise<Result> {
  const log = join(folder, 'longship.log')
  const cli = join(ROOT, 'dist', 'cli.js')
  const measured = await measure(total, log, (port) => {
    const to = `http://127.0.0.1:${port}`
    return [process.execPath, cli, 'ship', '--once', '--to', to, ...files.values()]
  })
  if (measured.lines < total) complain('Longship', log, measured.lines, total)
  return { agent: 'Longship', ...measured }
}

async function runOther(
  agent: Agent,
  path: string,
  files: ReadonlyMap<Producer, string>,
  total: number,
): Promise<Result> {
  const log = join(folder, `${agent.program}.log`)
  const home = mkdtempSync(join(folder, `${agent.program}-`))
  const measured = await measure(total, log, (port) => [path, ...agent.prepare(home, files, port)])
  if (measured.lines < total) complain(agent.name, log, measured.lines, total)
  return { agent: agent.name, ...measured }
}

function complain(agent: string, log: string, lines: number, total: number): void {
  process.exitCode = 1
  console.error(`${agent} pushed ${lines} of ${total} lines. It said:\n${readFileSync(log, 'utf8').slice(-2000)}`)
}

/** Bundled first, as it is shipped: a TypeScript loader's wrappers would be measured too. */
async function runMicro(): Promise<void> {
  const outfile = join(ROOT, 'node_modules', '.cache', 'longship', `micro-${process.pid}.mjs`)
  const entry = join(ROOT, 'scripts', 'bench', 'micro.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  try {
    const { micro } = (await import(pathToFileURL(outfile).href)) as { micro: (root: string, busy: string) => Row[] }
    const busy = [...writeCorpus(MICRO_LINES_A_PRODUCER).values()].map((path) => readFileSync(path, 'utf8')).join('')
    const rows = micro(ROOT, busy)
    if (options.json) console.log(JSON.stringify(rows, undefined, 2))
    else console.log(microTable(rows))
  } finally {
    rmSync(outfile, { force: true })
  }
}

function tableOf(results: readonly Result[]): string {
  const head = ['agent', 'lines', 'wall s', 'CPU s', 'lines per CPU-second', 'peak MB', 'pushed MB', 'requests']
  const table = new Table({ head, colAligns: ['left', ...head.slice(1).map(() => 'right' as const)], style: plain })
  for (const result of results) {
    table.push([
      result.agent,
      result.lines.toLocaleString('en'),
      result.wall_s.toFixed(2),
      result.cpu_s.toFixed(2),
      result.lines_per_cpu_s.toLocaleString('en'),
      result.peak_mb,
      result.pushed_mb,
      result.requests,
    ])
  }
  return table.toString()
}

function microTable(rows: readonly Row[]): string {
  const table = new Table({ head: ['what', '', 'unit', 'lines'], colAligns: ['left', 'right'], style: plain })
  for (const { what, value, unit, lines } of rows) table.push([what, value.toFixed(2), unit, lines])
  return table.toString()
}

function machine(): string {
  return `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`
}

function say(text: string): void {
  if (!options.json) console.log(text)
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('must be a whole number above 0.')
  return value
}
