/** loki/loki.yaml for one machine, loki/loki.ha.yaml for three replicas on an object store: one configuration, two shapes. */
import { PORTS, RETENTION_HOURS, SHIPPER_MB_PER_SECOND } from './facts.ts'
import { writeYaml } from './yaml.ts'

/** Where the store's first day begins: before the first log that Loki would take. */
const SCHEMA_FROM = '2024-04-01'
const MiB = 1024 * 1024

type Shape = 'one' | 'three'

export function lokiFiles(): Map<string, string> {
  return new Map([
    ['loki/loki.yaml', writeYaml(configuration('one'), WHY, ONE)],
    ['loki/loki.ha.yaml', writeYaml(configuration('three'), { ...WHY, ...WHY_THREE }, THREE)],
  ])
}

const ONE = `Loki 3.7, all of it in one process, on a disk of this machine. Only keys that Loki 4 keeps.
${'${VAR:-default}'} is read from the environment (-config.expand-env=true). Tenants, limits that change while Loki runs: overrides.yaml.`

const THREE = `Loki 3.7 as three equal replicas (-target=all) on an S3-compatible store: docker-compose.ha.yml, docs/scaling.md.
The same as loki.yaml but where replicas meet (common, memberlist), where chunks lie, and one main compactor.`

function configuration(shape: Shape): object {
  return {
    auth_enabled: false,
    server: {
      http_listen_port: PORTS.loki,
      grpc_listen_port: PORTS.lokiGrpc,
      log_level: 'info',
      grpc_server_max_recv_msg_size: 16 * MiB,
      grpc_server_max_send_msg_size: 16 * MiB,
      http_server_read_timeout: '310s',
      http_server_write_timeout: '310s',
    },
    common: shape === 'one' ? COMMON_ONE : COMMON_THREE,
    ...(shape === 'three' && { memberlist: MEMBERLIST }),
    schema_config: {
      configs: [
        {
          from: SCHEMA_FROM,
          store: 'tsdb',
          object_store: shape === 'one' ? 'filesystem' : 's3',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    storage_config: {
      tsdb_shipper: { active_index_directory: '/loki/index', cache_location: '/loki/index_cache' },
      use_thanos_objstore: true,
      object_store: shape === 'one' ? { filesystem: { dir: '/loki/chunks' } } : { s3: S3 },
    },
    ingester: {
      chunk_encoding: 'snappy',
      chunk_idle_period: '30m',
      max_chunk_age: '2h',
      wal: { dir: '/loki/wal', replay_memory_ceiling: '512MB', ...(shape === 'three' && { flush_on_shutdown: true }) },
    },
    limits_config: LIMITS,
    runtime_config: { file: '/etc/loki/overrides.yaml', period: '10s' },
    query_range: {
      align_queries_with_step: true,
      results_cache: { cache: { embedded_cache: { enabled: true, max_size_mb: 100 } } },
    },
    frontend: { encoding: 'protobuf', compress_responses: true },
    pattern_ingester: { enabled: true },
    compactor: {
      working_directory: '/loki/compactor',
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      delete_request_store: shape === 'one' ? 'filesystem' : 's3',
      ...(shape === 'three' && { horizontal_scaling_mode: '${LOKI_COMPACTOR_MODE:-worker}' }),
    },
    // Beside the ruler: where Loki 4, and with use_thanos_objstore Loki 3 too, looks for it.
    ruler_storage: { backend: 'local', local: { directory: '/etc/loki/rules' } },
    ruler: {
      rule_path: '/loki/rules-temp',
      alertmanager_url: '${ALERTMANAGER_URL:-}',
      external_url: '${GRAFANA_URL:-http://127.0.0.1:3000}',
      enable_api: true,
      evaluation_interval: '1m',
      ...(shape === 'three' && { enable_sharding: true }),
    },
    analytics: { reporting_enabled: false },
  }
}

const COMMON_ONE = {
  path_prefix: '/loki',
  instance_addr: '127.0.0.1',
  replication_factor: 1,
  ring: { kvstore: { store: 'inmemory' } },
}

const COMMON_THREE = {
  path_prefix: '/loki',
  replication_factor: 3,
  compactor_grpc_address: `loki-1:${PORTS.lokiGrpc}`,
  ring: { instance_id: '${LOKI_INSTANCE_ID}', kvstore: { store: 'memberlist' } },
}

const MEMBERLIST = {
  cluster_label: 'longship-loki',
  bind_port: PORTS.gossip,
  join_members: [1, 2, 3].map((number) => `loki-${number}:${PORTS.gossip}`),
  abort_if_cluster_join_fails: false,
}

const S3 = {
  endpoint: '${LOKI_S3_ENDPOINT:-objects:9000}',
  bucket_name: '${LOKI_S3_BUCKET:-loki}',
  access_key_id: '${LOKI_S3_ACCESS_KEY}',
  secret_access_key: '${LOKI_S3_SECRET_KEY}',
  region: '${LOKI_S3_REGION:-us-east-1}',
  insecure: '${LOKI_S3_INSECURE:-true}',
  bucket_lookup_type: 'path',
}

const LIMITS = {
  retention_period: hours(RETENTION_HOURS.default),
  retention_stream: Object.entries(RETENTION_HOURS.byLevel).map(([levels, period], at) => ({
    selector: `{level=~"${levels}"}`,
    priority: at + 1,
    period: hours(period),
  })),
  max_query_length: hours(Math.max(...Object.values(RETENTION_HOURS.byLevel)) + 1),
  ingestion_rate_mb: SHIPPER_MB_PER_SECOND + 4,
  ingestion_burst_size_mb: 2 * (SHIPPER_MB_PER_SECOND + 4),
  per_stream_rate_limit: '8MB',
  per_stream_rate_limit_burst: '24MB',
  max_global_streams_per_user: 20_000,
  reject_old_samples: true,
  reject_old_samples_max_age: '168h',
  creation_grace_period: '10m',
  max_line_size: '256KB',
  allow_structured_metadata: true,
  discover_log_levels: true,
  volume_enabled: true,
  max_query_series: 2000,
  max_entries_limit_per_query: 10_000,
  query_timeout: '5m',
  split_queries_by_interval: '1h',
}

const WHY: Record<string, string> = {
  'server.grpc_server_max_recv_msg_size':
    "4 MiB by default: a push of 5 MiB would fail for ever with a 500. Longship's pushes are 1 MiB, those of others may not be.",
  'server.http_server_read_timeout': 'Longer than query_timeout, so that it is the query that ends and says so.',
  'storage_config.use_thanos_objstore': 'The store of Loki 4, where it is the default.',
  'limits_config.retention_period':
    'Deletes what is older; the compactor does it. The first rule that fits a stream wins, by priority.',
  'limits_config.max_query_length': '30 days by default, less than errors are kept.',
  'limits_config.ingestion_rate_mb':
    'A shipper that catches up after an outage is faster than the 4 MB a second of the default, and would be slowed down for hours.',
  'limits_config.per_stream_rate_limit': '3 MB by default: one chatty node is one stream.',
  'limits_config.max_global_streams_per_user':
    'service × node × level × env of many services: 5,000 by default. Longship holds each label to 200 values.',
  'limits_config.discover_log_levels':
    'detected_level for Drilldown; entries that say `level`, as ours do, keep theirs.',
  'limits_config.volume_enabled': 'For Drilldown, as are the pattern ingester and the levels.',
  'limits_config.max_query_series': '500 by default: p95 by service and node of a larger installation is more.',
  ruler_storage: 'Rule files lie in a folder of the tenant: loki/rules is mounted as /etc/loki/rules/fake.',
  'ruler.alertmanager_url': 'Empty: rules are evaluated and shown, and nobody is told.',
}

const WHY_THREE: Record<string, string> = {
  'compactor.horizontal_scaling_mode':
    'main on one replica, worker on the others: two mains would both rewrite the index.',
  'ingester.wal': 'What two replicas have acknowledged is on two disks; a replica that stops for good flushes first.',
}

function hours(count: number): string {
  return `${count}h`
}
