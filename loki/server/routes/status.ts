/** What the server says about itself: that it runs, what of, its settings, its metrics. */
import { stringify } from 'yaml'
import { writeLimits } from '../../limits.ts'
import { writePrometheusDuration } from '../../logql/units.ts'
import { metricsText } from '../metrics.ts'
import type { Settings } from '../settings.ts'
import { plainRoute, TEXT } from './route.ts'

const YAML = 'text/yaml'
const JSON_TYPE = 'application/json'

export const ready = plainRoute('ready', /^\/ready$/, TEXT, () => 'ready\n')

export const metrics = plainRoute('metrics', /^\/metrics$/, 'text/plain; version=0.0.4; charset=utf-8', (call) =>
  metricsText(call.store, call.counters),
)

/** Clients ask which Loki they talk to; the API is that of 3.7. */
const VERSION = '3.7.6'
const BUILD = {
  version: VERSION,
  revision: 'longship',
  branch: 'longship',
  buildUser: '',
  buildDate: '',
  goVersion: '',
}

export const buildInfo = plainRoute(
  'buildinfo',
  /^\/loki\/api\/v1\/status\/buildinfo$/,
  JSON_TYPE,
  () => `${JSON.stringify(BUILD)}\n`,
)

/** The parts of Loki that this server stands for. */
const SERVICES = ['server', 'distributor', 'ingester', 'pattern-ingester', 'querier', 'store']

export const services = plainRoute('services', /^\/services$/, TEXT, ({ ruler }) =>
  [...SERVICES, ...(ruler === undefined ? [] : ['ruler'])].map((name) => `${name} => Running\n`).join(''),
)

export const logLevel = plainRoute(
  'log_level',
  /^\/log_level$/,
  'application/json; charset=utf-8',
  () => '{"message":"Current log level is warn"}\n',
)

export const config = plainRoute('config', /^\/config$/, YAML, ({ settings }) => stringify(writeSettings(settings)))

/** What this server honours of Loki's configuration. */
function writeSettings(settings: Settings): Record<string, unknown> {
  return {
    target: 'all',
    auth_enabled: settings.authEnabled,
    server: { grpc_server_max_recv_msg_size: settings.maxMessageBytes },
    distributor: {
      max_recv_msg_size: settings.maxReceivedBytes,
      max_decompressed_size: settings.maxDecompressedBytes,
    },
    ingester: {
      max_chunk_age: writePrometheusDuration(settings.maxChunkAge),
      chunk_idle_period: writePrometheusDuration(settings.chunkIdlePeriod),
    },
    pattern_ingester: { enabled: true },
    limits_config: writeLimits(settings.limits),
    compactor: { retention_enabled: settings.retentionEnabled },
  }
}

export const tenantLimits = plainRoute('tenant_limits', /^\/config\/tenant\/v1\/limits$/, YAML, ({ settings }) =>
  stringify(writeLimits(settings.limits)),
)

/** What Grafana's Logs Drilldown wants to know. Real Loki wants a tenant for it even without auth_enabled; here none is needed. */
const DRILLDOWN = [
  'discover_log_levels',
  'discover_service_name',
  'log_level_fields',
  'max_entries_limit_per_query',
  'max_line_size_truncate',
  'max_query_length',
  'max_query_lookback',
  'max_query_range',
  'max_query_series',
  'query_timeout',
  'retention_period',
  'volume_enabled',
  'volume_max_series',
] as const

export const drilldownLimits = plainRoute(
  'drilldown_limits',
  /^\/loki\/api\/v1\/drilldown-limits$/,
  JSON_TYPE,
  ({ settings }) => {
    const written = writeLimits(settings.limits)
    const limits = Object.fromEntries(DRILLDOWN.map((name) => [name, written[name]]))
    return `${JSON.stringify({ limits, pattern_ingester_enabled: true, version: VERSION })}\n`
  },
)
