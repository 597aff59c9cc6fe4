/** The checked configuration with units read, files of secrets read, and everything frozen. */
import { RE2JS } from 're2js'
import type { Problem } from '../schema-fault.ts'
import { didYouMean } from '../suggest.ts'
import { durationMs, sizeBytes } from '../terms/units.ts'
import type { Env } from './environment.ts'
import { addressOf, inputsOf, spoolOf } from './inputs.ts'
import { kubernetesOf } from './kubernetes.ts'
import { boundedSize, type Raw, type Report } from './raw.ts'
import { adminOf, scanOf } from './scan.ts'
import type { Config, LokiConfig } from './shape.ts'

/** Loki's gRPC ceiling is 4 MiB, and what is added around entries needs room. */
const MAX_BATCH_BYTES = 3 * 1024 * 1024

/** A line is held in memory whole, as text and as a record. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** `value` has passed the schema and carries its defaults for keys whose group was given. */
export function buildConfig(
  value: unknown,
  readFile: (path: string) => string,
  env: Env,
): { config: Config; problems: Problem[] } | { config: undefined; problems: Problem[] } {
  const raw = value as Raw
  const problems: Problem[] = []
  const report: Report = (path, message) => void problems.push({ path, message }) as undefined
  const config = {
    loki: lokiOf(raw.loki, readFile, report),
    sources: raw.sources.map((source: Raw, index: number) => sourceOf(source, index, raw, report)),
    inputs: inputsOf(raw.inputs, readFile, report),
    kubernetes: kubernetesOf(raw.kubernetes, env, report),
    spool: spoolOf(raw.spool, report),
    labels: { allow: listOf(raw.labels.allow), max_values_per_label: raw.labels.max_values_per_label },
    batch: {
      max_bytes: boundedSize(raw.batch.max_bytes, ['batch', 'max_bytes'], MAX_BATCH_BYTES, report),
      max_entries: raw.batch.max_entries,
      max_wait_ms: durationMs(raw.batch.max_wait),
    },
    push: pushOf(raw.push),
    redact: redactOf(raw.redact, report),
    scan: raw.scan && scanOf(raw.scan, report),
    admin: adminOf(raw.admin, readFile, report),
    positions: { file: raw.positions.file, every_ms: durationMs(raw.positions.every) },
    timezone: zoneOf(raw.timezone, ['timezone'], report),
    env: raw.env,
    line: raw.line,
    shutdown_deadline_ms: durationMs(raw.shutdown_deadline),
    telemetry: {
      listen:
        raw.telemetry.listen === 'off' ? undefined : addressOf(raw.telemetry.listen, ['telemetry', 'listen'], report),
      log_level: raw.telemetry.log_level,
      log_format: raw.telemetry.log_format,
    },
  }
  return problems.length > 0 ? { config: undefined, problems } : { config: deepFreeze(config) as Config, problems }
}

function lokiOf(raw: Raw, readFile: (path: string) => string, report: Report): LokiConfig {
  const url = urlOf(raw.url, report)
  const secret = (path: string[], direct: string | undefined, file: string | undefined): string | undefined => {
    const name = path[path.length - 1]
    if (direct !== undefined && file !== undefined)
      return report(path, `${path.join('.')} and ${name}_file exclude each other.`)
    if (file === undefined) return direct
    try {
      return readFile(file).replace(/\r?\n$/, '')
    } catch (error) {
      return report(
        [...path.slice(0, -1), `${name}_file`],
        `${path.join('.')}_file cannot be read: ${(error as Error).message}`,
      )
    }
  }
  const auth = raw.basic_auth
  const password = auth && secret(['loki', 'basic_auth', 'password'], auth.password, auth.password_file)
  const bearer = raw.bearer_token ?? raw.bearer_token_file
  if (raw.bearer_token !== undefined && raw.bearer_token_file !== undefined) {
    report(['loki', 'bearer_token'], 'loki.bearer_token and loki.bearer_token_file exclude each other.')
  }
  const basic =
    auth === undefined ? url.basic : { username: auth.username, password: password ?? url.basic?.password ?? '' }
  if (basic !== undefined && bearer !== undefined) {
    report(
      ['loki', 'bearer_token'],
      'loki.bearer_token and basic authentication exclude each other: Loki takes one Authorization header.',
    )
  }
  const { ca_file, cert_file, key_file, insecure_skip_verify } = raw.tls
  if ((cert_file === undefined) !== (key_file === undefined)) {
    report(['loki', 'tls'], 'loki.tls.cert_file and loki.tls.key_file go together; one of them is missing.')
  }
  return {
    url: url.base,
    tenant: raw.tenant,
    basic_auth: basic,
    bearer_token: raw.bearer_token,
    bearer_token_file: raw.bearer_token_file,
    tls: { ca_file, cert_file, key_file, insecure_skip_verify },
    timeout_ms: durationMs(raw.timeout),
    headers: { ...raw.headers },
  }
}

