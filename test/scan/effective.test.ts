/** Which rules are in force: the effective set against a simple model, and what is decided where rules disagree. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { makeSnapshot, type StoredRule } from '../../shipper/scan/snapshot.ts'
import { recordOf, rule, scannerOf, snapshotOf } from './rules.ts'

const WORKLOADS = ['shop', 'billing', 'batch']
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const settings = fc.record({
  name: fc.constantFrom(...NAMES),
  pattern: fc.constantFrom('x', 'y', '(', 'z[', ''),
  enabled: fc.boolean(),
  workload: fc.option(fc.constantFrom(...WORKLOADS), { nil: undefined }),
  overrides: fc.option(fc.constantFrom(...NAMES, 'nobody'), { nil: undefined }),
})
type Draft = typeof settings extends fc.Arbitrary<infer T> ? T : never

/** What the rules of docs and snapshot.ts say, as naively as it can be said. */
function model(drafts: readonly Draft[], workload: string): string[] {
  const compiles = ({ pattern }: Draft) => pattern !== '(' && pattern !== 'z['
  const isFirst = (draft: Draft) => drafts.findIndex(({ name }) => name === draft.name) === drafts.indexOf(draft)
  const stands: { by: Draft; for: string }[] = []
  for (const draft of drafts) {
    if (!isFirst(draft) || !compiles(draft) || draft.overrides === undefined || draft.workload !== workload) continue
    const target = drafts.find(({ name }) => name === draft.overrides)
    if (target === undefined || target.workload !== undefined) continue
    if (!stands.some((other) => other.for === draft.overrides)) stands.push({ by: draft, for: draft.overrides })
  }
  return drafts
    .filter((draft) => {
      if (!isFirst(draft) || !compiles(draft) || !draft.enabled) return false
      if (draft.overrides !== undefined) return stands.some(({ by }) => by === draft)
      if (draft.workload !== undefined) return draft.workload === workload
      return !stands.some((other) => other.for === draft.name)
    })
    .map(({ name }) => name)
}

test('the effective set of a workload equals a simple reference model', () => {
  fc.assert(
    fc.property(fc.array(settings, { maxLength: 12 }), (drafts) => {
      const snapshot = snapshotOf(
        drafts.map((draft) => rule(draft.name, draft.pattern, draft as Partial<RuleSettings>)),
      )
      for (const workload of [...WORKLOADS, 'another']) {
        const found = snapshot.effective(workload).map(({ id }) => id)
        assert.deepEqual(found, model(drafts, workload), workload)
        const scanned = snapshot.live.filter((live) => snapshot.isInForce(live.rule, workload))
        assert.deepEqual(
          scanned.map(({ rule: { id } }) => id),
          found,
          'what is scanned with is what is told',
        )
      }
      assert.equal(snapshot.views.length, drafts.length, 'every rule is visible')
    }),
    { numRuns: 2000 },
  )
})

const ids = (rules: readonly RuleSettings[], workload: string) =>
  snapshotOf(rules)
    .effective(workload)
    .map(({ id, from }) => `${id}: ${from}`)

test('a per-workload rule overrides or switches off a global one, others are added', () => {
  const rules = [
    rule('slow', 'took \\d{4}'),
    rule('down', 'refused'),
    rule('slow in billing', 'took \\d{3}', { workload: 'billing', overrides: 'slow' }),
    rule('not in batch', 'x', { workload: 'batch', overrides: 'slow', enabled: false }),
    rule('invoice', 'invoice lost', { workload: 'billing' }),
  ]
  assert.deepEqual(ids(rules, 'shop'), ['slow: global', 'down: global'])
  assert.deepEqual(ids(rules, 'billing'), ['down: global', 'slow in billing: override', 'invoice: own'])
  assert.deepEqual(ids(rules, 'batch'), ['down: global'])
})

const errors = (rules: readonly RuleSettings[]) => snapshotOf(rules).views.map(({ id, error }) => [id, error])

test('a rule that does not compile is left out and shown with its message', () => {
  const rules = [rule('bad', 'a(b'), rule('good', 'b')]
  assert.deepEqual(ids(rules, 'shop'), ['good: global'])
  assert.deepEqual(errors(rules)[0], ['bad', 'error parsing regexp: missing closing ): `a(b`'])
  const { scanner } = scannerOf(rules)
  assert.deepEqual(scanner.stats().compile_errors, [
    { id: 'bad', name: 'bad', error: 'error parsing regexp: missing closing ): `a(b`' },
  ])
  assert.equal(scanner.stats().rules.bad.error, 'error parsing regexp: missing closing ): `a(b`')
})

