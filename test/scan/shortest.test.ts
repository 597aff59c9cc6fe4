/** How short a text may be that a pattern still matches in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { shortestMatch } from '../../shipper/scan/shortest.ts'

test('patterns and the length of their shortest match', () => {
  const cases: readonly (readonly [pattern: string, length: number])[] = [
    ['abc', 3],
    ['a|bc', 1],
    ['(?:bc|a)d', 2],
    ['(?:long|x?)y', 1],
    ['^[0-9]{6,}(?:\\.[0-9]+)?$', 6],
    ['^(?:critical|fatal)$', 5],
    ['', 0],
    ['a*', 0],
    ['\\b', 0],
    ['(?i)ſ', 1],
    ['é日', 2],
    ['(?:a{3}|b{2}c{2})d', 4],
    ['a.*b', 2],
  ]
  for (const [pattern, length] of cases) assert.equal(shortestMatch(RE2JS.compile(pattern)), length, pattern)
})

test('property: nothing shorter matches', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', 'ab', '(?:a|bb)', '(?:|a)')
  const part = fc
    .tuple(atom, fc.constantFrom('', '?', '*', '+', '{2}', '{1,2}'))
    .map(([one, times]) => `(?:${one})${times}`)
  const pattern = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
  const texts = [
    '',
    ...['a', 'b'].flatMap((x) => [x, `${x}a`, `${x}b`, `${x}ab`, `${x}ba`, `${x}aab`, `${x}bba`, `${x}abab`]),
  ]
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), (patterns) => {
      const regex = RE2JS.compile(patterns.join('|'))
      const shortest = shortestMatch(regex)
      for (const text of texts) assert.ok(!regex.test(text) || text.length >= shortest, `${regex} ${text}`)
    }),
  )
})
