/**
 * What is known of a block is known of nothing else: whatever is read into the same memory, carried over, asked of another
 * file's watch or of other rules, a rule on the line hits exactly the lines that it matches.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createScanner } from '../../shipper/scan/scanner.ts'
import { ENDLESS, rule, snapshotOf } from './rules.ts'

const SETS = [
  ['(?i)core dumped'],
  ['core dumped', 'Killed'],
  ['(?i)oom-kill|panic: '],
  // The first of them has no text that must be there.
  ['^[0-9]+$', '(?i)core dumped'],
].map((patterns) => patterns.map((source, n) => rule(`r${n}`, source, { on: 'line' })))
const SNAPSHOTS = SETS.map((rules, n) => snapshotOf(rules, n + 1))

const LINES = [
  ...['Core Dumped', 'x core dumped y', 'core dumpe', 'core', 'd', 'ore dumped', 'killed', 'Killed', '', '1234'],
  ...['oom-kill', 'OOM-KILL', 'panic: x', 'panic:', 'a line that is a good deal longer than all that are looked for'],
]
const line = fc.constantFrom(...LINES)
const SIZE = 300

const act = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), memory: fc.nat(1), lines: fc.array(line) }) },
  // Without a word to the watch, as the flow is through with the block.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refill' as const), lines: fc.array(line) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('look' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('carried' as const), said: line }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), to: fc.nat(SNAPSHOTS.length - 1) }) },
)

function write(memory: Buffer, lines: readonly string[], end: string): { start: number; end: number }[] {
  memory.fill(0)
  const places: { start: number; end: number }[] = []
  let at = 0
  for (const each of lines) {
    if (at + each.length + end.length > memory.length) break
    memory.write(each + end, at)
    places.push({ start: at, end: at + each.length })
    at += each.length + end.length
  }
  return places
}

for (const end of ['\n', '\r\n']) {
  test(`memory that is filled again, two files, carried lines, rules that are swapped: ${JSON.stringify(end)}`, () => {
    let hits = 0
    let looks = 0
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), fc.nat(3), (acts, offset) => {
        const rulebook = { snapshot: SNAPSHOTS[0] }
        const scanner = createScanner({ rulebook, bucket: ENDLESS, emit() {}, now: () => 0 })
        const watches = [scanner.watch('a'), scanner.watch('b')]
        const memories = [0, 1].map(() => Buffer.alloc(SIZE + offset).subarray(offset))
        const carry = Buffer.alloc(SIZE)
        let current = 0
        let places: { start: number; end: number }[] = []
        const look = (bytes: Buffer, from: number, to: number) => {
          const watch = watches[current]
          const said = bytes.toString('latin1', from, to)
          const isExpected = rulebook.snapshot.live.some(({ pattern }) => pattern.regex.test(said))
          assert.deepEqual(watch.begin(), ['line'])
          assert.equal(watch.look(0, bytes, from, to), isExpected, JSON.stringify(said))
          looks++
          if (isExpected) hits++
        }
        for (const each of acts) {
          if (each.kind === 'read') {
            current = each.memory
            places = write(memories[current], each.lines, end)
            watches[current].block(memories[current])
          } else if (each.kind === 'refill') {
            watches[current].block(undefined)
            places = write(memories[current], each.lines, end)
          } else if (each.kind === 'look') {
            for (const place of places.slice(each.at % 7)) look(memories[current], place.start, place.end)
          } else if (each.kind === 'carried') {
            carry.write(each.said, 0)
            look(carry, 0, each.said.length)
          } else rulebook.snapshot = SNAPSHOTS[each.to]
        }
      }),
      { numRuns: 1000 },
    )
    assert.ok(hits > 1000 && looks > 3 * hits, `${looks} looks, ${hits} hits`)
  })
}