function urlOf(text: string, report: Report): { base: string; basic: LokiConfig['basic_auth'] } {
  let url: URL
  try {
    url = new URL(text)
    const basic =
      url.username === '' && url.password === ''
        ? undefined
        : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
    url.username = ''
    url.password = ''
    return { base: url.href.replace(/\/+$/, '').replace(/\/loki\/api\/v1\/push$/, ''), basic }
  } catch {
    report(['loki', 'url'], 'loki.url cannot be read as a URL. Write http://host:3100')
    return { base: '', basic: undefined }
  }
}

function sourceOf(source: Raw, index: number, raw: Raw, report: Report): unknown {
  return {
    path: listOf(source.path),
    exclude: listOf(source.exclude),
    format: source.format,
    timezone: zoneOf(
      source.timezone ?? raw.timezone,
      ['sources', index, 'timezone'],
      source.timezone ? report : silent,
    ),
    service: source.service,
    node: source.node,
    env: source.env ?? raw.env,
    level: source.level,
    labels: { ...source.labels },
    framing: source.framing,
    multiline: source.multiline,
    max_line_bytes: boundedSize(source.max_line_bytes, ['sources', index, 'max_line_bytes'], MAX_LINE_BYTES, report),
    from: source.from,
  }
}

const silent: Report = () => undefined

function pushOf(raw: Raw): Config['push'] {
  const { min, max, give_up_after } = raw.retry
  return {
    encoding: raw.encoding,
    compression: raw.compression,
    rate_limit_bytes: rateOf(raw.rate_limit_bytes),
    retry: {
      min_ms: durationMs(min),
      max_ms: Math.max(durationMs(min), durationMs(max)),
      give_up_after_ms: give_up_after === 'never' ? undefined : durationMs(give_up_after),
    },
    out_of_window: raw.out_of_window,
    dead_letter: raw.dead_letter === 'off' ? undefined : raw.dead_letter,
  }
}

function rateOf(text: string | number): number | 'auto' | undefined {
  if (text === 'auto') return 'auto'
  return text === 'off' ? undefined : sizeBytes(text)
}

function redactOf(raw: Raw, report: Report): Config['redact'] {
  const rules = raw.rules.map((rule: Raw, index: number) => {
    try {
      RE2JS.compile(rule.pattern)
    } catch (error) {
      const where = `redact.rules[${index}].pattern`
      report(
        ['redact', 'rules', index, 'pattern'],
        `${where} is not a regular expression of RE2: ${(error as Error).message}`,
      )
    }
    return { name: rule.name, pattern: rule.pattern, keywords: listOf(rule.keywords) }
  })
  return { enabled: raw.enabled, allow: listOf(raw.allow), disable: listOf(raw.disable), rules }
}

function zoneOf(zone: string, path: Problem['path'], report: Report): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    const hint = didYouMean(zone, Intl.supportedValuesOf('timeZone'))
    const where = path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
      '',
    )
    report(path, `${where} must be an IANA time zone such as UTC or Europe/Berlin, got ${JSON.stringify(zone)}.${hint}`)
  }
  return zone
}

function listOf(value: string | readonly string[]): string[] {
  return typeof value === 'string' ? [value] : [...value]
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
