/** What `query` and `trace` share: which Loki or which files, with which credentials, and how they are shown. */
import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { type Command, Option } from 'commander'
import { readConfigSize } from '../../loki/logql/units.ts'
import { type Config, loadConfig } from '../config.ts'
import { LongshipError } from '../errors.ts'
import { formats } from '../formats/index.ts'
import { FRAMINGS } from '../framing/index.ts'
import type { Loki } from './loki.ts'
import { openRemote } from './remote.ts'
import type { Env, Screen } from './screen.ts'
import { readLength } from './times.ts'

export interface SourceFlags {
  readonly addr?: string
  readonly file: readonly string[]
  readonly tenant?: string
  readonly username?: string
  readonly password?: string
  readonly bearerToken?: string
  readonly bearerTokenFile?: string
  readonly caCert?: string
  readonly cert?: string
  readonly key?: string
  readonly tlsSkipVerify?: boolean
  readonly config?: string
  readonly timeout: string
  readonly format?: string
  readonly timezone?: string
  readonly service?: string
  readonly node?: string
  readonly env?: string
  readonly framing?: string
  readonly multiline: boolean
  readonly redact: boolean
  readonly maxMemory?: string
  readonly utc: boolean
  readonly quiet: boolean
}

const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

/** The options of a Loki by URL. */
export function addLokiOptions(command: Command): Command {
  return command
    .optionsGroup('A Loki by URL:')
    .option('--addr <url>', 'base URL of any Loki (LOKI_URL, LOKI_ADDR; default http://127.0.0.1:3100)')
    .option('--tenant <id>', 'tenant, sent as X-Scope-OrgID (LOKI_TENANT_ID)')
    .option('--username <name>', 'user of basic authentication (LOKI_USERNAME)')
    .option('--password <text>', 'its password (better: LOKI_PASSWORD)')
    .option('--bearer-token <text>', 'bearer token (better: LOKI_BEARER_TOKEN)')
    .option('--bearer-token-file <file>', 'file that holds it (LOKI_BEARER_TOKEN_FILE)')
    .option('--ca-cert <file>', 'certificate authority, PEM (LOKI_CA_CERT)')
    .option('--cert <file>', 'client certificate, PEM (LOKI_CLIENT_CERT_PATH)')
    .option('--key <file>', 'its key, PEM (LOKI_CLIENT_KEY_PATH)')
    .option('--tls-skip-verify', 'take any certificate')
    .option('--config <file>', 'longship.yaml, for its loki section (LONGSHIP_CONFIG)')
    .option('--timeout <duration>', 'how long one question may take', '60s')
}

/** The options of local files. */
export function addFileOptions(command: Command): Command {
  return command
    .optionsGroup('Local files, with the embedded engine:')
    .addOption(
      new Option('--file <path>', 'log file of any format, also .gz, globs and "-"; may be given again').argParser(
        collect,
      ),
    )
    .option('--format <name>', 'the one format that every line has, instead of finding it')
    .option('--timezone <zone>', 'IANA zone of times that carry none (default: UTC)')
    .option('--service <name>', 'service of lines that name none (default: from the file name)')
    .option('--node <name>', 'node of lines that name none (default: the host they name, or this one)')
    .option('--env <name>', 'environment of lines that name none')
    .addOption(new Option('--framing <kind>', 'what wraps the lines').choices(FRAMINGS))
    .option('--no-multiline', 'a line is a record: join no stack traces and continued lines')
    .option('--no-redact', 'leave secrets where they are')
    .option('--max-memory <size>', "memory that entries may take (default: half of the machine's)")
}

