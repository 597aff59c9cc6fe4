/** `longship doctor`: looks at configuration, files and Loki, and says what to do. Changes nothing, unless --push. */
import { Command } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { LongshipError } from '../errors.ts'
import { createRedactor } from '../redact/redact.ts'
import { colours } from '../terms/colours.ts'
import { parseArguments } from './arguments.ts'
import { checkFiles } from './doctor/files.ts'
import type { Finding } from './doctor/finding.ts'
import { checkInputs } from './doctor/inputs.ts'
import { checkKubernetes } from './doctor/kubernetes.ts'
import { checkLoki } from './doctor/loki.ts'
import { checkScan } from './doctor/scan.ts'
import { describeSize, sizeOf } from './doctor/size.ts'

interface Options {
  readonly config?: string
  readonly to?: string
  readonly push?: boolean
  readonly json?: boolean
  readonly size?: string
  readonly retention: string
}

/** 0: all works, perhaps with warnings. 1: something does not work. 2: wrong usage or configuration. */
export async function run(
  argv: readonly string[],
  write = (text: string): unknown => process.stdout.write(text),
): Promise<number> {
  const command = new Command('doctor')
    .description("Check configuration, files, permissions, and Loki's reachability and limits; say what to do.")
    .option('-c, --config <file>', 'longship.yaml (default: $LONGSHIP_CONFIG)')
    .option('--to <url>', "Loki's URL instead of the configured one")
    .option('--push', 'also push one line: {service="longship-doctor"}')
    .option('--json', 'one JSON object a finding')
    .option('--size <rate>', 'instead: what logs of this rate need (200GB/day, 3MB/s)')
    .option('--retention <days>', 'with --size: how long logs stay', '30d')
    .addHelpText('after', '\nExit codes: 0 all works, 1 something does not, 2 wrong usage or configuration.')
  const parsed = parseArguments<Options>(command, argv)
  if (parsed === undefined) return 0
  const { options } = parsed
  if (options.size !== undefined) {
    const size = sizeOf(options.size, options.retention)
    write(options.json ? `${JSON.stringify(size)}\n` : describeSize(size))
    return 0
  }
  let exitCode = 0
  const report = (finding: Finding) => {
    if (finding.status === 'fail') exitCode = finding.check === 'configuration' ? 2 : Math.max(exitCode, 1)
    write(options.json ? `${JSON.stringify(finding)}\n` : lineOf(finding))
  }
  const config = load(options, report)
  if (config === undefined) return exitCode
  for (const finding of checkFiles(config)) report(finding)
  for (const finding of checkScan(config, process.env['LONGSHIP_SECRET_KEY'])) report(finding)
  for await (const finding of checkInputs(config)) report(finding)
  for await (const finding of checkKubernetes(config)) report(finding)
  for await (const finding of checkLoki(config, options.push === true)) report(finding)
  return exitCode
}

function load(options: Options, report: (finding: Finding) => void): Config | undefined {
  try {
    const config = loadConfig({
      env: process.env,
      flags: { loki: { url: options.to } },
      ...(options.config !== undefined && { path: options.config }),
    })
    // Rules that do not exist or compile are found where they are used.
    createRedactor(config.redact)
    const from = options.config ?? process.env['LONGSHIP_CONFIG']
    report({ check: 'configuration', status: 'ok', message: from ?? 'no file: defaults, environment and flags' })
    return config
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    for (const message of error.message.split('\n')) report({ check: 'configuration', status: 'fail', message })
    return undefined
  }
}

const MARKS = { ok: colours.green('✓'), warn: colours.yellow('!'), fail: colours.red('✗') }

function lineOf({ check, status, message }: Finding): string {
  return `${MARKS[status]} ${check}: ${message}\n`
}
