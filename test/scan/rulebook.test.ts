/** Rules of the API: created, patched, removed, kept over restarts; and of files, which are read only. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { openRulebook, type Rulebook } from '../../shipper/scan/rulebook.ts'
import type { Snapshot } from '../../shipper/scan/snapshot.ts'
import type { Answer } from '../../shipper/terms/answer.ts'
import { rule, temporary } from './rules.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

function open(t: TestContext, configured: readonly RuleSettings[] = [], folder = temporary(t)) {
  const problems: string[] = []
  const stateFile = join(folder, 'rules.json')
  const onProblem = (path: string, message: string) => problems.push(`${path.replace(folder, '')}: ${message}`)
  const openBook = () => openRulebook({ configured, configFile: 'longship.yaml', stateFile, now: () => NOW, onProblem })
  return { book: openBook(), again: openBook, problems, stateFile, folder }
}

function value<T>(answer: Answer<T>): T {
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

function refusal(answer: Answer<unknown>): string {
  assert.ok(!answer.ok)
  return `${answer.refusal.reason} ${answer.refusal.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`
}

test('create: defaults filled in, an id made up, in force at once and after a restart', (t) => {
  const { book, again } = open(t)
  const made = value(book.create({ name: 'disk', pattern: 'no space' }))
  assert.match(made.id, /^rule_[0-9a-f]{12}$/)
  const { id, ...rest } = made
  const defaults = { severity: 'warn', streams: 'both', on: 'message', cooldown: '1m', enabled: true }
  assert.deepEqual(rest, { name: 'disk', pattern: 'no space', ...defaults, origin: 'api' })
  assert.deepEqual(book.get(id), made)
  assert.deepEqual(again().get(id), made)
  assert.deepEqual(
    book.effective('any').map(({ from }) => from),
    ['global'],
  )
})

test('create refuses what is wrong, and says where and what', (t) => {
  const { book } = open(t, [rule('mine', 'x'), rule('own', 'x', { workload: 'shop' })])
  const refused: [unknown, RegExp][] = [
    [
      { name: 'a', pattern: '(' },
      /^invalid pattern: pattern does not compile: error parsing regexp: missing closing \)/,
    ],
    [{ name: 'a', pattern: '(?=x)' }, /^invalid pattern: .*invalid or unsupported Perl syntax/],
    [{ name: 'a', pattern: `${'(?:a{1000}){1000}'}` }, /^invalid pattern: .*(?:too large|invalid repeat)/],
    [{ name: 'a' }, /^invalid : the rule needs "pattern"/],
    [{ name: '', pattern: 'x' }, /^invalid name: /],
    [{ name: 'a', pattern: 'x', severity: 'wran' }, /^invalid severity: .*Did you mean "warn"/],
    [{ name: 'a', pattern: 'x', cooldown: '5' }, /^invalid cooldown: .*a duration with a unit/],
    [{ name: 'a', pattern: 'x', extra: 1 }, /^invalid extra: .*no key "extra"/],
    [{ name: 'a', pattern: 'x', overrides: 'mine' }, /^invalid workload: /],
    [{ name: 'a', pattern: 'x', overrides: 'gone', workload: 'shop' }, /^conflict overrides: .*names no rule/],
    [{ name: 'a', pattern: 'x', overrides: 'own', workload: 'shop' }, /^conflict overrides: .*must name a global rule/],
    [null, /^invalid : a rule must be an object/],
    [[], /^invalid : a rule must be an object/],
    ['x', /^invalid : a rule must be an object/],
    [JSON.parse('{"name": "a", "pattern": "x", "__proto__": {"enabled": false}}'), /^invalid __proto__: /],
  ]
  for (const [draft, message] of refused) assert.match(refusal(book.create(draft)), message)
  assert.equal(book.list().length, 2)
})

test('a second override of one rule in one workload is a conflict', (t) => {
  const { book } = open(t, [rule('g', 'x')])
  value(book.create({ name: 'o', pattern: 'y', workload: 'shop', overrides: 'g' }))
  assert.match(
    refusal(book.create({ name: 'p', pattern: 'y', workload: 'shop', overrides: 'g' })),
    /^conflict overrides/,
  )
  value(book.create({ name: 'p', pattern: 'y', workload: 'batch', overrides: 'g' }))
})

test('PATCH distinguishes absent from null', (t) => {
  const { book, again } = open(t)
  const { id } = value(
    book.create({ name: 'a', pattern: 'x', severity: 'error', workload: 'shop', description: 'why' }),
  )
  assert.equal(value(book.patch(id, {})).severity, 'error', 'absent: as it was')
  const reset = value(book.patch(id, { severity: null, workload: null, cooldown: '5s' }))
  assert.equal(reset.severity, 'warn', 'null: the default')
  assert.equal('workload' in reset, false, 'null: away')
  assert.deepEqual([reset.description, reset.cooldown, reset.id], ['why', '5s', id])
  assert.match(refusal(book.patch(id, { pattern: null })), /^invalid : the rule needs "pattern"/)
  assert.match(refusal(book.patch(id, { pattern: '[' })), /^invalid pattern: /)
  assert.match(refusal(book.patch(id, [])), /^invalid : a patch must be an object/)
  assert.match(refusal(book.patch('rule_000000000000', {})), /^missing /)
  assert.deepEqual(again().get(id), reset)
})

test('rules of files are read only for the API', (t) => {
  const { book } = open(t, [rule('mine', 'x')])
  assert.match(refusal(book.patch('mine', { enabled: false })), /^readonly : "mine" comes from longship\.yaml/)
  assert.match(refusal(book.remove('mine')), /^readonly /)
  assert.match(refusal(book.remove('nobody')), /^missing /)
})

test('deleting a global rule deletes its overrides in the same step', (t) => {
  const { book, stateFile, again } = open(t)
  const { id } = value(book.create({ name: 'g', pattern: 'x' }))
  const override = value(book.create({ name: 'o', pattern: 'y', workload: 'shop', overrides: id }))
  const other = value(book.create({ name: 'other', pattern: 'z' }))
  assert.match(refusal(book.patch(id, { workload: 'shop' })), /^conflict workload: /)
  const before = book.snapshot
  assert.deepEqual(value(book.remove(id)), { deleted: [id, override.id] })
  assert.equal(book.snapshot.version, before.version + 1, 'one swap')
  assert.deepEqual(book.list(), [other])
  assert.deepEqual(
    JSON.parse(readFileSync(stateFile, 'utf8')).rules.map((each: { id: string }) => each.id),
    [other.id],
  )
  assert.deepEqual(again().list(), [other])
  assert.equal(before.views.length, 3, 'whoever holds the old one has all of it')
})

test('a change that cannot be written is refused and not in force', (t) => {
  const { book, stateFile, folder } = open(t)
  value(book.create({ name: 'a', pattern: 'x' }))
  const { snapshot } = book
  const closed = openRulebook({
    configured: [],
    stateFile: join(stateFile, 'below-a-file', 'rules.json'),
    now: () => NOW,
    onProblem() {},
  })
  assert.match(refusal(closed.create({ name: 'a', pattern: 'x' })), /^failed /)
  assert.deepEqual(closed.list(), [])
  assert.equal(book.snapshot, snapshot)
  assert.ok(readdirSync(folder).length > 0)
})

test('a corrupt state file is set aside and reported, never silently lost', (t) => {
  const { book, again, problems, stateFile, folder } = open(t)
  const kept = value(book.create({ name: 'kept', pattern: 'x' }))
  const whole = JSON.parse(readFileSync(stateFile, 'utf8'))
  const cases: [string, number][] = [
    ['{"version":1,"rules":[', 0],
    ['null', 0],
    ['{"version":99,"rules":[]}', 0],
    [JSON.stringify({ ...whole, rules: [...whole.rules, { id: 'rule_zz', name: 1 }] }), 1],
  ]
  for (const [text, rules] of cases) {
    writeFileSync(stateFile, text)
    for (const name of readdirSync(folder)) if (name.includes('corrupt')) writeFileSync(join(folder, name), '')
    problems.length = 0
    const opened = again()
    assert.equal(opened.list().length, rules, text)
    assert.match(problems.join(), /\/rules\.json: .*what it held is kept in .*corrupt-2026-11-21/)
    const aside = readdirSync(folder).find((name) => name.includes('corrupt')) as string
    assert.equal(readFileSync(join(folder, aside), 'utf8'), text)
    problems.length = 0
    assert.equal(again().list().length, rules)
    assert.deepEqual(problems, [], 'said once')
  }
  assert.equal(kept.name, 'kept')
})

test('a stored pattern that does not compile any more stays visible', (t) => {
  const { book, again, stateFile, problems } = open(t)
  const { id } = value(book.create({ name: 'a', pattern: 'xyz' }))
  writeFileSync(stateFile, readFileSync(stateFile, 'utf8').replace('xyz', 'x(z'))
  problems.length = 0
  const opened = again()
  assert.match(String(opened.get(id)?.error), /missing closing \)/)
  assert.deepEqual(opened.effective('shop'), [])
  assert.match(problems.join(), /is left out: error parsing regexp/)
  assert.equal(value(opened.patch(id, { pattern: 'mended' })).error, undefined)
})

test('list filters by workload and origin', (t) => {
  const { book } = open(t, [rule('a', 'x'), rule('b', 'x', { workload: 'shop' })])
  value(book.create({ name: 'c', pattern: 'x', workload: 'shop' }))
  const names = (filter: { workload?: string; origin?: string }) => book.list(filter).map(({ name }) => name)
  assert.deepEqual(
    [names({}), names({ workload: 'shop' }), names({ origin: 'api' })],
    [['a', 'b', 'c'], ['b', 'c'], ['c']],
  )
})

test('the number of rules is bounded', (t) => {
  const { stateFile, again } = open(t)
  const rules = Array.from({ length: 1000 }, (_, n) => ({
    id: `rule_${n.toString(16).padStart(12, '0')}`,
    ...rule(`r${n}`, 'x'),
  }))
  writeFileSync(stateFile, JSON.stringify({ version: 1, rules }))
  assert.match(refusal(again().create({ name: 'one more', pattern: 'x' })), /^full /)
})

test('a reload under load never shows half a set: every snapshot seen is one of the versions', (t) => {
  const { book } = open(t)
  /** What each version must hold, noted by who makes it. */
  const versions = new Map<number, string>()
  const content = ({ views, live }: Snapshot) =>
    JSON.stringify([views.map(({ id, pattern }) => [id, pattern]), live.map(({ rule: { id } }) => id)])
  const note = () => versions.set(book.snapshot.version, JSON.stringify(expectedOf(book)))
  const expectedOf = (from: Rulebook) => {
    const list = from.list()
    return [list.map(({ id, pattern }) => [id, pattern]), list.filter(({ enabled }) => enabled).map(({ id }) => id)]
  }
  note()
  const seen: Snapshot[] = []
  const change = fc.constantFrom('create', 'patch', 'remove', 'off')
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      for (const kind of changes) {
        seen.push(book.snapshot)
        const [first] = book.list()
        if (kind === 'create' || first === undefined) value(book.create({ name: 'r', pattern: `x${seen.length}` }))
        else if (kind === 'patch') value(book.patch(first.id, { pattern: `y${seen.length}` }))
        else if (kind === 'off') value(book.patch(first.id, { enabled: !first.enabled }))
        else value(book.remove(first.id))
        note()
      }
    }),
    { numRuns: 30 },
  )
  for (const snapshot of seen) assert.equal(content(snapshot), versions.get(snapshot.version), `${snapshot.version}`)
  assert.equal(new Set(seen.map(({ version }) => version)).size, seen.length)
})
