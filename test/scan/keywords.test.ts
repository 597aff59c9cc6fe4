/** Keywords miss nothing: wherever a text stands in a block, however blocks are cut, refilled and aligned. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Found } from '../../shipper/scan/found.ts'
import { Ground, Sweep } from '../../shipper/scan/ground.ts'
import { type Keyword, Keywords } from '../../shipper/scan/keywords.ts'

/** In small letters, as the bytes hold them: only ASCII folds. */
function naive(keywords: readonly Keyword[], bytes: Uint8Array, start: number, end: number): number[] {
  const text = Buffer.from(bytes.subarray(start, end))
    .toString('latin1')
    .replace(/[A-Z]/g, (char) => char.toLowerCase())
  return [...new Set(keywords.filter((each) => text.includes(each.text)).map(({ owner }) => owner))].sort()
}

function find(keywords: Keywords, bytes: Uint8Array, start: number, end: number): number[] {
  const found = new Found(20)
  keywords.find(bytes, start, end, found)
  return found.list.toSorted()
}

const part = fc.constantFrom(
  ...[
    'core ',
    'dumped',
    'dum',
    'ped',
    'a',
    'b',
    '_',
    '/',
    ' ',
    '"',
    '1',
    '`',
    '@',
    '\x7f',
    'aaaa',
    'abab',
    'e: f',
    '{',
  ],
)
const textOf = (minLength: number) =>
  fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join('').slice(0, 16))
    .filter(({ length }) => length >= minLength)
const loud = fc.tuple(part, fc.nat(2)).map(([text, way]) => (way === 0 ? text.toUpperCase() : text))

for (const minLength of [3, 7, 11]) {
  test(`texts of ${minLength} characters and more, in a buffer that is filled again and again`, () => {
    // Larger than what is written, so that it ends in the middle of a word as often as not.
    const memory = Buffer.alloc(600)
    let hits = 0
    let clear = 0
    fc.assert(
      fc.property(
        fc.array(textOf(minLength), { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.array(fc.oneof(loud, loud, fc.nat(5)), { maxLength: 30 }), fc.nat(9)), { minLength: 1 }),
        fc.nat(7),
        fc.nat(7),
        (texts, fillings, offset, short) => {
          const words = texts.map((text, owner) => ({ text, owner }))
          const keywords = new Keywords(words)
          // One block, refilled: what was read of it is no longer there.
          const block = memory.subarray(offset, memory.length - short)
          const ground = new Ground()
          const sweep = new Sweep(ground, keywords)
          for (const [parts, start] of fillings) {
            const said = parts.map((each) => (typeof each === 'string' ? each : (texts[each] ?? 'é'))).join('')
            block.fill(0)
            const length = block.write(said, start, 'utf8')
            ground.hold(block)
            for (let at = 0; at < start + length; at += 17) {
              for (const end of [at + 5, at + 17, at + 30]) {
                if (!sweep.isClear(block, at, end)) continue
                clear++
                assert.deepEqual(naive(words, block, at, end), [], JSON.stringify({ texts, said, at, end, offset }))
              }
            }
            for (const [from, end] of [
              [start, start + length],
              [start + 1, start + length],
              [start, Math.max(start, start + length - 1)],
              [0, block.length],
            ]) {
              const expected = naive(words, block, from, end)
              hits += expected.length
              const what = JSON.stringify({ texts, said, from, end, offset })
              assert.deepEqual(find(keywords, block, from, end), expected, what)
              // And as a block of its own, of which nothing is known.
              assert.deepEqual(find(keywords, block.subarray(from, end), 0, end - from), expected, what)
            }
          }
        },
      ),
      { numRuns: 400 },
    )
    assert.ok(hits > 1000, `${hits} hits`)
    assert.ok(clear > 1000, `${clear} stretches without`)
  })
}

test('a text at every place of a block, of every alignment, to its last byte', () => {
  for (const text of ['core dumped', 'core dumped by a', 'timed out', 'time out', 'timeout', 'epipe', 'eio']) {
    const keywords = new Keywords([{ text, owner: 0 }])
    for (let offset = 0; offset < 8; offset++) {
      const block = Buffer.alloc(80).subarray(offset, 72)
      for (let at = 0; at + text.length <= block.length; at++) {
        block.fill('.')
        block.write(at % 2 === 0 ? text : text.toUpperCase(), at)
        assert.deepEqual(find(keywords, block, 0, block.length), [0], `${text} at ${offset} + ${at}`)
        assert.deepEqual(find(keywords, block, at, at + text.length), [0])
        assert.deepEqual(find(keywords, block, at + 1, block.length), [])
        assert.deepEqual(find(keywords, block, 0, at + text.length - 1), [])
      }
    }
  }
})
