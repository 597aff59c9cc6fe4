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
    // A search from each mark to the end would be thirty times as much.
    assert.ok(micros < 8 * usual + 20, `${part}: ${micros.toFixed(1)} µs, words take ${usual.toFixed(1)}`)
  }
})

/** Of a line as long as any that is read. The least of several runs: other processes run here, too. */
function microsOf(part: string): number {
  const reader = new TokenReader()
  const message = part.repeat(Math.ceil(MAX_CHARS / part.length))
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 8; run++) {
    const start = process.hrtime.bigint()
    for (let n = 0; n < 200; n++) reader.readText(message)
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 200_000)
    assert.ok(reader.count <= MAX_TOKENS)
  }
  return least
}