/** Opens what is asked: the files when there are any, otherwise the Loki. Close it. */
export async function openLoki(flags: SourceFlags, env: Env, screen: Screen, signal: AbortSignal): Promise<Loki> {
  const config = configOf(flags, env)
  if (flags.file.length === 0) return openRemote(config.loki, Math.ceil(readLength('--timeout', flags.timeout)), signal)
  if (flags.addr !== undefined)
    throw new LongshipError('usage', '--addr and --file name two things to ask: leave one out.')
  const [{ loadFiles }, { openEmbedded }] = await Promise.all([import('./load.ts'), import('./embedded.ts')])
  const progress = showLoading(screen)
  try {
    const loaded = await loadFiles({ config, maxBytes: memoryOf(flags), signal, onProgress: progress.show })
    progress.end()
    for (const problem of loaded.problems) screen.error(`longship: ${problem}`)
    if (loaded.records === 0 && loaded.problems.length > 0) {
      loaded.store.close()
      throw new LongshipError('file', 'nothing could be read.')
    }
    return openEmbedded(loaded.store, flags.file.join(', '), signal)
  } finally {
    progress.end()
  }
}

/** As `ship` reads it: flags win over the environment, that over longship.yaml. */
export function configOf(flags: SourceFlags, variables: Env = process.env): Config {
  const { addr, tenant, timezone, env, format, service, node, framing, file } = flags
  const { username, password, bearerToken, bearerTokenFile, caCert, cert, key, tlsSkipVerify } = flags
  const source = { path: [...file], format, service, node, framing, multiline: flags.multiline ? undefined : 'off' }
  const isBasic = username !== undefined || password !== undefined
  return loadConfig({
    path: flags.config,
    // logcli's name for it.
    env: { ...variables, LOKI_URL: variables['LOKI_URL'] || variables['LOKI_ADDR'] },
    knownFormats: formats.map(({ name }) => name),
    flags: {
      loki: {
        url: addr,
        tenant,
        basic_auth: isBasic ? { username, password } : undefined,
        bearer_token: bearerToken,
        bearer_token_file: bearerTokenFile,
        tls: { ca_file: caCert, cert_file: cert, key_file: key, insecure_skip_verify: tlsSkipVerify },
      },
      timezone,
      env,
      redact: flags.redact ? undefined : { enabled: false },
      sources: file.length === 0 ? undefined : [defined(source)],
    },
  })
}

function defined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

function memoryOf({ maxMemory }: SourceFlags): number {
  if (maxMemory === undefined) return totalmem() / 2
  const size = readConfigSize(maxMemory)
  if (size !== undefined && size > 0) return size
  throw new LongshipError(
    'usage',
    `--max-memory must be a size such as 512MB or 2GB, got ${JSON.stringify(maxMemory)}.`,
  )
}

/** On a terminal, a line that says how far it is; gone when there is something to show. */
function showLoading({ isTerminal }: Screen): { show(records: number): void; end(): void } {
  const { stderr } = process
  if (!isTerminal || stderr.isTTY !== true) return { show() {}, end() {} }
  let isShown = false
  return {
    show(records) {
      isShown = true
      stderr.write(`\r\x1b[K${records.toLocaleString('en')} records read`)
    },
    end() {
      if (isShown) stderr.write('\r\x1b[K')
      isShown = false
    },
  }
}

/**
 * The one argument, and files that a shell has expanded: `--file *.log QUERY` hands all but the first over as arguments.
 * `what`: what the argument is called.
 */
export function splitArguments(
  args: readonly string[],
  files: readonly string[],
  what: string,
): { readonly argument: string | undefined; readonly files: readonly string[] } {
  if (files.length === 0 || args.length <= 1) {
    if (args.length > 1) {
      throw new LongshipError('usage', `one ${what} is asked for, got ${args.length}. Is it in quotes: '…'?`)
    }
    return { argument: args[0], files }
  }
  const others = args.filter((arg) => !existsSync(arg))
  if (others.length > 1) {
    throw new LongshipError(
      'usage',
      `one ${what} is asked for, got ${others.length} (${others.join(' and ')}). Is it in quotes: '…'?`,
    )
  }
  return { argument: others[0], files: [...files, ...args.filter((arg) => existsSync(arg))] }
}
