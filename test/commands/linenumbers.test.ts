/** `longship scan` says on which line a hit stands: in every encoding, whatever the blocks are that a file is read in. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { LineNumbers } from '../../shipper/commands/scanning/linenumbers.ts'
import { createFramer } from '../../shipper/framing/index.ts'

const ENCODINGS = {
  'utf-8': (text: string) => Buffer.from(text),
  'utf-16le': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
}

/** Numbers of the events' first lines. */
function numbersOf(bytes: Uint8Array, blockBytes: number): number[] {
  const numbers = new LineNumbers()
  const framer = createFramer({ framing: 'lines', multiline: true })
  const found: number[] = []
  const sink = {
    event: ({ lines, end }: { lines: number; end: number }) => void found.push(numbers.firstOf(lines, end)),
  }
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = Buffer.from(bytes.subarray(at, at + blockBytes))
    numbers.see(block, at)
    framer.push(block, at, sink)
  }
  framer.end(sink)
  return found
}

// ਅ and Ċ hold a byte of 10, as a line's end does.
const ERROR = '2026-11-21T10:00:00Z ERROR a \u0a05\u010a'
const PARTS = [[ERROR], [ERROR, '\tat a.b(C.java:1)', '\tat d.e(F.java:1)'], [''], ['2026-11-21T10:00:01Z INFO b']]

for (const [name, encode] of Object.entries(ENCODINGS)) {
  test(`${name}: an event stands on the line that it begins on`, () => {
    const part = fc.constantFrom(...PARTS)
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        (parts, lineEnd, hasLastEnd, blockUnits) => {
          const lines = [ERROR, ...parts.flat()]
          const bytes = encode(lines.join(lineEnd) + (hasLastEnd ? lineEnd : ''))
          const expected = lines.flatMap((text, i) => (text.startsWith('2026') ? [i + 1] : []))
          // The byte order mark must stand in the first block.
          assert.deepEqual(numbersOf(bytes, blockUnits + 1), expected)
        },
      ),
      { numRuns: 300 },
    )
  })
}

test('a million lines in one block cost no more each than ten', () => {
  const bytes = Buffer.from('x\n'.repeat(1_000_000))
  assert.deepEqual(numbersOf(bytes, bytes.length).slice(-1), [1_000_000])
})
