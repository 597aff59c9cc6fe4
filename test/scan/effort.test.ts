/** However slow a pattern is for a text, the stream goes on: it is given up, counted and told, and other rules are as before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePattern, findMatch, type Pattern } from '../../shipper/scan/compile.ts'
import { Allowance, Effort, FIND_UNITS, freshEffort } from '../../shipper/scan/effort.ts'
import { createScanner } from '../../shipper/scan/scanner.ts'
import type { Snapshot } from '../../shipper/scan/snapshot.ts'
import { letters } from '../terms/letters.ts'
import { ENDLESS, recordOf, rule, snapshotOf } from './rules.ts'

const SLOW = '([ab]*)(a[ab]{900})b*$'
function bench(snapshot: Snapshot, isPatient = false) {
  const events: string[] = []
  const told: string[] = []
  const clock = { ms: 0 }
  const scanner = createScanner({
    rulebook: { snapshot },
    bucket: ENDLESS,
    emit: ({ metadata }) => events.push(String(metadata.rule_id)),
    now: () => clock.ms,
    onSlow: ({ id }) => told.push(id),
    isPatient,
  })
  const watch = scanner.watch('c')
  return { events, told, clock, scanner, see: (text: string) => watch.see(recordOf(text), text), watch }
}

test('a hundred patterns that are slow for each line: half a second at once, then next to nothing; others find what they find', () => {
  const slow = Array.from({ length: 100 }, (_, n) => rule(`slow ${n}`, `([ab]*)(a[ab]{${800 + n}})b*$`))
  const { events, scanner, clock, see } = bench(
    snapshotOf([...slow, rule('ok', 'bbbb[ab]{3}c$'), rule('word', 'needle')]),
  )
  const text = `${letters(60_000)}c`
  let user = 0
  for (let line = 0; line < 20; line++) {
    const begun = process.cpuUsage()
    see(`${text} ${line % 2 === 0 ? 'needle' : ''}`)
    user = process.cpuUsage(begun).user
    assert.ok(user < (line === 0 ? 4_000_000 : 1_000_000), `line ${line}: ${user} µs`)
    clock.ms++
  }
  see('bbbbaaac')
  assert.deepEqual(events, [...new Array(10).fill('word'), 'ok'])
  const { rules } = scanner.stats()
  assert.ok(
    slow.every(({ name }) => rules[name].too_slow >= 19),
    'given up, and counted',
  )
  assert.deepEqual([rules.ok.too_slow, rules.word.too_slow], [0, 0])
})

test('it is told of once in ten minutes', () => {
  const { told, clock, see } = bench(snapshotOf([rule('slow', SLOW), rule('fine', 'a')]))
  const text = `${letters(60_000)}c`
  for (const minute of [0, 1, 9, 10, 11, 21]) {
    clock.ms = minute * 60_000
    see(text)
  }
  assert.deepEqual(told, ['slow', 'slow', 'slow'])
})

test('the express lane gives up as well, and does not remember it as an answer', () => {
  const short = `a[ab]{80}b*$`
  const { scanner, watch, clock } = bench(snapshotOf([rule('slow', SLOW), rule('short', short)]))
  const bytes = Buffer.from(`${letters(60_000)}c`)
  watch.begin()
  assert.equal(watch.look(0, bytes, 0, bytes.length), false)
  assert.equal(scanner.stats().rules.slow.too_slow, 1)
  clock.ms = 60_000
  const text = Buffer.from(`a${letters(89)}`)
  for (let again = 0; again < 4; again++) {
    watch.begin()
    assert.equal(watch.look(0, text, 0, text.length), new RegExp(short).test(text.toString()))
  }
})

test('files that somebody waits for: what one line takes is not held against the next', () => {
  const text = `${letters(60_000)}c`
  const patient = bench(snapshotOf([rule('slow', SLOW), rule('groups', '([ab]{900})([ab])*c$')]), true)
  for (let line = 0; line < 3; line++) patient.see(text)
  patient.see(letters(1000))
  assert.ok(patient.events.includes('slow'), 'found in a line that is short enough, after long ones')
})

test('where only the groups take too long there is a hit, without them', () => {
  const pattern = compilePattern('(?i)([ab]*)([ab]{600})(x|needle)') as Pattern
  const text = `${letters(200_000)}needle`
  const { user } = process.cpuUsage()
  assert.deepEqual(findMatch(pattern, text), { span: [0, text.length], captures: [] })
  assert.ok(process.cpuUsage().user - user < 3_000_000)
  const short = findMatch(pattern, `${letters(700)}needle`)
  assert.deepEqual(short?.span, [0, 706])
  assert.equal(short?.captures.length, 3)
})

test('a pattern has something of its own when another took all that they share', () => {
  const shared = new Allowance(1000, 1, 0)
  let now = 0
  const [greedy, modest] = [new Effort(shared, () => now), new Effort(shared, () => now)]
  const asked = boundedOf('(a|b)*a[ab]{300}c')
  const text = `${letters(3000)}c`
  const ask = (effort: Effort) => effort.spend(asked, FIND_UNITS, (regex) => regex.matcher(text).find())
  assert.equal(ask(greedy), undefined)
  assert.equal(shared.has(now), 0)
  assert.equal(
    modest.spend(boundedOf('x+y'), 1000, (regex) => regex.test('xxy')),
    true,
  )
  now = 600
  assert.equal(shared.has(now), 600)
  now = 1e9
  assert.equal(shared.has(now), 1000, 'no more than it began with')
  assert.equal(ask(freshEffort()), /(a|b)*a[ab]{300}c/.test(text))
})

function boundedOf(source: string) {
  return (compilePattern(source) as Pattern).bounded
}
