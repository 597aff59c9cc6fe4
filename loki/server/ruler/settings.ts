/** What the ruler is told: Loki's `ruler:` block, and serve's --rules and --alertmanager-url. Durations in milliseconds. */
import { LongshipError } from '../../../shipper/errors.ts'
import { readDuration, readNumber } from '../../limits.ts'
import { MINUTE } from '../../logql/units.ts'

export interface RulerSettings {
  /** storage.local.directory; '' for no ruler. */
  readonly directory: string
  readonly evaluationIntervalMs: number
  readonly pollIntervalMs: number
  readonly resendDelayMs: number
  /** for_grace_period: alerts with a `for` of at least this are looked for in the past after a start. */
  readonly gracePeriodMs: number
  /** Alertmanagers. */
  readonly urls: readonly string[]
  readonly queueCapacity: number
  readonly timeoutMs: number
  readonly externalLabels: ReadonlyMap<string, string>
  readonly externalUrl: string
  readonly datasourceUid: string
}

/** Loki's defaults (pkg/ruler/base/ruler.go). Files are looked at more often here: whoever edits rules waits for them. */
export const DEFAULT_RULER: RulerSettings = {
  directory: '',
  evaluationIntervalMs: MINUTE,
  pollIntervalMs: 10_000,
  resendDelayMs: MINUTE,
  gracePeriodMs: 10 * MINUTE,
  urls: [],
  queueCapacity: 10_000,
  timeoutMs: 10_000,
  externalLabels: new Map(),
  externalUrl: '',
  datasourceUid: '',
}

/** One value of the configuration by its path; undefined when it is not there. */
export type Get = <T>(path: string, read: (value: unknown, where: string) => T) => T | undefined

export function readRuler(get: Get): RulerSettings {
  const d = DEFAULT_RULER
  const type = get('ruler.storage.type', readText)
  if (type !== undefined && type !== 'local' && type !== '') {
    throw new LongshipError(
      'config',
      `ruler.storage.type must be "local" in the embedded server, not ${JSON.stringify(type)}`,
    )
  }
  return {
    directory:
      get('ruler.storage.local.directory', readText) ?? get('ruler_storage.local.directory', readText) ?? d.directory,
    evaluationIntervalMs: get('ruler.evaluation_interval', readInterval) ?? d.evaluationIntervalMs,
    pollIntervalMs: get('ruler.poll_interval', readInterval) ?? d.pollIntervalMs,
    resendDelayMs: get('ruler.resend_delay', readDuration) ?? d.resendDelayMs,
    gracePeriodMs: get('ruler.for_grace_period', readDuration) ?? d.gracePeriodMs,
    urls: get('ruler.alertmanager_url', readUrls) ?? d.urls,
    queueCapacity: get('ruler.notification_queue_capacity', readNumber) || d.queueCapacity,
    timeoutMs: get('ruler.notification_timeout', readDuration) || d.timeoutMs,
    externalLabels: get('ruler.external_labels', readLabels) ?? d.externalLabels,
    externalUrl: (get('ruler.external_url', readText) ?? d.externalUrl).replace(/\/+$/, ''),
    datasourceUid: get('ruler.datasource_uid', readText) ?? d.datasourceUid,
  }
}

/** Keys that say what happens here anyway; a warning about them would help nobody. */
export const TAKEN_FOR_GRANTED = [
  'ruler.enable_api',
  'ruler.enable_alertmanager_v2',
  'ruler.rule_path',
  'ruler.ring.kvstore.store',
] as const

function readText(value: unknown, where: string): string {
  if (typeof value !== 'string')
    throw new LongshipError('config', `${where} must be text, not ${JSON.stringify(value)}`)
  return value
}

function readInterval(value: unknown, where: string): number {
  const ms = readDuration(value, where)
  if (ms < 1000) throw new LongshipError('config', `${where} must be at least 1s, not ${JSON.stringify(value)}`)
  return ms
}

/** Comma-separated, as Loki takes them. */
export function readUrls(value: unknown, where: string): readonly string[] {
  const urls = readText(value, where)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  for (const url of urls) {
    if (!URL.canParse(url) || !/^https?:\/\//.test(url)) {
      throw new LongshipError(
        'config',
        `${where} must be a URL such as http://localhost:9093, not ${JSON.stringify(url)}`,
      )
    }
  }
  return urls
}

function readLabels(value: unknown, where: string): ReadonlyMap<string, string> {
  if (!(value instanceof Map)) throw new LongshipError('config', `${where} must be a mapping of labels`)
  return new Map([...value].map(([name, text]) => [String(name), String(text)]))
}
