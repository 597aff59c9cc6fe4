/** Hostile messages cost what others cost: reading is linear in the text, whatever marks it is made of. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_CHARS, MAX_TOKENS, TokenReader } from '../../shipper/patterns/tokens.ts'

const PLAIN = 'abc '
const HOSTILE = ['="a', `='a="b`, '=[a,', '={a[', '"a" ', '[] ', 'aa:', 'x err= ', '(a', 'GET / ', "'", '[redacted:']

test('quotes, brackets and colons without end are read in the time of words', () => {
  const usual = microsOf(PLAIN)
  for (const part of HOSTILE) {
    const micros = microsOf(part)
    // A search from each mark to the end is forty times as much.
    assert.ok(micros < 20 * usual, `${part}: ${micros.toFixed(1)} µs, words take ${usual.toFixed(1)}`)
  }
})

/** CPU time of a line as long as any that is read, once the code is warm. */
function microsOf(part: string): number {
  const reader = new TokenReader()
  const message = part.repeat(Math.ceil(MAX_CHARS / part.length))
  const read = (times: number) => {
    for (let n = 0; n < times; n++) reader.readText(message)
  }
  read(2000)
  assert.ok(reader.count <= MAX_TOKENS)
  const start = process.cpuUsage()
  read(LINES)
  return process.cpuUsage(start).user / LINES
}

/** As many as take well over a tick of the CPU's clock. */
const LINES = 5000