test('an override that does not compile is as if it were not there: the global rule is in force again', () => {
  for (const enabled of [true, false]) {
    const rules = [rule('g', 'x'), rule('o', '(', { workload: 'shop', overrides: 'g', enabled })]
    assert.deepEqual(ids(rules, 'shop'), ['g: global'])
  }
})

test('an override of a global rule that is off, or does not compile, is in force by itself', () => {
  for (const global of [rule('g', 'x', { enabled: false }), rule('g', '(')]) {
    assert.deepEqual(ids([global, rule('o', 'y', { workload: 'shop', overrides: 'g' })], 'shop'), ['o: override'])
  }
})

test('overrides of nothing, of an override, of a rule of a workload, and a second one have errors and are not in force', () => {
  const rules = [
    rule('g', 'x'),
    rule('o', 'y', { workload: 'shop', overrides: 'g' }),
    rule('own', 'y', { workload: 'shop' }),
    rule('dangling', 'y', { workload: 'shop', overrides: 'gone' }),
    rule('of override', 'y', { workload: 'shop', overrides: 'o' }),
    rule('of own', 'y', { workload: 'shop', overrides: 'own' }),
    rule('second', 'y', { workload: 'shop', overrides: 'g' }),
    rule('elsewhere', 'y', { workload: 'batch', overrides: 'g' }),
  ]
  assert.deepEqual(ids(rules, 'shop'), ['o: override', 'own: own'])
  assert.deepEqual(ids(rules, 'batch'), ['elsewhere: override'])
  assert.deepEqual(
    new Map(errors(rules).filter(([, error]) => error !== undefined) as [string, string][]),
    new Map([
      ['dangling', 'overrides names no rule: "gone"'],
      ['of override', 'overrides must name a global rule, "o" is none'],
      ['of own', 'overrides must name a global rule, "own" is none'],
      ['second', '"g" is overridden in "shop" already'],
    ]),
  )
})

test('of two rules of one id the first is in force, and one of the API before both; the other stays visible', () => {
  const stored = (settings: RuleSettings, file: string): StoredRule => ({ settings, origin: 'folder', file })
  const snapshot = makeSnapshot(1, [
    stored(rule('twice', 'x'), 'a.yaml'),
    stored(rule('twice', 'y'), 'b.yaml'),
    stored(rule('rule_0123456789ab', 'y'), 'b.yaml'),
    { id: 'rule_0123456789ab', settings: rule('z', 'z'), origin: 'api' },
  ])
  assert.deepEqual(
    snapshot.views.map(({ id, error }) => [id, error]),
    [
      ['twice', undefined],
      ['twice~2', 'another rule is called "twice" in a.yaml'],
      ['rule_0123456789ab~2', 'another rule is called "rule_0123456789ab"'],
      ['rule_0123456789ab', undefined],
    ],
  )
  assert.deepEqual(
    snapshot.live.map(({ pattern }) => pattern.source),
    ['x', 'z'],
  )
})

test('a snapshot cannot be changed', () => {
  const snapshot = snapshotOf([rule('a', 'x')])
  assert.ok([snapshot, snapshot.views, snapshot.views[0], snapshot.live, snapshot.live[0]].every(Object.isFrozen))
})

test('streams: stdout, stderr or both; of no known stream is stdout', () => {
  const { scanner, events } = scannerOf([
    rule('out', 'x', { streams: 'stdout' }),
    rule('err', 'x', { streams: 'stderr' }),
    rule('both', 'x'),
  ])
  const watch = scanner.watch('c')
  const said = () => events.splice(0).map(({ metadata }) => `${metadata.rule_id} ${metadata.stream}`)
  watch.see(recordOf('x'), 'x')
  assert.deepEqual(said(), ['out stdout', 'both stdout'])
  watch.see(recordOf('x'), 'x', { stream: 'stderr' })
  assert.deepEqual(said(), ['err stderr', 'both stderr'])
  watch.see(recordOf('x', { fields: new Map([['stream', 'stderr']]) }), 'x')
  assert.deepEqual(said(), ['err stderr', 'both stderr'], 'a sender says it in a field')
})

test('enabled: a rule that is off finds nothing', () => {
  const { scanner, events } = scannerOf([rule('off', 'x', { enabled: false })])
  scanner.watch('c').see(recordOf('x'), 'x')
  assert.deepEqual(events, [])
})
