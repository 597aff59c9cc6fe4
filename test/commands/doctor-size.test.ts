/** What `longship doctor --size` reckons. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeSize, sizeOf } from '../../shipper/commands/doctor/size.ts'
import { run } from '../../shipper/commands/doctor.ts'

const MODES = [
  ['10MB/day', 'embedded', 1],
  ['5GB/day', 'one', 1],
  ['50GB/day', 'one', 1],
  ['200GB/day', 'three', 3],
  ['2TB/day', 'microservices', 14],
] as const

for (const [rate, mode, replicas] of MODES) {
  test(`${rate} is run as ${mode}`, () => {
    const size = sizeOf(rate, '30d')
    assert.deepEqual([size.mode, size.replicas], [mode, replicas])
  })
}

test('rates are the same in any unit', () => {
  const day = sizeOf('864GB/day', '30d')
  for (const rate of ['10MB/s', '36GB/h', '6048 GB/week', '25.92TB/month', '10mb/s']) {
    assert.ok(Math.abs(sizeOf(rate, '30d').bytesPerDay - day.bytesPerDay) < 1, rate)
  }
})

test('the store grows with retention, and everything with the rate', () => {
  const [less, more] = [sizeOf('100GB/day', '30d'), sizeOf('400GB/day', '90d')]
  assert.ok(Math.abs(more.storedGB / less.storedGB - 12) < 1e-9)
  for (const key of ['cores', 'memoryGB', 'localDiskGB', 'ingestionRateMB', 'shipperCores'] as const) {
    assert.ok(more[key] >= less[key], key)
  }
})

test('what is no rate is a usage error that says what is one', async () => {
  for (const rate of ['200GB', 'GB/day', '0GB/day', '-1GB/day', '1GB/fortnight', `${'9'.repeat(400)}GB/day`]) {
    assert.throws(() => sizeOf(rate, '30d'), /--size must be bytes in a time, such as 200GB\/day/, rate)
  }
  assert.throws(() => sizeOf('1GB/day', '30'), /--retention must be days/)
  await assert.rejects(run(['--size', 'much']), /--size must be/)
})

test('the command prints it, as text and as JSON, without a configuration', async () => {
  let text = ''
  const write = (part: string) => (text += part)
  assert.equal(await run(['--size', '200GB/day'], write), 0)
  assert.equal(text, describeSize(sizeOf('200GB/day', '30d')))
  assert.match(text, /docker-compose\.ha\.yml/)
  text = ''
  assert.equal(await run(['--size', '200GB/day', '--retention', '7d', '--json'], write), 0)
  assert.equal(JSON.parse(text).retentionDays, 7)
})
