/** `longship serve`: the embedded Loki-compatible server. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { readConfigSize } from '../../loki/logql/units.ts'
import { readUrls } from '../../loki/server/ruler/settings.ts'
import { createServer } from '../../loki/server/server.ts'
import { DEFAULT_SETTINGS, type LokiConfig, readLokiConfig, type Settings } from '../../loki/server/settings.ts'
import { LongshipError } from '../errors.ts'
import { statOf } from '../terms/stat.ts'
import { startElsewhere } from './serving/elsewhere.ts'
import { addFaroFlags, createCollector, type FaroFlags } from './serving/faro.ts'

interface Flags extends FaroFlags {
  readonly port?: number
  readonly host?: string
  readonly data?: string
  readonly config?: string
  readonly fsync: boolean
  readonly maxMemory?: number
  readonly rules?: string
  readonly alertmanagerUrl?: readonly string[]
  readonly dashboards?: string
  readonly loki?: string
}

const DEFAULT_DATA = '.longship/data'

/** Runs until SIGINT or SIGTERM. Exit code 0 for a clean end, 2 for wrong usage, configuration or a taken port. */
export async function run(argv: readonly string[]): Promise<number> {
  const command = describe()
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
  const flags = command.opts<Flags>()
  try {
    checkFolder('--dashboards', flags.dashboards)
    return flags.loki === undefined ? await serve(flags) : await preview(flags, flags.loki)
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    console.error(`longship serve: ${error.message}`)
    return error.exitCode
  }
}

function describe(): Command {
  const command = new Command('longship serve')
    .description('The embedded Loki-compatible server: push, OTLP and queries over HTTP, no Docker needed.')
    .option('--port <number>', 'port to listen on (default: 3100)', readPort)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)')
    .option('--data <dir>', `where entries are kept; "memory" keeps them in memory only (default: ${DEFAULT_DATA})`)
    .option('--config <file>', "Loki's own YAML: server, auth_enabled, common.path_prefix, limits_config, ruler")
    .option('--rules <dir>', 'rule files to evaluate: DIR/*.yaml and DIR/<tenant>/*.yaml')
    .option('--alertmanager-url <url>', 'where alerts are posted; several with commas', (text) =>
      readUrls(text, '--alertmanager-url'),
    )
    .option('--loki <url>', 'only the preview page, for the Loki there (credentials: LOKI_USERNAME, LOKI_PASSWORD …)')
    .option('--dashboards <dir>', "dashboards' JSON for the preview page at / (default: Longship's own)")
    .option(
      '--max-memory <size>',
      "memory that entries may take, such as 2GB (default: a quarter of the machine's)",
      readSize,
    )
    .option('--fsync', 'write through to the disk before a push is acknowledged: survives power loss, slower', false)
    .exitOverride()
  return addFaroFlags(command)
}

function readPort(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Must be from 0 to 65535.')
  return Number(text)
}

function readSize(text: string): number {
  const size = readConfigSize(text)
  if (size === undefined || size === 0) throw new InvalidArgumentError('Must be a size such as 512MB or 2GB.')
  return size
}

/** Options of a store: there is none with --loki. */
const STORE_FLAGS = ['data', 'config', 'maxMemory', 'rules', 'alertmanagerUrl', 'faroOrigin'] as const

async function preview(flags: Flags, loki: string): Promise<number> {
  const unused = STORE_FLAGS.find((name) => flags[name] !== undefined)
  if (unused !== undefined) {
    const flag = unused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new LongshipError('usage', `--${flag} is for the embedded Loki, and --loki asks another: leave one out.`)
  }
  const stopped = untilStopped()
  const { host = '127.0.0.1', port, dashboards } = flags
  const { url, name, close } = await startElsewhere({ loki, host, port, dashboards })
  console.error(`longship serve: the preview page of ${name} is on ${url}; Ctrl-C stops`)
  await stopped
  await close()
  return 0
}

async function serve(flags: Flags): Promise<number> {
  const config = flags.config === undefined ? undefined : readConfig(flags.config)
  if (config?.warning !== undefined) console.error(`warning: ${config.warning}`)
  const data = flags.data ?? config?.pathPrefix ?? DEFAULT_DATA
  const host = flags.host ?? config?.host
  const stopped = untilStopped()
  const settings = withRules(config?.settings ?? DEFAULT_SETTINGS, flags)
  const page = createPage({ dashboards: flags.dashboards })
  const collector = createCollector(flags)
  const server = createServer({
    port: flags.port ?? config?.port ?? 3100,
    ...(host === undefined ? {} : { host }),
    settings,
    ...(flags.maxMemory === undefined ? {} : { maxBytes: flags.maxMemory }),
    data,
    fsync: flags.fsync,
    fallback: (request, response) => collector.handle(request, response) || page(request, response),
    warn: (message) => console.error(`warning: ${message}`),
  })
  try {
    const { url } = await server.listen()
    collector.connect({ url, spool: false, tenant: settings.authEnabled ? 'fake' : undefined })
    console.error(`longship serve: listening on ${url}, data in ${data}; Ctrl-C stops`)
    if (settings.ruler.directory !== '') console.error(`longship serve: ${rulesText(settings.ruler)}`)
    await stopped
    await collector.close()
  } finally {
    await server.close()
  }
  return 0
}

/** --rules and --alertmanager-url over the configuration's `ruler:`. */
function withRules(settings: Settings, { rules, alertmanagerUrl }: Flags): Settings {
  const directory = rules ?? settings.ruler.directory
  checkFolder('--rules', rules)
  return { ...settings, ruler: { ...settings.ruler, directory, urls: alertmanagerUrl ?? settings.ruler.urls } }
}

function checkFolder(flag: string, path: string | undefined): void {
  if (path === undefined || statOf(path)?.isDirectory()) return
  throw new LongshipError('config', `${flag} must be a directory, and ${path} is none`)
}

function rulesText({ directory, urls }: Settings['ruler']): string {
  const to = urls.length === 0 ? 'no Alertmanager' : `alerts to ${urls.map((url) => new URL(url).host).join(', ')}`
  return `evaluates the rules of ${directory}, ${to}`
}

function readConfig(file: string): LokiConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new LongshipError('config', `cannot read ${file}: ${(error as Error).message}`)
  }
  return readLokiConfig(expand(text, process.env), file)
}

/** ${NAME} and ${NAME:-default}, as Loki's -config.expand-env=true reads them: a variable that is not set is empty. */
function expand(text: string, env: NodeJS.ProcessEnv): string {
  return text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (_, name: string, fallback?: string) => env[name] || (fallback ?? ''),
  )
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
