/**
 * The whole way in one test: what the five systems' programs log with our API, read by the shipper, stored by the embedded
 * server, asked by the panels of their dashboards.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SLO_FILE } from '../../dashboards/build.ts'
import { dashboardsFor } from '../../dashboards/index.ts'
import { readSlos } from '../../dashboards/lib/slo.ts'
import {
  createOperationLogger,
  type Logger,
  logNodeExecution,
  logToolExecution,
  retry,
  startLoop,
  withContext,
} from '../../logger/index.ts'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import { streamsOf } from '../../loki/testing/input.ts'
import type { Target } from '../../loki/testing/target.ts'
import { substitute, type Variable } from '../../loki/testing/variables.ts'
import { normalizeRaw } from '../../shipper/commands/testing/rawlines.ts'
import { memoryLogger, NOW_MS } from './reader.ts'

const NANOS = 1_000_000n
const START = BigInt(NOW_MS - 60_000) * NANOS
const END = BigInt(NOW_MS + 30 * 60_000) * NANOS

/** Each system's program; `later` moves the clock. In the formats that the systems use: A's is Go's log. */
const PROGRAMS: Readonly<
  Record<string, { format: 'json' | 'evt'; run(logger: Logger, later: (ms: number) => void): unknown }>
> = {
  provlog: {
    format: 'evt',
    run(logger, later) {
      for (const workspace_id of ['ws-1', 'ws-2']) {
        logger.event('provision.start', { workspace_id, sync: true })
        later(20_000)
        logger.event('provision.ec2_started', { workspace_id, instance_id: `i-${workspace_id}` })
      }
      logger.event('provision.skip_existing', { workspace_id: 'ws-1' })
      logger.event('restart.pre_stop', { workspace_id: 'ws-1', backend: 'cp' })
      later(60_000)
      logger.event('provision.ec2_stopped', { workspace_id: 'ws-1', instance_id: 'i-ws-1' })
    },
  },
  sync: {
    format: 'json',
    async run(logger, later) {
      let fails = false
      const loop = startLoop({
        logger,
        component: 'autosync',
        intervalMs: 30_000,
        cycle({ event }) {
          event('pushing_mutations', { count: 29 })
          if (fails) {
            event('push_failed', { error: 'i/o timeout', elapsed: '30s' })
            throw new Error('i/o timeout')
          }
          event('pull_complete', { mutations_applied: 3, last_seq: 48_120 })
        },
      })
      await loop.tick()
      fails = true
      later(30_000)
      await loop.tick()
      await loop.tick()
      await loop.stop()
    },
  },
  langgraph: {
    format: 'json',
    async run(logger) {
      const search = logToolExecution(logger, 'search_docs', () => 'found')
      const developer = logNodeExecution(logger, 'developer', async () => ({ messages: [search()] }))
      const architect = logNodeExecution(logger, 'architect', () => {
        throw new TypeError('LLM backend timed out')
      })
      await withContext({ correlation_id: 'msg_1_2', thread_id: 'user_1' }, async () => {
        await developer()
        assert.throws(() => architect())
      })
    },
  },
  migratekit: {
    format: 'json',
    async run(logger) {
      const operations = createOperationLogger(logger, { jobId: 'job-1' })
      await operations.run('volume-migration', (operation) => operation.step('volume-copy', () => 1))
      const failing = operations.run('volume-migration', (operation) =>
        operation.step('verify-checksum', (step) =>
          retry(step, () => Promise.reject(new Error('checksum differs')), { maxRetries: 2, sleep: async () => {} }),
        ),
      )
      await assert.rejects(failing)
    },
  },
  tinyforge: { format: 'json', run: scan },
}

/** What the scanner reads, and the webhook it sends; its dashboards are those of every service. */
async function scan(logger: Logger, later: (ms: number) => void): Promise<void> {
  const log = logger.child({ component: 'logscan' })
  const rule = { workload: 'shop', container: 'shop-web', rule_id: 3, rule: 'go-panic', severity: 'error' }
  log.event('rules_loaded', { rules: 9, compile_errors: 1 })
  log.event('rule_left_out', { rule_id: 9, rule: 'db-down', error: new SyntaxError('missing closing )') })
  log.event('tail_started', { workload: 'shop', container: 'shop-web', stream: 'both' })
  const hit = { ...rule, stream: 'stderr', source: 'logscan', captures: { $1: 'panic:' }, event_id: 2251 }
  log.event('hit_stored', { ...hit, message: 'panic: index out of range' })
  log.event('hit_dropped', { ...rule, reason: 'cooldown', dropped_total: 1 })
  later(20_000)
  const trigger = { trigger_id: 2, trigger: 'ops-webhook', event_id: 2251 }
  const triggers = logger.child({ component: 'triggers' })
  triggers.event('webhook_sent', { ...trigger, status: 200, elapsed: '376ms' })
  triggers.event('webhook_sent', { ...trigger, status: 503, elapsed: '823ms' })
  triggers.event('webhook_target_refused', { trigger_id: 5, url: 'http://169.254.169.254/', reason: 'link-local' })
}

