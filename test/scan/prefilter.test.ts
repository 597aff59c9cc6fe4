/** Prefilters never miss: what they and the engine find together is what the engine finds alone, whatever pattern and text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { compilePattern } from '../../shipper/scan/compile.ts'
import { Hunt } from '../../shipper/scan/hunt.ts'
import { minCut } from '../../shipper/scan/min-cut.ts'
import { foldRune } from '../../shipper/scan/program.ts'
import { requiredTexts } from '../../shipper/scan/required.ts'
import { rule, snapshotOf } from './rules.ts'

const leaf = fc.constantFrom(
  ...[
    'a',
    'b',
    'ab',
    'abc',
    'Disk',
    'k',
    's',
    'é',
    '中',
    '😀',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '[a-c]',
    '[^a]',
    '[Tt]',
    '\\.',
  ],
  ...[
    '^',
    '$',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
    'full',
    ' ',
    '\\n',
    '(?i:dIsK)',
    '(?i)k',
    '(?i)ſ',
    '[\\x{212a}]',
    '\\pL',
    '',
    '"',
  ],
)
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('pattern'), { minLength: 2, maxLength: 4 }).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '*?', '{3,}'))
      .map(([inner, repeat]) => `(?:${inner})${repeat}`),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?im:${inner})`),
  ),
}))
const text = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b',
        'c',
        'abc',
        'disk',
        'DISK',
        'full',
        'k',
        '\u212a',
        's',
        'ſ',
        'é',
        '中',
        '😀',
        '\ud83d',
        '.',
        '1',
        ' ',
      ],
      ...['\n', '"', '\u0000', 'T', 't', '_'],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const compiles = (source: string) => !('fault' in compilePattern(source))

test('any patterns on any texts', () => {
  const patterns = fc.array(pattern.filter(compiles), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(patterns, fc.array(text, { minLength: 1, maxLength: 12 }), (sources, texts) => {
      const snapshot = snapshotOf(sources.map((source, n) => rule(`r${n}`, source)))
      const hunt = new Hunt(snapshot)
      // Twice and once more, so that texts that came before are answered from memory.
      for (const said of [...texts, ...texts, ...texts]) {
        const expected = sources.flatMap((source, n) => (RE2JS.compile(source).test(said) ? [n] : []))
        assert.deepEqual([...hunt.inText(0, said)], expected, JSON.stringify([sources, said]))
        if (/^[\0-\x7f]*$/.test(said)) {
          const bytes = Buffer.from(`..${said}..`)
          assert.deepEqual([...hunt.inBytes(0, bytes, 2, bytes.length - 2)], expected)
        }
      }
    }),
    { numRuns: 3000 },
  )
})

test('every match holds one of the required texts', () => {
  let found = 0
  fc.assert(
    fc.property(pattern.filter(compiles), text, (source, said) => {
      const required = requiredTexts(RE2JS.compile(source))
      if (required === undefined || !RE2JS.compile(source).test(said)) return
      found++
      const folded = [...said]
        .map((char) => foldRune(char.codePointAt(0) as number))
        .map((c) => (c < 0 ? '~' : String.fromCharCode(c)))
      assert.ok(
        required.some((each) => folded.join('').includes(each)),
        `${required} in ${said}`,
      )
    }),
    { numRuns: 5000 },
  )
  assert.ok(found > 20, `${found} matches`)
})

test('which texts are required', () => {
  const cases: [string, string[] | undefined][] = [
    ['(?i)fail(ed|ure).*timeout', ['timeout']],
    ['no space left', ['no space left']],
    ['(?i)foo bar|baz qux', ['foo bar', 'baz qux']],
    ['(?:abc)+d?', ['abc']],
    ['a(?:bcd)?', undefined],
    ['(?i)kelvin', ['kelvin']],
    ['error|', undefined],
    ['^\\d+$', undefined],
    ['错误', undefined],
    ['x{5}', ['xxxxx']],
  ]
  for (const [source, texts] of cases) assert.deepEqual(requiredTexts(RE2JS.compile(source)), texts, source)
})

test('a minimum cut is one: no way leads around it, and none is cheaper', () => {
  const graph = fc.integer({ min: 2, max: 8 }).chain((size) =>
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }),
      costs: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: size, maxLength: size }),
    }),
  )
  fc.assert(
    fc.property(graph, ({ edges, costs }) => {
      const size = costs.length
      const next = (node: number) => edges.filter(([from]) => from === node).map(([, to]) => to)
      const reaches = (cut: ReadonlySet<number>) => {
        const seen = new Set(cut.has(0) ? [] : [0])
        for (const node of seen) for (const to of next(node)) if (!cut.has(to)) seen.add(to)
        return seen.has(size - 1)
      }
      const sum = (nodes: readonly number[]) => nodes.reduce((total, node) => total + costs[node], 0)
      const cut = minCut({ size, start: 0, next, isEnd: (node) => node === size - 1, cost: (node) => costs[node] })
      assert.ok(cut !== undefined && !reaches(new Set(cut)))
      for (let mask = 0; mask < 1 << size; mask++) {
        const nodes = costs.map((_, node) => node).filter((node) => (mask >> node) & 1)
        if (!reaches(new Set(nodes))) assert.ok(sum(nodes) >= sum(cut))
      }
    }),
    { numRuns: 300 },
  )
})
