/** longship ship [FILE…|-]: tails files and pushes what they say to Loki; with --once to their end, then the balance. */
import { Command } from 'commander'
import { assemble } from '../assemble.ts'
import { type Config, loadConfig } from '../config.ts'
import { LongshipError } from '../errors.ts'
import { formats } from '../formats/index.ts'
import { FRAMINGS } from '../framing/index.ts'
import { hasInputs, openInputs } from '../inputs/index.ts'
import type { Lookout } from '../lookout.ts'
import { runShipping, type ShippingResult } from '../shipping.ts'
import { createLog, type Log } from '../telemetry.ts'
import { parseArguments } from './arguments.ts'

interface Options {
  readonly to?: string
  readonly tenant?: string
  readonly once: boolean
  readonly config?: string
  readonly positions?: string
  readonly format?: string
  readonly timezone?: string
  readonly service?: string
  readonly node?: string
  readonly env?: string
  readonly framing?: string
  readonly multiline: boolean
  readonly redact: boolean
  readonly line?: string
  readonly json: boolean
}

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  const config = configOf(args, options)
  const log = createLog({ level: config.telemetry.log_level, format: config.telemetry.log_format })
  const positions = options.positions ?? (options.once ? undefined : config.positions.file)
  // With --once everything ends, and nothing that listens does.
  const inputs = !options.once && hasInputs(config) ? await openInputs(config) : undefined
  if (inputs !== undefined) log.info('listening', { addresses: inputs.addresses.join(', ') })
  const lookout = await openLookoutOf(config, options, log)
  try {
    const result = await runShipping({
      config,
      once: options.once,
      positions,
      log,
      showProgress: !options.json,
      lookout,
      assemble: (given) => assemble({ ...given, inputs }),
    })
    console.log(options.json ? JSON.stringify(result.summary) : result.text)
    return exitCodeOf(result, options.once)
  } finally {
    await lookout?.close()
  }
}

/** Rules, patterns and triggers, when they are configured; with --once everything ends, and nobody could ask the API. */
async function openLookoutOf(config: Config, options: Options, log: Log): Promise<Lookout | undefined> {
  const { scan } = config
  if (scan === undefined) return undefined
  // Loaded by who scans: it doubles what a start costs.
  const { openLookout } = await import('../lookout.ts')
  const lookout = openLookout({
    config: { ...config, scan },
    configFile: options.config ?? process.env['LONGSHIP_CONFIG'],
    secretKey: process.env['LONGSHIP_SECRET_KEY'] || undefined,
    log,
  })
  if (options.once) return lookout
  try {
    const { createPage } = await import('../../dashboards/preview/server/page.ts')
    const server = await lookout.listen(createPage({ scan: true, boards: false }))
    const { token, file } = lookout.token
    if (server !== undefined) log.info('rules, triggers and events', { url: server.url, token_file: file })
    // Log lines are kept and read by others; a terminal shows it to who started this.
    if (server !== undefined && process.stderr.isTTY) console.error(`page: ${server.url}/rules#token=${token}`)
    return lookout
  } catch (error) {
    await lookout.close()
    throw error
  }
}

function definition(): Command {
  return new Command('ship')
    .description('Tails files and pushes what they say to Loki. Without FILE it reads the sources of longship.yaml.')
    .argument('[FILE...]', 'files or globs; "-" for standard input')
    .option('--to <url>', 'base URL of Loki (LOKI_URL; default http://127.0.0.1:3100)')
    .option('--tenant <id>', 'tenant, sent as X-Scope-OrgID (LOKI_TENANT_ID)')
    .option('--once', 'read to the end of the files, print the balance, and stop', false)
    .option('--config <file>', 'longship.yaml (LONGSHIP_CONFIG)')
    .option('--positions <file>', 'where delivered positions are kept (with --once: nowhere, unless given)')
    .option('--format <name>', 'the one format that every line has, instead of finding it')
    .option('--timezone <zone>', 'IANA zone of times that carry none (default: UTC)')
    .option('--service <name>', 'service of lines that name none (default: from the file name)')
    .option('--node <name>', 'node of lines that name none (default: the host they name, or this one)')
    .option('--env <name>', 'deployment environment, a label')
    .option('--framing <kind>', `what wraps the lines: ${FRAMINGS.join(', ')}`)
    .option('--no-multiline', 'a line is a record: join no stack traces and continued lines')
    .option('--no-redact', 'leave secrets where they are')
    .option('--line <form>', 'what is pushed: json, logfmt or original')
    .option('--json', 'print the balance as JSON, and no progress', false)
}

/** Flags win over the environment, that over the file. Files on the command line replace the configured sources. */
function configOf(files: readonly string[], options: Options): Config {
  const { to, tenant, format, timezone, service, node, env, framing, line } = options
  const source = { path: [...files], format, service, node, framing, multiline: options.multiline ? undefined : 'off' }
  const config = loadConfig({
    path: options.config,
    env: process.env,
    knownFormats: formats.map(({ name }) => name),
    flags: {
      loki: { url: to, tenant },
      timezone,
      env,
      line,
      redact: options.redact ? undefined : { enabled: false },
      sources: files.length === 0 ? undefined : [withoutUndefined(source)],
    },
  })
  const listens = !options.once && (hasInputs(config) || config.inputs.docker !== undefined)
  if (config.sources.length === 0 && !listens) {
    throw new LongshipError(
      'usage',
      'nothing to ship: name files (longship ship app.log) or list sources or inputs in longship.yaml and give --config.',
    )
  }
  // Files on the command line stand for all that is configured.
  return files.length === 0 ? config : { ...config, inputs: NO_INPUTS }
}

const NO_INPUTS: Config['inputs'] = { syslog: undefined, push: undefined, docker: undefined }

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

/** A follower's problems passed, or were told while they lasted: a file that came late, positions that were torn. */
function exitCodeOf({ summary }: ShippingResult, once: boolean): number {
  const lost = Object.keys(summary.rejected).length + Object.keys(summary.dropped).length
  const isWhole = summary.gave_up === undefined && summary.pending === 0 && lost === 0
  return isWhole && (!once || summary.problems.length === 0) ? 0 : 1
}
