/** The bundled samples of the five systems in an embedded Loki, as `longship ship` would have pushed them. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { globSync } from 'tinyglobby'
import { readPayload } from '../../logger/faro/payload.ts'
import { faroLineWriter } from '../../logger/faro/receiver.ts'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import { streamsOf } from '../../loki/testing/input.ts'
import type { Target, TestEntry, TestStream } from '../../loki/testing/target.ts'
import { writeRecord } from '../../shipper/batch/line.ts'
import { normalizeRaw } from '../../shipper/commands/testing/rawlines.ts'
import type { LogEvent, NewEvent } from '../../shipper/events/event.ts'
import { eventRecord } from '../../shipper/events/record.ts'
import { METADATA_FIELDS } from '../../shipper/record.ts'
import { createReport } from '../../shipper/report.ts'
import { createLog, createTelemetry } from '../../shipper/telemetry.ts'

/** When the stories begin and end: scripts/samples/story.ts. */
export const START = BigInt(Date.parse('2026-05-05T12:00:00Z')) * 1_000_000n
export const END = BigInt(Date.parse('2026-05-05T12:50:30Z')) * 1_000_000n

export async function openSamples(): Promise<Target> {
  const target = await openEmbedded()
  await pushSamples(target)
  await target.push([foreign()])
  return target
}

/** Lines that are no record, as another shipper may have written them: no panel may fail of them. */
function foreign() {
  const line =
    'no record: cycle complete, push failed, pull failed, lease error, consecutive_failures, [redacted:x], "stack":'
  const events = [
    'http_request',
    'node_failed',
    'tool_execution_failed',
    'restart.pre_stop',
    'shipper_report',
    'operation_end',
  ]
  const labels = new Map([
    ['service', 'longship'],
    ['node', 'other'],
    ['level', 'error'],
    ['env', 'prod'],
  ])
  const entries = events.map((event, index): TestEntry => {
    const metadata = new Map([
      ['event', event],
      ['outcome', 'failure'],
      ['duration_ms', '5'],
    ])
    return { time: START + BigInt(index + 60) * 1_000_000_000n, line, metadata }
  })
  return { labels, entries }
}

/** What the event log pushes of three rules and of the pattern miner, as its records are. */
function logEvents(): TestStream[] {
  const samples: Partial<NewEvent>[] = [
    { severity: 'critical', metadata: { rule_id: 'r1', rule_name: 'Disk full', captures: { host: 'db-1' } } as never },
    {
      severity: 'error',
      metadata: { rule_id: 'r2', rule_name: 'Refused', correlation_id: 'msg_456_1735167345' } as never,
    },
    { severity: 'info', source: 'patterns', event: 'new_pattern' },
    { severity: 'warn', source: 'patterns', event: 'pattern_spike' },
  ]
  return samples.map((sample, index) => {
    const event: LogEvent = {
      seq: index + 1,
      time: { seconds: Number(START / 1_000_000_000n) + 60 * (index + 1), nanos: index },
      source: 'logscan',
      event: 'rule_hit',
      severity: 'info',
      message: 'user 7 gone',
      key: '',
      ...sample,
      metadata: { workload: 'api', container: 'api-1', pattern_id: 'p1', pattern: 'user <_> gone', ...sample.metadata },
    }
    const record = eventRecord(event, 'prod')
    const { service, node, level } = record
    const labels = new Map([...Object.entries({ service, node, level, env: 'prod' })])
    const told = METADATA_FIELDS.flatMap((name) => {
      const text = name === 'duration_ms' ? undefined : record.text[name]
      return text === undefined ? [] : [[name, text] as const]
    })
    const { seconds, nanos } = event.time
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
    return {
      labels,
      entries: [
        { time, line: writeRecord(record), metadata: new Map<string, string>([...told, ['pattern_id', 'p1']]) },
      ],
    }
  })
}

export async function pushSamples(target: Pick<Target, 'push'>): Promise<void> {
  const files = globSync('samples/systems/*').sort()
  const texts = files.map((file) => [basename(file).replace(/(-dev)?\.\w+$/, ''), readFileSync(file, 'utf8')] as const)
  for (const [service, text] of [
    ...texts,
    ['longship', ownLog()] as const,
    ['shop-frontend', frontendLog()] as const,
  ]) {
    const raw = { text, service, node: undefined, env: 'prod', format: 'auto', timezone: 'UTC', now: START }
    await target.push(streamsOf(await normalizeRaw(raw)))
  }
  await target.push(logEvents())
}

/** Longship's own log of three minutes, written by what writes it: reports, a loss for each kind, a Loki that is away. */
function ownLog(): string {
  const telemetry = createTelemetry()
  let now = Number(START / 1_000_000n)
  let text = ''
  const log = createLog({ now: () => now, write: (line) => void (text += line) })
  const report = createReport(telemetry, log)
  const { balance } = telemetry
  for (let minute = 1; minute <= 3; minute++) {
    now += 60_000
    Object.assign(balance, { read: minute * 1000, delivered: minute * 900 })
    telemetry.batches.value += 2
    for (const seconds of [0.02, 0.04]) telemetry.batchLatency.observe(seconds)
    telemetry.oldestUnacknowledged.value = minute
    if (minute === 2) {
      balance.reject('line_too_long', 3)
      balance.drop('queue_full', 2)
      telemetry.retries.value++
      log.warn('Loki does not take a batch, trying again', { reason: 'connection refused', attempt: 3, wait_ms: 800 })
    }
    report()
  }
  return text
}

/** What the Faro receiver makes of three sessions: web vitals of two pages, and an exception. */
function frontendLog(): string {
  const lines: string[] = []
  const write = faroLineWriter({ take: (line) => void lines.push(line) }, () => Number(START / 1_000_000n) + 60_000)
  const vitals = { lcp: 2400, inp: 180, cls: 0.08, fcp: 1500, ttfb: 420 }
  for (const [index, session] of ['s-1', 's-2', 's-3'].entries()) {
    const page = { url: `https://shop.example/${index === 2 ? 'cart' : ''}?token=secret` }
    const meta = { app: { name: 'shop-frontend' }, session: { id: session }, page, browser: { name: 'Chrome' } }
    const measurements = Object.entries(vitals).map(([name, value]) => ({
      type: 'web-vitals',
      values: { [name]: value * (index + 1) },
    }))
    const exceptions = index === 2 ? [{ type: 'TypeError', value: 'the basket is broken' }] : []
    const entries = readPayload({ meta, measurements, exceptions, events: [{ name: 'session_start' }] }, (head) => head)
    for (const entry of Array.isArray(entries) ? entries : []) write(entry)
  }
  return lines.join('\n')
}
