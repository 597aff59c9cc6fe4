import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EVENT_SOURCES, type LogEvent, SEVERITIES } from '../../shipper/events/event.ts'
import { compileFilter } from '../../shipper/triggers/filter.ts'
import type { TriggerFilter } from '../../shipper/triggers/trigger.ts'
import { event, faults, receiver, until, value, world } from './world.ts'

const words = ['shop', 'bank', '__proto__', 'constructor', '']
const some = <T>(...from: T[]) => fc.option(fc.subarray(from), { nil: undefined })

const filters: fc.Arbitrary<TriggerFilter> = fc.record(
  {
    severities: some(...SEVERITIES),
    sources: some(...EVENT_SOURCES),
    message: fc.option(fc.constantFrom('failed', '^pay', '(?i)PAY', 'x{2}', '\\d+$'), { nil: undefined }),
    workloads: some(...words),
    rules: some('rule_1', 'Payments', '__proto__'),
  },
  { requiredKeys: [] },
)

const events: fc.Arbitrary<LogEvent> = fc
  .record({
    severity: fc.constantFrom(...SEVERITIES),
    source: fc.constantFrom(...EVENT_SOURCES),
    message: fc.constantFrom('payment failed', 'PAYMENT', 'xx 12', '', 'pay 1\nfailed'),
    workload: fc.constantFrom(...words),
    rule: fc.constantFrom<readonly [string | undefined, string | undefined]>(
      ['rule_1', 'Other'],
      ['rule_2', 'Payments'],
      [undefined, undefined],
      ['__proto__', 'constructor'],
    ),
  })
  .map(({ workload, rule: [rule_id, rule_name], ...rest }) => {
    return event(1, { ...rest, metadata: { workload, container: 'c', rule_id, rule_name } })
  })

/** As the sentence says it, with JavaScript's own expressions, which mean the same for these patterns. */
function wanted(filter: TriggerFilter, { severity, source, message, metadata }: LogEvent): boolean {
  const isOne = (list: string | readonly string[] | undefined, ...values: (string | undefined)[]) =>
    list === undefined || list.length === 0 || values.some((each) => each !== undefined && list.includes(each))
  const insensitive = filter.message?.startsWith('(?i)')
  const pattern = filter.message && new RegExp(filter.message.replace('(?i)', ''), insensitive ? 'i' : '')
  return [
    isOne(filter.severities, severity),
    isOne(filter.sources, source),
    !pattern || pattern.test(message),
    isOne(filter.workloads, metadata.workload),
    isOne(filter.rules, metadata.rule_id, metadata.rule_name),
  ].every(Boolean)
}

test('filters are joined by AND; an empty list is as none', () => {
  fc.assert(
    fc.property(filters, events, (filter, each) => {
      assert.equal(value(compileFilter(filter))(each), wanted(filter, each))
    }),
    { numRuns: 3000 },
  )
})

test('a pattern that does not compile, or is too large, is refused with what RE2 says', async (t) => {
  const { triggers } = world(t, 1)
  const wrong = (message: string) =>
    faults(triggers.create({ name: 'x', url: 'http://a.example/', filter: { message } }))
  assert.deepEqual(wrong('(a'), [
    'filter.message: filter.message does not compile: error parsing regexp: missing closing ): `(a`.',
  ])
  assert.match(wrong('(?=a)').join(), /invalid or unsupported Perl syntax: `\(\?=`/)
  assert.match(wrong('((a{500}){500}){500}').join(), /expression too large/)
  assert.deepEqual(triggers.list(), [])
})

test('the pattern is compiled once and takes linear time', () => {
  const matches = value(compileFilter({ message: '(a+)+$' }))
  const startMs = performance.now()
  for (let i = 0; i < 100; i++) matches(event(1, { message: `${'a'.repeat(499)}!` }))
  assert.ok(performance.now() - startMs < 5000)
})

test('a pattern that takes too long for a message does not hold the triggers up: the event is not wanted', () => {
  const matches = value(compileFilter({ message: '(?:a?){900}(?:a?){900}a{900}c' }))
  const begun = process.cpuUsage()
  for (let i = 0; i < 5; i++) assert.equal(matches(event(1, { message: `${'a'.repeat(498)}c` })), false)
  assert.ok(process.cpuUsage(begun).user < 2_000_000)
})

test('one workload or rule may be written without a list', async (t) => {
  const to = await receiver(t)
  const { triggers, feed } = world(t, to.port)
  const filter = { workloads: 'shop', rules: 'Payments' }
  const { id, filter: shown } = value(triggers.create({ name: 'x', url: 'http://a.example/', filter }))
  assert.deepEqual(shown, { workloads: ['shop'], rules: ['Payments'] })
  feed.append(event(1, { metadata: { workload: 'hop', container: 'c', rule_name: 'Payments' } }))
  feed.append(event(2))
  await until(() => triggers.stats()[id]!.delivered === 1)
  assert.equal(triggers.stats()[id]!.matched, 1)
})
