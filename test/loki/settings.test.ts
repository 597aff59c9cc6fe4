import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS } from '../../loki/limits.ts'
import { DEFAULT_SETTINGS, readLokiConfig } from '../../loki/server/settings.ts'

test('an empty file means what Loki does without one', () => {
  assert.deepEqual(readLokiConfig('', 'loki.yaml').settings, DEFAULT_SETTINGS)
  assert.equal(DEFAULT_LIMITS.max_line_size, 262_144)
  assert.equal(DEFAULT_LIMITS.reject_old_samples_max_age, 7 * 86_400_000)
})

test("Loki's own file is read, with its units, and unused keys are named once", () => {
  const config = readLokiConfig(
    `
auth_enabled: true
server: { http_listen_address: 0.0.0.0, http_listen_port: 3101, grpc_listen_port: 9095, log_level: info }
common: { path_prefix: /loki, replication_factor: 1 }
limits_config:
  max_line_size: 1MB
  max_line_size_truncate: true
  ingestion_rate_mb: 16.5
  reject_old_samples_max_age: 1w
  creation_grace_period: 0
  query_timeout: 1m30s
  max_query_length: 0
  retention_period: 30d
  discover_log_levels: false
  discover_service_name: []
  per_stream_rate_limit: 512KB
  shard_streams: { enabled: false }
  volume_enabled: false
  bloom_gateway_enable_filtering: true
ingester: { max_chunk_age: 1h }
distributor: { max_recv_msg_size: 1000 }
`,
    'loki.yaml',
  )
  const { limits } = config.settings
  assert.equal(limits.max_line_size, 1024 * 1024)
  assert.equal(limits.max_line_size_truncate, true)
  assert.equal(limits.ingestion_rate_mb, 16.5)
  assert.equal(limits.reject_old_samples_max_age, 604_800_000)
  assert.equal(limits.creation_grace_period, 0)
  assert.equal(limits.query_timeout, 90_000)
  assert.equal(limits.max_query_length, 0)
  assert.equal(limits.retention_period, 30 * 86_400_000)
  assert.equal(limits.discover_log_levels, false)
  assert.deepEqual(limits.discover_service_name, [])
  assert.equal(limits.per_stream_rate_limit, 512 * 1024)
  assert.equal(limits.max_label_names_per_series, 15)
  assert.equal(limits.volume_enabled, false)
  assert.deepEqual(config.settings.shardStreams, { enabled: false, desiredRate: 1.5 * 1024 * 1024 })
  assert.equal(config.settings.maxChunkAge, 3_600_000)
  assert.equal(config.settings.maxReceivedBytes, 1000)
  assert.equal(config.settings.authEnabled, true)
  assert.deepEqual([config.host, config.port, config.pathPrefix], ['0.0.0.0', 3101, '/loki'])
  const unused =
    'server.grpc_listen_port, server.log_level, common.replication_factor, limits_config.bloom_gateway_enable_filtering'
  assert.equal(config.warning, `loki.yaml: not used by the embedded server: ${unused}`)
})

const wrong: [yaml: string, message: RegExp][] = [
  [
    'limits_config: { max_line_size: big }',
    /^loki.yaml: limits_config.max_line_size must be a size such as 256KB, 4MB or 0, not "big"$/,
  ],
  [
    'limits_config: { query_timeout: soon }',
    /limits_config.query_timeout must be a duration such as 168h, 1w, 10m or 0, not "soon"/,
  ],
  ['limits_config: { reject_old_samples: 5 }', /limits_config.reject_old_samples must be true or false, not 5/],
  ['limits_config: { ingestion_rate_mb: -1 }', /limits_config.ingestion_rate_mb must be a number from 0 up, not -1/],
  ['limits_config: { discover_service_name: 5 }', /limits_config.discover_service_name must be a list of texts, not 5/],
  ['limits_config: 5', /limits_config must be a mapping/],
  ['server: { http_listen_port: 99999 }', /server.http_listen_port must be a port from 0 to 65535, not 99999/],
  ['auth_enabled: maybe', /auth_enabled must be true or false, not "maybe"/],
  ['- a', /must hold a mapping/],
  ['a: [', /^loki.yaml: /],
]

test('a wrong value is an error with its path, what it was and what is allowed', () => {
  for (const [yaml, message] of wrong)
    assert.throws(() => readLokiConfig(yaml, 'loki.yaml'), { name: 'LongshipError', code: 'config', message }, yaml)
})
