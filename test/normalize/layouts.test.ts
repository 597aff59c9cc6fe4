/** Who wrote a line and how bad it is, in layouts of heads that no format lists; and sentences that must give neither. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { writeRecord } from '../../shipper/batch/line.ts'
import { createMemory, detect } from '../../shipper/formats/index.ts'
import { normalize } from '../../shipper/normalize/normalize.ts'
import { AROUND } from '../flow.ts'

const NOW = { seconds: 1_795_000_000, nanos: 0 }

const cases = readFileSync(new URL('layouts.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('# '))

test('there are layouts and sentences', () => {
  assert.ok(cases.filter((line) => !line.includes(' ¦ - ¦ ')).length > 60)
  assert.ok(cases.filter((line) => line.includes(' ¦ - ¦ ')).length > 90)
})

for (const text of cases) {
  const [level = '', component = '', line = ''] = text.split(' ¦ ', 3)
  test(line, () => {
    const head = line.replaceAll('␉', '\t')
    const parsed = detect({ head, rest: '', runtime: undefined }, { zone: 'UTC', now: NOW }, createMemory())
    const record = JSON.parse(writeRecord(normalize(parsed, undefined, NOW, AROUND)))
    if (level !== '?') assert.equal(record.level, level === '-' ? 'unknown' : level)
    const found = [record.node, record.logger, record.service].filter((name) => name !== undefined)
    if (component !== '-')
      assert.ok(
        component.split('|').some((name) => found.includes(name)),
        JSON.stringify(found),
      )
    else assert.deepEqual([record.node, record.logger], [AROUND.host, undefined])
  })
}
