/** The oracle of the fault tests can say no. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stored } from '../loki-double/rules.ts'
import { assertAllCame, payloadOf } from './numbered.ts'

function stored(n: number, change: Partial<Stored> = {}): Stored {
  const line = JSON.stringify({ message: 'order placed', payload: payloadOf(n) })
  return { stream: '{}', ns: 1n, line, lineBytes: line.length, metadata: [], ...change }
}

const whole = [stored(0), stored(1), stored(2)]

test('whole: as often as it came', () => {
  assert.deepEqual(assertAllCame(whole, 3), { repeated: 0, surplus: 0 })
  assert.deepEqual(assertAllCame([...whole, stored(1), stored(1)], 3), { repeated: 1, surplus: 2 })
})

test('lost, invented, damaged, and repeated otherwise', () => {
  assert.throws(() => assertAllCame(whole, 4), /1 of 4 events are lost/)
  assert.throws(() => assertAllCame(whole, 2), /nobody wrote/)
  assert.throws(() => assertAllCame([...whole, stored(1, { ns: 2n })], 3), /came again, and different/)
  assert.throws(() => assertAllCame([...whole, stored(1, { metadata: [['a', 'b']] })], 3), /came again, and different/)
  const damaged = stored(3, { line: stored(3).line.replace('ü', '?') })
  assert.throws(() => assertAllCame([...whole, damaged], 4), /damaged/)
  const noStack = stored(9, { line: JSON.stringify({ message: payloadOf(9), stack: 'Order0.java:9)' }) })
  assert.throws(() => assertAllCame([...Array.from({ length: 9 }, (_, n) => stored(n)), noStack], 10), /frame 1 of 9/)
})