/** Panels that must show what these programs did. */
const PANELS: Readonly<Record<string, number>> = {
  'longship-provisioning': 11,
  'longship-sync': 8,
  'longship-nodes': 11,
  'longship-operations': 16,
  'longship-errors': 8,
}

let loki: Target
before(async () => {
  loki = await openEmbedded()
  for (const [service, { format, run }] of Object.entries(PROGRAMS)) {
    let now = NOW_MS
    const { logger, lines } = memoryLogger({ service, format, now: () => now++ })
    await run(logger, (ms) => {
      now += ms
    })
    const text = `${lines.join('\n')}\n`
    const raw = { text, service, node: undefined, env: 'prod', format: 'auto', timezone: 'UTC', now: START }
    await loki.push(streamsOf(await normalizeRaw(raw)))
  }
})
after(() => loki.close())

const all = (value: string): Variable => ({ values: [value], isMulti: true, isRaw: true })
const VARIABLES = new Map<string, Variable>([
  ['env', all('.*')],
  ['service', all('.+')],
  ['node', all('.*')],
  ['level', all('.*')],
  ['search', { values: [''], isMulti: false }],
])

/** D has no dashboard of its own: what these show of `tinyforge` alone. */
const SCANNER_PANELS: Readonly<Record<string, Readonly<Record<string, RegExp | number>>>> = {
  'longship-overview': { Lines: 8 },
  'longship-service': { Ended: 2, Failures: 1, 'Duration p95': 800.65, 'Failures, line by line': /"status":"503"/ },
  'longship-errors': { 'Error types': 1 },
}

const DASHBOARDS = dashboardsFor(readSlos(SLO_FILE))

for (const dashboard of DASHBOARDS.filter(({ uid }) => uid in PANELS)) {
  test(`${dashboard.title}: its panels show what was logged with our API`, async () => {
    const filled: string[] = []
    const empty: string[] = []
    for (const panel of dashboard.rows.flatMap(({ panels }) => panels)) {
      if (panel.kind === 'text') continue
      const answers = await Promise.all(panel.queries.map((query) => ask(query)))
      const hasData = answers.some((answer) =>
        answer.kind === 'streams'
          ? answer.entries.length > 0
          : answer.series.some(({ samples }) => samples.some(({ value }) => value > 0)),
      )
      ;(hasData ? filled : empty).push(panel.title)
    }
    assert.ok(filled.length >= PANELS[dashboard.uid]!, `${filled.length} filled; empty or 0: ${empty.join(', ')}`)
  })
}

for (const dashboard of DASHBOARDS.filter(({ uid }) => uid in SCANNER_PANELS)) {
  test(`${dashboard.title}: what it shows of the scanner alone`, async () => {
    const variables = new Map([...VARIABLES, ['service', { values: ['tinyforge'], isMulti: true }]])
    for (const [title, wanted] of Object.entries(SCANNER_PANELS[dashboard.uid]!)) {
      const panel = dashboard.rows.flatMap(({ panels }) => panels).find((each) => each.title === title)
      assert.ok(panel !== undefined && panel.kind !== 'text', title)
      const answers = await Promise.all(panel.queries.map((query) => ask(query, variables)))
      const found = answers.flatMap((answer): readonly string[] =>
        answer.kind === 'streams'
          ? answer.entries.map(({ line }) => line)
          : answer.series.flatMap(({ samples }) => samples.map(({ value }) => String(value))),
      )
      if (typeof wanted === 'number') assert.equal(Math.max(...found.map(Number)), wanted, title)
      else
        assert.ok(
          found.some((line) => wanted.test(line)),
          `${title}: ${found}`,
        )
    }
  })
}

function ask(
  { expr, isInstant = false }: { readonly expr: string; readonly isInstant?: boolean },
  variables: ReadonlyMap<string, Variable> = VARIABLES,
) {
  const [startMs, endMs] = [Number(START / NANOS), Number(END / NANOS)]
  const query = substitute(expr, variables, { intervalMs: 60_000, rangeMs: endMs - startMs, isInstant, startMs, endMs })
  if (isInstant) return loki.instant(query, END)
  return loki.range({ query, start: START, end: END, stepMs: 60_000, limit: 100, isForward: false })
}
