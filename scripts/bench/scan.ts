/**
 * npm run bench:scan: what a hundred rules (scripts/bench/rules.yaml) cost over the corpus of npm run bench. The same
 * program ships it with rules and without, by turns, each in a process of its own, which reads the file of rules either way;
 * the medians are compared.
 * Exit code 1 when rules take more than --max-drop of the lines per CPU-second. Needs Linux (/proc).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { build } from 'esbuild'
import { PRODUCERS, writeCorpusFile } from './corpus.ts'
import { measure } from './measure.ts'

interface Options {
  readonly lines: number
  readonly runs: number
  readonly rules: string
  readonly maxDrop: number
}

const ROOT = dirname(dirname(import.meta.dirname))

const program = new Command('bench:scan')
  .description('Measures what rules cost: lines per CPU-second with them and without, by turns.')
  .option('--lines <count>', 'lines in all', number, 1_000_000)
  .option('--runs <count>', 'how often each way runs', number, 5)
  .option('--rules <file>', 'file of rules', join(import.meta.dirname, 'rules.yaml'))
  .option('--max-drop <percent>', 'how much slower rules may be', number, 20)
  .argument('[FILE...]', 'log files instead of the corpus; --lines says how many lines they have')
program.parse()
const { lines, runs, rules, maxDrop } = program.opts<Options>()

const folder = mkdtempSync(join(tmpdir(), 'longship-bench-scan-'))
// Where the product's own bundles are: packages are found, and package.json stands beside the folder.
const bundle = join(ROOT, 'dist', `bench-scan-${process.pid}.mjs`)
try {
  await build({
    entryPoints: [join(import.meta.dirname, 'scan-run.ts')],
    outfile: bundle,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
  const each = Math.ceil(lines / PRODUCERS.length)
  const total = program.args.length > 0 ? lines : each * PRODUCERS.length
  const files =
    program.args.length > 0 ? program.args : PRODUCERS.map((name) => writeCorpusFile(folder, name, each, Date.now(), 7))
  console.log(`${total} lines; Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`)
  const without: number[] = []
  const withRules: number[] = []
  let said = ''
  for (let run = 1; run <= runs; run++) {
    without.push(await rate(total, 'without', files))
    withRules.push(await rate(total, 'with', files))
    said = readFileSync(join(folder, 'log'), 'utf8').trim()
    console.log(`run ${run}: ${without.at(-1)} without rules, ${withRules.at(-1)} with, lines per CPU-second`)
  }
  const drop = (1 - median(withRules) / median(without)) * 100
  console.log(said)
  console.log(`median: ${median(without)} → ${median(withRules)} lines per CPU-second: ${drop.toFixed(1)} % less`)
  if (drop > maxDrop) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundle, { force: true })
}

async function rate(total: number, how: 'with' | 'without', files: readonly string[]): Promise<number> {
  const measured = await measure(total, join(folder, 'log'), (port) => [
    process.execPath,
    bundle,
    `http://127.0.0.1:${port}`,
    rules,
    how,
    ...files,
  ])
  if (measured.lines < total) {
    throw new Error(
      `${measured.lines} of ${total} lines came: ${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`,
    )
  }
  return measured.lines_per_cpu_s
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

function number(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('must be a whole number above 0.')
  return value
}
