/** longship dashboards build|check: dashboards, rules, their tests and runbooks, from dashboards/*.ts and the objectives. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Argument, Command } from 'commander'
import { LongshipError } from '../errors.ts'
import { parseArguments } from './arguments.ts'

interface Options {
  readonly slos?: string
  readonly dir: string
}

type Build = typeof import('../../dashboards/build.ts')
type Files = ReturnType<Build['buildFiles']>

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  const build = await loadBuild()
  const { readSlos } = await import('../../dashboards/lib/slo.ts')
  const files = build.buildFiles(readSlos(options.slos ?? join(options.dir, build.SLO_FILE)))
  return args[0] === 'build' ? write(build, files, options.dir) : check(build, files, options.dir)
}

function definition(): Command {
  return new Command('dashboards')
    .description('Makes dashboards, alert and recording rules, their tests and runbooks, or checks what was made.')
    .addArgument(
      new Argument('<action>', 'build writes the files; check fails when one differs').choices(['build', 'check']),
    )
    .option('--slos <file>', 'the objectives (default: dashboards/slos.yaml)')
    .option('--dir <folder>', 'where the files are', '.')
    .addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  longship dashboards build                                  after a change of dashboards/ or slos.yaml
  longship dashboards check                                  in CI
  longship dashboards build --slos our-slos.yaml --dir out   our own objectives, elsewhere

Exit codes: 0 done, 1 a file differs or a dashboard has a fault, 2 wrong usage or objectives.
docs/dashboards.md explains the dashboards, the rules and the file of objectives.`

/** Only here: Grafana's SDK, which makes the JSON, is there for developers and not part of what runs. */
async function loadBuild(): Promise<Build> {
  try {
    return await import('../../dashboards/build.ts')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes('@grafana/')) throw error
    throw new LongshipError('usage', 'making dashboards needs the development packages: run `npm ci` in the repository')
  }
}

function write({ driftOf }: Build, files: Files, dir: string): number {
  const { stale, leftover } = driftOf(files, dir)
  for (const { path } of stale) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), files.get(path)!)
    console.log(`wrote: ${path}`)
  }
  for (const path of leftover) {
    rmSync(join(dir, path))
    console.log(`removed: ${path}`)
  }
  console.log(`${files.size} files, ${stale.length} written, ${leftover.length} removed`)
  return 0
}

function check({ driftOf, lintFiles }: Build, files: Files, dir: string): number {
  const { stale, leftover } = driftOf(files, dir)
  const problems = lintFiles(files)
  for (const { path, says } of stale) console.log(`stale: ${path}: ${says}`)
  for (const path of leftover) console.log(`left over: ${path}: nothing makes it any more`)
  for (const { rule, where, says } of problems) console.log(`${rule}: ${where}: ${says}`)
  const faults = stale.length + leftover.length + problems.length
  if (stale.length + leftover.length > 0) console.error('run `longship dashboards build` and commit what it changes')
  console.log(`${files.size} files, ${faults === 0 ? 'all as they should be' : `${faults} faults`}`)
  return faults === 0 ? 0 : 1
}
