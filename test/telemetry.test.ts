import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Balance, createLog, createTelemetry } from '../shipper/telemetry.ts'

test('the balance: read = delivered + rejected + dropped + pending', () => {
  const balance = new Balance()
  balance.read = 10
  balance.delivered = 6
  balance.reject('line_too_long', 2)
  balance.drop('gave_up')
  assert.equal(balance.pending, 1)
  assert.ok(balance.holds(1) && !balance.holds(0))
  assert.equal(
    balance.describe(),
    'read 10 = delivered 6 + rejected 2 (line_too_long 2) + dropped 1 (gave_up 1) + pending 1',
  )
  balance.delivered = 8
  assert.ok(!balance.holds(), 'more accounted for than read')
})

test('metrics as Prometheus text', () => {
  const telemetry = createTelemetry()
  telemetry.readLines.value += 3
  telemetry.linesByFormat('a"b\\c').value++
  telemetry.batchLatency.observe(0.02)
  telemetry.batchLatency.observe(99)
  telemetry.balance.read = 3
  telemetry.balance.reject('too_old')
  telemetry.redacted = () => new Map([['password', 4]])
  const text = telemetry.renderMetrics()
  for (const line of [
    '# TYPE longship_read_lines_total counter',
    'longship_read_lines_total 3',
    'longship_lines_by_format_total{format="a\\"b\\\\c"} 1',
    'longship_batch_latency_seconds_bucket{le="0.025"} 1',
    'longship_batch_latency_seconds_bucket{le="+Inf"} 2',
    'longship_batch_latency_seconds_count 2',
    'longship_rejected_total{reason="too_old"} 1',
    'longship_pending 2',
    'longship_redacted_total{rule="password"} 4',
  ]) {
    assert.ok(text.includes(`${line}\n`), line)
  }
})

test('own log lines as logfmt and JSON, from a level on', () => {
  const lines: string[] = []
  const options = { now: () => 0, write: (line: string) => lines.push(line) }
  createLog({ ...options, level: 'warn' }).info('quiet')
  createLog(options).error('it "broke"', { file: 'a b', count: 2, error: new Error('no') })
  createLog({ ...options, format: 'json' }).info('fine', { gone: undefined })
  assert.deepEqual(lines, [
    'time=1970-01-01T00:00:00.000Z level=error msg="it \\"broke\\"" service=longship file="a b" count=2 error=no\n',
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","msg":"fine","service":"longship"}\n',
  ])
})
