import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineSplitter } from '../../shipper/framing/lines.ts'
import { decodeText, isAsciiBlock } from '../../shipper/framing/text.ts'

interface Read {
  readonly lines: string[]
  readonly ends: number[]
  readonly cuts: number[]
  readonly truncated: number
}

/** Lines of bytes that arrive in blocks of the given sizes, the last size repeated. */
function split(bytes: Uint8Array, sizes: readonly number[] = [bytes.length], max?: number, offset = 0): Read {
  const splitter = new LineSplitter(max)
  const read = { lines: [] as string[], ends: [] as number[], cuts: [] as number[] }
  const onLine = (block: Uint8Array, start: number, end: number, endOffset: number, cut: number) => {
    read.lines.push(Buffer.from(block.subarray(start, end)).toString('latin1'))
    read.ends.push(endOffset)
    read.cuts.push(cut)
  }
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)]!)
    // A block is overwritten once the consumer had it.
    const block = Buffer.from(bytes.subarray(at, at + size))
    splitter.push(block, offset + at, onLine)
    block.fill(0x58)
    at += size
  }
  splitter.flush(onLine)
  return { ...read, truncated: splitter.truncated }
}

test('lines: ends, empty lines, no end at the end, NUL bytes', () => {
  const { lines, ends } = split(Buffer.from('a\r\n\n\r\nb\0c\nlast\r'))
  assert.deepEqual(lines, ['a', '', '', 'b\0c', 'last'])
  assert.deepEqual(ends, [3, 4, 6, 10, 15])
})

test('lines: whatever the blocks, the same lines at the same places', () => {
  const content = fc.array(fc.constantFrom('a', '\n', '\r', '\0', '\xff', '{', 'long'.repeat(20)), { maxLength: 60 })
  fc.assert(
    fc.property(content, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (parts, sizes) => {
      const text = parts.join('')
      const bytes = Buffer.from(text, 'latin1')
      const expected = text.split('\n')
      if (expected.at(-1) === '') expected.pop()
      const { lines, ends } = split(bytes, sizes)
      assert.deepEqual(
        lines,
        expected.map((line) => line.replace(/\r$/, '')),
      )
      let end = 0
      assert.deepEqual(
        ends,
        expected.map((line) => (end = Math.min(bytes.length, end + line.length + 1))),
      )
    }),
    { numRuns: 2000 },
  )
})

test('lines: a longer line keeps its beginning and says what is gone, within a block and over many', () => {
  const bytes = Buffer.from(`${'x'.repeat(100)}\nshort\n${'y'.repeat(41)}\r\n${'z'.repeat(40)}\r\n`)
  for (const size of [1, 3, 64, 1000]) {
    const { lines, cuts, truncated, ends } = split(bytes, [size], 40)
    assert.deepEqual(lines, ['x'.repeat(40), 'short', 'y'.repeat(40), 'z'.repeat(40)])
    assert.equal(cuts[0], 60)
    assert.equal(cuts[1], 0)
    assert.equal(cuts[3], 0, `size ${size}`)
    assert.equal(truncated, 2)
    assert.equal(ends.at(-1), bytes.length)
  }
})

test('lines: ten megabytes in one line need no more than the limit', () => {
  const splitter = new LineSplitter(1024)
  const block = Buffer.alloc(1024 * 1024, 0x61)
  const seen: number[] = []
  const onLine = (_: Uint8Array, start: number, end: number, __: number, cut: number) => seen.push(end - start, cut)
  for (let i = 0; i < 10; i++) splitter.push(block, i * block.length, onLine)
  splitter.push(Buffer.from('\n'), 10 * block.length, onLine)
  assert.deepEqual(seen, [1024, 10 * 1024 * 1024 - 1024])
})

test('lines: a byte order mark is dropped, also when blocks cut it; only at the very beginning', () => {
  const marked = Buffer.from('\ufeffa\n\ufeffb\n')
  for (const size of [1, 2, 3, 4, 100]) assert.deepEqual(split(marked, [size]).lines, ['a', '\xef\xbb\xbfb'])
  assert.deepEqual(split(Buffer.from([0xef, 0xbb]), [1]).lines, ['\xef\xbb'])
})

test('lines: UTF-16, either order, whatever the blocks; offsets are the file’s', () => {
  const text = 'grüße\r\n\nĊ ਊ\nend'
  const little = Buffer.from(`\ufeff${text}`, 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [little, big]) {
    for (const size of [1, 2, 3, 7, 100]) {
      const { lines, ends } = split(bytes, [size])
      assert.deepEqual(
        lines.map((line) => Buffer.from(line, 'latin1').toString()),
        ['grüße', '', 'Ċ ਊ', 'end'],
        `size ${size}`,
      )
      assert.deepEqual(ends, [16, 18, 26, 32])
    }
  }
})

test('lines: UTF-16 is told when reading resumes in its middle', () => {
  const bytes = Buffer.from('resumed here\nand on\n', 'utf16le')
  assert.deepEqual(split(bytes, [1000], undefined, 500).lines, ['resumed here', 'and on'])
})

test('text: invalid UTF-8 becomes U+FFFD and never throws', () => {
  const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x62, 0xed, 0xa0, 0x80, 0xc3, 0xbc])
  assert.equal(decodeText(bytes, 0, bytes.length), 'a\ufffd\ufffdb\ufffd\ufffd\ufffdü')
  assert.equal(isAsciiBlock(bytes), false)
  assert.equal(decodeText(new Uint8Array([120, 65, 66, 121]), 1, 3, true), 'AB')
})
