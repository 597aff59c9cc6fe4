/** Parameters of the event log. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT_PARAMETERS, filterOf } from '../../shipper/admin/event-query.ts'
import { readQuery, whole } from '../../shipper/admin/parameters.ts'
import { ProblemError } from '../../shipper/admin/problem.ts'
import { withSite } from './site.ts'

const NOW = Date.UTC(2026, 10, 21, 12)

function read(query: string): object {
  const values = readQuery(EVENT_PARAMETERS, new URLSearchParams(query), NOW)
  return Object.fromEntries(Object.entries(filterOf(values as never)).filter(([, value]) => value !== undefined))
}

test('severity, source and event may be repeated or comma-separated', () => {
  const both = { severities: ['warn', 'error'] }
  for (const query of ['severity=warn,error', 'severity=warn&severity=error', 'severity=warn, error,warn']) {
    assert.deepEqual(read(query), both)
  }
  assert.deepEqual(read('source=logscan&event=rule_hit,new_pattern'), {
    sources: ['logscan'],
    events: ['rule_hit', 'new_pattern'],
  })
})

test('since and until are RFC 3339 or how long ago', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['15m', NOW - 900_000],
    ['1h30m', NOW - 5_400_000],
    ['0s', NOW],
    ['1.5h', NOW - 5_400_000],
    ['2026-11-21T12:00:00Z', NOW],
    ['2026-11-21t12:00:00z', NOW],
    ['2026-11-21T13:00:00%2B01:00', NOW],
    ['2026-11-21T13:00:00+01:00', NOW],
    ['2026-11-21T11:30:00.25-00:30', NOW + 250],
    ['2026-11-21T12:00:00.000000500Z', NOW + 0.0005],
  ]
  for (const [text, ms] of cases) {
    const { since } = read(`since=${text}`) as { since: number }
    assert.ok(Math.abs(since - ms) < 0.001, `${text}: ${since}`)
  }
})

test('values that are not known are named, with what is allowed', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['severity=loud', 'severity', /must not be "loud"\. Known: info, warn, error, critical\./],
    ['severity=eror', 'severity', /Did you mean "error"\?/],
    ['severity=', 'severity', /must not be ""/],
    ['severity=warn,,error', 'severity', /must not be ""/],
    ['source=me', 'source', /Known: logscan, patterns/],
    ['event=x', 'event', /Known: rule_hit, new_pattern, pattern_spike/],
    ['since=yesterday', 'since', /must be a time like 2026-05-05T12:30:00Z or a duration like 15m, got "yesterday"/],
    ['since=2026-13-41T12:00:00Z', 'since', /must be a time/],
    ['since=1700000000', 'since', /must be a time/],
    ['until=-5m', 'until', /must be a time/],
    ['since=15m&since=10m', 'since', /must come once, came 2 times/],
    ['workload=', 'workload', /must have 1 to 256 characters, got 0/],
    [`q=${'x'.repeat(1025)}`, 'q', /1 to 1024 characters, got 1025/],
    ['severty=warn', 'severty', /There is no parameter "severty"\. Known: severity, .*Did you mean "severity"\?/],
    ['__proto__=x', '__proto__', /There is no parameter "__proto__"/],
    ['constructor=x', 'constructor', /There is no parameter/],
    [`${'x'.repeat(5000)}=1`, `${'x'.repeat(60)}…`, /There is no parameter/],
  ]
  for (const [query, path, message] of cases) {
    assert.throws(
      () => read(query),
      (error) => {
        assert.ok(error instanceof ProblemError)
        assert.equal(error.kind, 'invalid')
        assert.equal(error.errors[0]?.path, path)
        assert.match(error.errors[0]!.message, message)
        assert.ok(error.message.length < 1000)
        return true
      },
      query.slice(0, 80),
    )
  }
})

test('limit is 1 to 1000, and 100 unless it is given; before leads through the pages', () =>
  withSite({}, async ({ ask, fakes }) => {
    for (let i = 0; i < 250; i++) fakes.events.append({ message: `m${i}` })
    for (const limit of ['0', '1001', '-1', '1.5', 'all', '1e2', ' 5', '9'.repeat(30)]) {
      const { status, json } = await ask('GET', `/api/v1/events?limit=${limit}`)
      assert.deepEqual([status, json.errors[0].path], [400, 'limit'], limit)
      assert.match(json.detail, /limit must be a whole number from 1 to 1000/)
    }
    const seen: number[] = []
    let before = ''
    let pages = 0
    for (; before !== 'undefined'; pages++) {
      const { json } = await ask('GET', `/api/v1/events${before && `?before=${before}`}`)
      seen.push(...json.events.map(({ seq }: { seq: number }) => seq))
      before = String(json.next)
    }
    assert.equal(pages, 3)
    assert.deepEqual(
      seen,
      Array.from({ length: 250 }, (_, i) => 250 - i),
    )
  }))

test('no more than twenty faults are told of', () => {
  const query = Array.from({ length: 500 }, (_, i) => `p${i}=1`).join('&')
  assert.throws(
    () => readQuery({ a: whole('', 0, 1) }, new URLSearchParams(query), NOW),
    (error) => error instanceof ProblemError && error.errors.length === 20,
  )
})
