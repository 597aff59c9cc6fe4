/** Key meanings, levels, outcomes, durations, and that nothing a line carried is lost. Cases are text: normalize.txt. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeRecord } from '../../shipper/batch/line.ts'
import { readDuration } from '../../shipper/normalize/duration.ts'
import { normalize } from '../../shipper/normalize/normalize.ts'
import { outcomeOfEvent, outcomeOfExitCode, outcomeOfStatus } from '../../shipper/normalize/outcome.ts'
import { type Fields, writeJson } from '../../shipper/terms/json.ts'
import { parseJsonObject } from '../../shipper/terms/parse-json.ts'
import { AROUND } from '../flow.ts'

const READ = { seconds: 1_795_000_000, nanos: 5 }
const TIME = { seconds: 1_795_000_000, nanos: 0 }

function recordOf(fields: Fields, timed = true) {
  return normalize({ format: 'json', time: timed ? TIME : undefined, fields }, undefined, READ, AROUND)
}

const cases = readFileSync(new URL('normalize.txt', import.meta.url), 'utf8').split('\n')
for (let at = 0; at < cases.length; at++) {
  if (!cases[at].startsWith('> ')) continue
  const input = cases[at].slice(2)
  const expected = cases[++at].slice(2)
  test(input, () => {
    const written = writeRecord(recordOf(parseJsonObject(input) as Fields))
    assert.equal(written.replace(/^\{"timestamp":"[^"]*",/, '{').replace('"format":"json"', '"format":0'), expected)
  })
}

test('a line without a time takes the time it was read, and says so', () => {
  const record = recordOf(new Map([['msg', 'x']]), false)
  assert.deepEqual([record.timestamp, record.timestamp_source], [READ, 'read'])
})

test('durations', () => {
  const table: [string | number, number | undefined, number | undefined][] = [
    [250, 1, 250],
    [1.5, 1000, 1500],
    [123_456_789, 1e-6, 123.456789],
    ['1.2s', undefined, 1200],
    ['1m2.5s', undefined, 62_500],
    ['250ms', undefined, 250],
    ['3µs', undefined, 0.003],
    ['1h0m0s', undefined, 3_600_000],
    ['00:00:01.5', undefined, 1500],
    ['-5ms', undefined, -5],
    ['0.1', 1000, 100],
    ['soon', undefined, undefined],
    ['', undefined, undefined],
    ['5 apples', undefined, undefined],
  ]
  for (const [value, unit, expected] of table) assert.equal(readDuration(value, unit), expected, String(value))
})

test('outcomes', () => {
  assert.deepEqual(['200', '302', '404', '503', 'completed', 'FAILED', 'running', '99', '0'].map(outcomeOfStatus), [
    'success',
    'success',
    'failure',
    'failure',
    'success',
    'failure',
    undefined,
    undefined,
    undefined,
  ])
  assert.deepEqual(['node_failed', 'graph_execution_complete', 'provision.start', 'x.error'].map(outcomeOfEvent), [
    'failure',
    'success',
    undefined,
    'failure',
  ])
  assert.deepEqual([0, 1, -1, '0', '2', 'x', 1.5].map(outcomeOfExitCode), [
    'success',
    'failure',
    'failure',
    'success',
    'failure',
    undefined,
    undefined,
  ])
})

test('nothing is lost: every value of a flat line is in its record', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'msg',
      'message',
      'level',
      'severity',
      'service',
      'app',
      'node',
      'component',
      'host',
      'status',
      'status_code',
      'error',
      'err',
      'duration',
      'duration_ms',
      'took',
      'event',
      'timestamp',
      'format',
      'env',
      'stack',
      'traceId',
      'trace_id',
      '__proto__',
      'constructor',
    ),
    fc.string({ maxLength: 8 }),
  )
  const value = fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.integer(), fc.boolean())
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 12 }), (entries) => {
      const record = recordOf(new Map(entries))
      const line = JSON.parse(writeRecord(record)) as Record<string, unknown>
      const held = new Set(Object.values(line).map((each) => String(each)))
      const aliases: Record<string, string> = { warning: 'warn', err: 'error', information: 'info' }
      for (const [name, each] of entries) {
        const text = String(each).toWellFormed()
        const isLevel = record.level !== 'unknown' && /level|severity/.test(name)
        assert.ok(
          held.has(text) || isLevel || held.has(aliases[text.toLowerCase()] ?? text) || held.has(writeJson(each)),
          `${name}=${text} in ${JSON.stringify(line)}`,
        )
      }
    }),
    { numRuns: 3000 },
  )
})
