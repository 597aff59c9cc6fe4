/** What Loki, Grafana and the shipper are told agrees, across files. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { globSync } from 'tinyglobby'
import { parse } from 'yaml'
import { loadConfig } from '../../shipper/config.ts'
import { IDENTIFIERS } from '../../shipper/record.ts'
import { DATA_SOURCE_UID, TRACE_DASHBOARD_UID } from '../../stack/facts.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const [one, three] = ['loki/loki.yaml', 'loki/loki.ha.yaml'].map((path) => parse(read(path)))

test('one Loki and three have the same limits, schema and retention', () => {
  assert.deepEqual(three.limits_config, one.limits_config)
  const without = ({ object_store, ...rest }: Record<string, unknown>) => rest
  assert.deepEqual(three.schema_config.configs.map(without), one.schema_config.configs.map(without))
  assert.deepEqual([one.common.replication_factor, three.common.replication_factor], [1, 3])
  for (const loki of [one, three]) {
    const [period] = loki.schema_config.configs
    assert.deepEqual([period.store, period.schema, period.index.period], ['tsdb', 'v13', '24h'])
    assert.ok(period.object_store in loki.storage_config.object_store)
    assert.equal(loki.compactor.delete_request_store, period.object_store)
    assert.ok(loki.compactor.retention_enabled && loki.pattern_ingester.enabled && loki.limits_config.volume_enabled)
  }
})

test('nothing that Loki 4 takes away', () => {
  const gone =
    /table_manager|boltdb|allow_deletes|per_tenant_override_config|unordered_writes|bucketnames|read_path|legacy/
  for (const path of ['loki/loki.yaml', 'loki/loki.ha.yaml']) assert.doesNotMatch(read(path), gone, path)
})

test('levels are kept for as long as said, and queries reach as far', () => {
  const hours = (text: string) => Number(/^(\d+)h$/.exec(text)![1])
  const { retention_period, retention_stream, max_query_length } = one.limits_config
  assert.equal(hours(retention_period), 30 * 24)
  const periods: number[] = retention_stream.map(({ period }: { period: string }) => hours(period))
  // Loki refuses a shorter one.
  assert.ok(periods.every((period) => period >= 24))
  assert.ok(hours(max_query_length) > Math.max(...periods))
})

test("the shipper's configuration is valid, keeps under Loki's rate, and writes into its volume", () => {
  const config = loadConfig({
    path: 'stack/longship.yaml',
    env: { LOKI_URL: 'http://loki:3100', LONGSHIP_NODE: 'host-1' },
  })
  const rate = config.push.rate_limit_bytes
  assert.ok(typeof rate === 'number' && rate < one.limits_config.ingestion_rate_mb * 1024 * 1024)
  assert.deepEqual(
    config.sources.map(({ node }) => node),
    ['host-1', 'host-1'],
  )
  for (const path of [config.positions.file, config.push.dead_letter, config.spool.folder]) {
    assert.match(path!, /^\/var\/lib\/longship\//)
  }
})

test('the data source is the one that alert rules ask, and its links lead to a dashboard that takes an id', () => {
  const { datasources } = parse(read('grafana/provisioning/datasources/longship.yaml'))
  const [loki] = datasources
  assert.equal(loki.uid, DATA_SOURCE_UID)
  const asked = [...read('grafana/provisioning/alerting/longship.yaml').matchAll(/datasourceUid: (\S+)/g)].map(
    ([, uid]) => uid,
  )
  assert.deepEqual([...new Set(asked)].sort(), ['__expr__', DATA_SOURCE_UID])
  const dashboards = globSync('grafana/dashboards/*.json').map((path) => JSON.parse(read(path)))
  const trace = dashboards.find(({ uid }) => uid === TRACE_DASHBOARD_UID)
  assert.ok(trace.templating.list.some(({ name }: { name: string }) => name === 'id'))
  const links: { matcherRegex: string; url: string }[] = loki.jsonData.derivedFields
  assert.deepEqual(
    links.map(({ matcherRegex }) => matcherRegex),
    IDENTIFIERS.filter((name) => name !== 'span_id').map((name) => `^${name}$$`),
  )
  for (const { url } of links)
    assert.match(url, new RegExp(`^/d/${TRACE_DASHBOARD_UID}\\?var-id=\\$\\$\\{__value\\.raw\\}&`))
})

test('the embedded server takes the same file, variables and all', async (context) => {
  const args = ['serve', '--config', 'loki/loki.yaml', '--port', '0', '--data', 'memory', '--rules', 'loki/rules']
  const env = { ...process.env, ALERTMANAGER_URL: 'http://127.0.0.1:9' }
  const server = spawn(process.execPath, ['--import', 'tsx', 'shipper/cli.ts', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  context.after(() => server.kill())
  const said = await saidUntil(server, /evaluates .*/)
  const url = /listening on (http:\S+),/.exec(said)![1]
  const limits = parse(await (await fetch(`${url}/config`)).text()).limits_config
  assert.equal(limits.ingestion_rate_mb, one.limits_config.ingestion_rate_mb)
  assert.match(said, /evaluates the rules of loki\/rules, alerts to 127\.0\.0\.1:9/)
})

/** All that a process said when it has said that; rejects when it ends before. */
function saidUntil(process: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (text: Buffer) => {
      said += text
      if (wanted.test(said)) resolve(said)
    }
    process.stdout!.on('data', hear)
    process.stderr!.on('data', hear)
    process.on('exit', () => reject(new Error(said)))
  })
}
