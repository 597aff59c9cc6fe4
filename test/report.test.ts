/** What a shipper says of itself once a minute: what changed since it last did. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReport } from '../shipper/report.ts'
import { createLog, createTelemetry } from '../shipper/telemetry.ts'

function setUp() {
  const telemetry = createTelemetry()
  const lines: string[] = []
  const log = createLog({ now: () => 0, write: (line) => void lines.push(line.trimEnd()) })
  return { telemetry, lines, report: createReport(telemetry, log) }
}

test('a report counts from the one before; losses have a line for each reason', () => {
  const { telemetry, lines, report } = setUp()
  const { balance } = telemetry
  Object.assign(balance, { read: 100, delivered: 80 })
  telemetry.batches.value = 2
  telemetry.batchLatency.observe(0.01)
  telemetry.batchLatency.observe(0.03)
  report()
  Object.assign(balance, { read: 150, delivered: 120 })
  balance.reject('line_too_long', 3)
  balance.drop('queue_full', 2)
  telemetry.retries.value = 4
  telemetry.oldestUnacknowledged.value = 1.5
  report()
  const head = 'time=1970-01-01T00:00:00.000Z level'
  assert.deepEqual(lines, [
    `${head}=info msg="shipper report" service=longship event=shipper_report read=100 delivered=80 rejected=0 dropped=0 pending=20 retries=0 batches=2 batch_ms=20 oldest_unacknowledged_ms=0`,
    `${head}=info msg="shipper report" service=longship event=shipper_report read=50 delivered=40 rejected=3 dropped=2 pending=25 retries=4 batches=0 oldest_unacknowledged_ms=1500`,
    `${head}=error msg="records rejected" service=longship event=shipper_rejected reason=line_too_long records=3`,
    `${head}=error msg="records dropped" service=longship event=shipper_dropped reason=queue_full records=2`,
  ])
})

test('a shipper with nothing to do and nothing to say is quiet', () => {
  const { lines, report } = setUp()
  report()
  report()
  assert.deepEqual(lines, [])
})
