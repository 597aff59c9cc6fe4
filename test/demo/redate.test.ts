import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newestTime, redate } from '../../shipper/demo/redate.ts'
import { enterWorkshop } from '../../shipper/demo/workshop.ts'
import { SYSTEM_FILES } from '../systems/records.ts'

const HOUR = 3600

const CASES = [
  ['2026/05/05 12:30:11 evt: a {}', '2026/05/05 13:30:11 evt: a {}'],
  ['{"time":"2026-05-05T23:30:11.123456789Z"}', '{"time":"2026-05-06T00:30:11.123456789Z"}'],
  ['{"timestamp": "2026-12-31T23:30:11.5+02:00"}', '{"timestamp": "2027-01-01T00:30:11.5+02:00"}'],
  ['2026-05-05 12:30:11,123 - INFO', '2026-05-05 13:30:11,123 - INFO'],
  ['[05/May/2026:23:30:11 +0000] "GET /"', '[06/May/2026:00:30:11 +0000] "GET /"'],
  // What is no time stays.
  ['order 2026-05-05 and 1.2026/05/05, msg_456_1735167345', 'order 2026-05-05 and 1.2026/05/05, msg_456_1735167345'],
  ['07/Foo/2026:00:00:00', '07/Foo/2026:00:00:00'],
] as const

for (const [before, after] of CASES) {
  test(`an hour later: ${before}`, () => assert.equal(redate(before, HOUR), after))
}

test('the newest time of a text', () => {
  assert.equal(newestTime('a 2026-05-05T12:00:00Z b 2026-05-05T13:00:00.5+02:00'), Date.parse('2026-05-05T12:00:00Z'))
  assert.equal(newestTime('none'), undefined)
})

const NOW = Date.parse('2031-02-03T04:05:06.789Z')

test('the samples end now, all moved by the same time, with nothing else changed', () => {
  inFolder((root) => {
    const { systems } = enterWorkshop(root, NOW)
    const moved = new Set<number>()
    let newest = 0
    for (const file of SYSTEM_FILES) {
      const before = readFileSync(join('samples/systems', file), 'utf8')
      const after = readFileSync(join(systems, file), 'utf8')
      assert.equal(after.length, before.length)
      assert.ok(!after.includes('2026-05-05') && !after.includes('2026/05/05') && !after.includes('05/May/2026'), file)
      if (newestTime(before) === undefined) continue
      moved.add(newestTime(after)! - newestTime(before)!)
      newest = Math.max(newest, newestTime(after)!)
    }
    assert.equal(moved.size, 1)
    assert.ok(newest <= NOW && newest > NOW - 1000)
  })
})

test('a folder in which another demo runs is left alone, one whose demo is gone is taken', () => {
  inFolder((root) => {
    const first = enterWorkshop(root, NOW)
    const second = enterWorkshop(root, NOW)
    assert.equal(second.folder, `${first.folder}-2`)
    first.leave()
    assert.equal(enterWorkshop(root, NOW).folder, first.folder)
    // A process id that cannot be: pids end at 2^22 on Linux.
    writeFileSync(join(first.folder, 'pid'), '99999999')
    assert.equal(enterWorkshop(root, NOW).folder, first.folder)
  })
})

test('a folder that cannot be written is said in one line', () => {
  inFolder((root) => {
    writeFileSync(join(root, 'demo'), 'a file')
    assert.throws(() => enterWorkshop(root, NOW), { code: 'file', message: /cannot be written: .*may write to\.$/ })
  })
})

function inFolder(run: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'longship-demo-'))
  try {
    run(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
