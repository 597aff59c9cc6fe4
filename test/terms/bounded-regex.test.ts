/** A search is given up when its budget is used up, by whichever of the engine's ways it goes; else it says what the engine says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { BoundedRegex } from '../../shipper/terms/bounded-regex.ts'
import { letters } from './letters.ts'

const BUDGET = 2_000_000

/** The automaton without groups, threads with groups: each would take seconds. */
const SLOW: [string, string, (regex: RE2JS, text: string) => boolean][] = [
  ['many states', '([ab]*)(a[ab]{900})b*$', (regex, text) => regex.test(text)],
  ['many states of few instructions', '([ab]*)(a[ab]{100})b*$', (regex, text) => regex.test(text)],
  ['large states', '(?i)(?:a?){900}a{900}b', (regex, text) => regex.test(text.replaceAll('b', 'A'))],
  ['groups', '([ab]*)(a[ab]{900})b*$', (regex, text) => regex.matcher(text).find()],
  ['one search after the other', '(a.*z)|b', (regex, text) => countAll(regex, text) > 0],
]

function countAll(regex: RE2JS, text: string): number {
  const matcher = regex.matcher(text)
  let count = 0
  while (matcher.find()) count++
  return count
}

for (const [name, source, search] of SLOW) {
  test(`given up: ${name}`, () => {
    const text = `${letters(60_000)}c`
    const bounded = new BoundedRegex(RE2JS.compile(source))
    for (const again of [1, 2, 3]) {
      const begun = process.cpuUsage()
      const { found, took } = bounded.within(BUDGET, (regex) => search(regex, text))
      const { user } = process.cpuUsage(begun)
      assert.equal(found, undefined, `time ${again}`)
      assert.ok(took >= BUDGET)
      assert.ok(user < 1_000_000, `${user} µs`)
    }
    // Nothing of a search that was given up is left behind: the next says what the engine says.
    for (const short of ['', 'a', 'ab', `${letters(950)}b`, 'zb'])
      for (const how of [(regex: RE2JS) => Number(regex.test(short)), (regex: RE2JS) => countAll(regex, short)])
        assert.deepEqual(bounded.within(1e9, how).found, how(RE2JS.compile(source)), `${short.length} characters`)
  })
}

test('a usual pattern takes next to nothing, however long the text', () => {
  const text = 'connection from 10.0.0.1 refused after 12 ms; '.repeat(5000)
  for (const source of ['(?i)timeout after (\\d+)', '\\b(?:alpha|beta|gamma)\\b.*\\d{5}', '[A-Z]{3}', '^\\d+$']) {
    const { found, took } = new BoundedRegex(RE2JS.compile(source)).within(50_000, (regex) => regex.test(text))
    assert.equal(found, false, source)
    assert.ok(took < 20_000, `${source}: ${took}`)
  }
})

test('an error of the caller is no search that was given up', () => {
  const bounded = new BoundedRegex(RE2JS.compile('a'))
  const fail = () => {
    throw new RangeError('mine')
  }
  assert.throws(() => bounded.within(1, fail), RangeError)
})

const source = fc
  .array(fc.constantFrom('a', 'b', '(a|b)', '[ab]{3}', 'a?', '(?:ab)*', '.', '\\b', '^', '$', '(a+)', '|'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''))
  .filter((pattern) => {
    try {
      return RE2JS.compile(pattern) !== undefined
    } catch {
      return false
    }
  })

test('any pattern, any text, any budgets: never another answer than the engine has', () => {
  fc.assert(
    fc.property(
      source,
      fc.array(fc.tuple(fc.stringMatching(/^[abc\n]{0,60}$/), fc.nat(400)), { maxLength: 12 }),
      (pattern, asked) => {
        const bounded = new BoundedRegex(RE2JS.compile(pattern))
        for (const [text, budget] of asked) {
          const { found } = bounded.within(budget, (regex) => regex.test(text))
          if (found !== undefined) assert.equal(found, RE2JS.compile(pattern).test(text))
          const { found: groups } = bounded.within(budget, (regex) => groupsOf(regex, text))
          if (groups !== undefined) assert.deepEqual(groups, groupsOf(RE2JS.compile(pattern), text))
        }
      },
    ),
    { numRuns: 1500 },
  )
})

function groupsOf(regex: RE2JS, text: string): (string | null)[] {
  const matcher = regex.matcher(text)
  if (!matcher.find()) return []
  return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index))
}
