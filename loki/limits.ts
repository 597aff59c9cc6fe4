/**
 * Loki's limits_config: the keys that the embedded server honours, with Loki's names, units and defaults
 * (grafana/loki v3.7.6 pkg/validation/limits.go). Sizes are held in bytes, durations in milliseconds.
 */
import { LongshipError } from '../shipper/errors.ts'
import {
  DAY,
  HOUR,
  KiB,
  MINUTE,
  MiB,
  readConfigSize,
  readGoDuration,
  readPrometheusDuration,
  writePrometheusDuration,
  writeSize,
} from './logql/units.ts'

const DEFAULTS = {
  ingestion_rate_mb: 4,
  ingestion_burst_size_mb: 6,
  max_label_name_length: 1024,
  max_label_value_length: 2048,
  max_label_names_per_series: 15,
  reject_old_samples: true,
  reject_old_samples_max_age: 168 * HOUR,
  creation_grace_period: 10 * MINUTE,
  max_line_size: 256 * KiB,
  max_line_size_truncate: false,
  max_line_size_truncate_identifier: '',
  increment_duplicate_timestamp: false,
  discover_service_name: [
    'service',
    'app',
    'application',
    'app_name',
    'name',
    'app_kubernetes_io_name',
    'container',
    'container_name',
    'k8s_container_name',
    'component',
    'workload',
    'job',
    'k8s_job_name',
  ] as readonly string[],
  discover_log_levels: true,
  log_level_fields: [
    'level',
    'LEVEL',
    'Level',
    'log.level',
    'severity',
    'SEVERITY',
    'Severity',
    'SeverityText',
    'lvl',
    'LVL',
    'Lvl',
    'severity_text',
    'Severity_Text',
    'SEVERITY_TEXT',
  ] as readonly string[],
  log_level_from_json_max_depth: 2,
  max_streams_per_user: 0,
  max_global_streams_per_user: 5000,
  unordered_writes: true,
  per_stream_rate_limit: 3 * MiB,
  per_stream_rate_limit_burst: 15 * MiB,
  allow_structured_metadata: true,
  max_structured_metadata_size: 64 * KiB,
  max_structured_metadata_entries_count: 128,
  enforced_labels: [] as readonly string[],
  max_entries_limit_per_query: 5000,
  max_query_length: 30 * DAY + HOUR,
  max_query_lookback: 0,
  max_query_range: 0,
  max_query_series: 500,
  max_streams_matchers_per_query: 1000,
  query_timeout: MINUTE,
  max_concurrent_tail_requests: 10,
  volume_enabled: true,
  volume_max_series: 1000,
  required_labels: [] as readonly string[],
  minimum_labels_number: 0,
  retention_period: 0,
}

export type Limits = { readonly [Key in keyof typeof DEFAULTS]: (typeof DEFAULTS)[Key] }

/** What `longship serve` enforces when nobody says otherwise: what Loki enforces. */
export const DEFAULT_LIMITS: Limits = Object.freeze({ ...DEFAULTS })

export const LIMIT_NAMES = Object.keys(DEFAULTS) as readonly (keyof Limits)[]

const SIZES: ReadonlySet<string> = new Set([
  'max_line_size',
  'per_stream_rate_limit',
  'per_stream_rate_limit_burst',
  'max_structured_metadata_size',
])
const DURATIONS: ReadonlySet<string> = new Set([
  'reject_old_samples_max_age',
  'creation_grace_period',
  'max_query_length',
  'max_query_lookback',
  'max_query_range',
  'query_timeout',
  'retention_period',
])

/** limits_config as Loki's YAML has it: durations and sizes as text. */
export function writeLimits(limits: Limits): Record<string, unknown> {
  const written = LIMIT_NAMES.map((name) => {
    const value = limits[name]
    if (SIZES.has(name)) return [name, writeSize(value as number)]
    return [name, DURATIONS.has(name) ? writePrometheusDuration(value as number) : value]
  })
  return Object.fromEntries(written) as Record<string, unknown>
}

/** Reads limits_config. Throws a config error that names the path, what stood there and what is allowed. */
export function readLimits(values: ReadonlyMap<string, unknown>, where: string): Limits {
  const limits = { ...DEFAULTS } as Record<string, unknown>
  for (const name of LIMIT_NAMES) {
    const value = values.get(name)
    if (value !== undefined && value !== null) limits[name] = readLimit(name, value, `${where}.${name}`)
  }
  return Object.freeze(limits) as Limits
}

function readLimit(name: keyof Limits, value: unknown, where: string): unknown {
  if (SIZES.has(name)) return readSize(value, where)
  if (DURATIONS.has(name)) return readDuration(value, where)
  const example = DEFAULTS[name]
  if (Array.isArray(example)) return readStrings(value, where)
  if (typeof example === 'number') return readNumber(value, where)
  if (typeof value !== typeof example) {
    throw invalid(where, value, typeof example === 'boolean' ? 'true or false' : 'text')
  }
  return value
}

export function readNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw invalid(where, value, 'a number from 0 up')
  return value
}

export function readSize(value: unknown, where: string): number {
  const size = typeof value === 'number' && value >= 0 ? value : readConfigSize(String(value))
  if (size === undefined || !Number.isFinite(size)) throw invalid(where, value, 'a size such as 256KB, 4MB or 0')
  return size
}

export function readDuration(value: unknown, where: string): number {
  const text = String(value)
  const ms = readPrometheusDuration(text) ?? readGoDuration(text)
  if (ms === undefined || ms < 0) throw invalid(where, value, 'a duration such as 168h, 1w, 10m or 0')
  return ms
}

function readStrings(value: unknown, where: string): readonly string[] {
  // Loki's StringSlice flags may also be written as one comma-separated text.
  const list = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value
  if (!Array.isArray(list) || list.some((part) => typeof part !== 'string'))
    throw invalid(where, value, 'a list of texts')
  return list.filter((part) => part !== '')
}

function invalid(where: string, value: unknown, allowed: string): LongshipError {
  return new LongshipError('config', `${where} must be ${allowed}, not ${JSON.stringify(value)}`)
}
