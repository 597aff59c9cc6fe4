/** Log content is hostile: time grows with the text and no faster, memory is bounded, nothing leaks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interpreter } from '../../shipper/interpret.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'
import { compilePattern, MAX_MATCHED_CHARS } from '../../shipper/scan/compile.ts'
import { AROUND } from '../flow.ts'
import { CORPUS_TIME } from '../formats/corpus.ts'
import { recordOf, rule, scannerOf } from './rules.ts'

/** Patterns that take other engines ages, each with its text of `n` characters. */
const PAIRS: [string, (n: number) => string][] = [
  ['(a+)+$', (n) => `${'a'.repeat(n)}!`],
  ['(a|a)*b', (n) => 'a'.repeat(n)],
  ['(x+x+)+y', (n) => 'x'.repeat(n)],
  ['(.*)(.*)(.*)(.*)(.*)z', (n) => 'x'.repeat(n)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', (n) => 'a'.repeat(n)],
  ['(?i)(?:a?){50}a{50}b', (n) => 'a'.repeat(n)],
  ['[a-q][^u-z]{13}x', (n) => 'abcdefg'.repeat(n / 7)],
  ['(a|b)*a(a|b){12}c', (n) => 'abaabbbab'.repeat(n / 9)],
  ['\\s+$', (n) => `${' '.repeat(n)}x`],
  ['(\\w+\\s?)*;', (n) => 'word '.repeat(n / 5)],
]

test('linear time: a text of 200,000 characters takes each hostile pattern well under a second', () => {
  for (const [pattern, make] of PAIRS) {
    const { scanner } = scannerOf([rule('hostile', pattern), rule('line', pattern, { on: 'line' })])
    const watch = scanner.watch('c')
    watch.see(recordOf(make(1000)), make(1000))
    const text = make(200_000)
    const begun = process.cpuUsage()
    watch.see(recordOf(text), text)
    const { user } = process.cpuUsage(begun)
    assert.ok(user < 2_000_000, `${pattern}: ${user} µs`)
  }
})

test('patterns are bounded in size: each repetition written out', () => {
  for (const pattern of ['(?:a{100}){101}', '((a{10}){10}){101}', `(${'a'.repeat(4000)}){3}`]) {
    const compiled = compilePattern(pattern)
    assert.match('fault' in compiled ? compiled.fault : 'taken', /expression too large|invalid repeat count/, pattern)
  }
})

test('of a longer text as much is matched on as a bound says', () => {
  const { scanner, events } = scannerOf([rule('end', 'needle')])
  const watch = scanner.watch('c')
  watch.see(recordOf(`${'x'.repeat(MAX_MATCHED_CHARS - 6)}needle`), '')
  watch.see(recordOf(`${'x'.repeat(MAX_MATCHED_CHARS)}needle`), '')
  assert.equal(events.length, 1)
})

test('captures by name or $1, of groups that took part, each cut; __proto__ is a name like any other', () => {
  const { scanner, events } = scannerOf([
    rule('named', 'user=(?P<user>\\w+)(?: from (\\S+))?(?: as (?<role>\\w+))?'),
    rule('proto', '(?P<__proto__>b)(?P<constructor>o)'),
    rule('long', '(x+)'),
    rule('many', `${'(y)'.repeat(40)}`),
  ])
  const watch = scanner.watch('c')
  const captures = (message: string) => {
    watch.see(recordOf(message), message)
    return events.splice(0)[0]?.metadata.captures ?? {}
  }
  assert.deepEqual(captures('user=bob as admin'), { user: 'bob', role: 'admin' })
  assert.deepEqual(captures('user=bob from 10.0.0.1'), { user: 'bob', $2: '10.0.0.1' })
  const proto = captures('bo')
  assert.deepEqual(Object.entries(proto), [
    ['__proto__', 'b'],
    ['constructor', 'o'],
  ])
  assert.equal(Object.getPrototypeOf(proto), Object.prototype)
  assert.equal(Buffer.byteLength(captures('x'.repeat(5000)).$1), 500)
  assert.equal(Object.keys(captures('y'.repeat(40))).length, 32)
})

test('a hit is an event: source logscan, severity, metadata, and a key that is the same when it is read again', () => {
  const { scanner, events } = scannerOf([rule('disk', 'no space on (?P<disk>\\S+)', { severity: 'critical' })])
  const watch = scanner.watch('shop-db-1')
  const record = recordOf('no space on /data', { level: 'error' })
  record.text.correlation_id = 'c-1'
  record.text.trace_id = 't-1'
  for (const position of ['100', '100', '200']) watch.see(record, 'line', { stream: 'stderr', position })
  const { key, ...event } = events[0]
  assert.deepEqual(event, {
    time: record.timestamp,
    source: 'logscan',
    event: 'rule_hit',
    severity: 'critical',
    message: 'no space on /data',
    metadata: {
      workload: 'shop',
      container: 'shop-db-1',
      rule_id: 'disk',
      rule_name: 'disk',
      stream: 'stderr',
      captures: { disk: '/data' },
      node: 'web',
      level: 'error',
      correlation_id: 'c-1',
      trace_id: 't-1',
    },
  })
  assert.equal(events[1].key, key)
  assert.notEqual(events[2].key, key)
})

test('a line that was read without a time is the same when it is read again at another', () => {
  const { scanner, events } = scannerOf([rule('x', 'x')])
  const watch = scanner.watch('c')
  const at = (seconds: number) => recordOf('x', { timestamp: { seconds, nanos: 0 }, timestamp_source: 'read' })
  watch.see(at(1), 'x', { position: '5' })
  watch.see(at(2), 'x', { position: '5' })
  assert.equal(events[0].key, events[1].key)
})

test('`on: line` never leaks what redaction takes out, in whatever form the line has it', () => {
  const interpreter = new Interpreter({
    around: AROUND,
    zone: 'UTC',
    format: undefined,
    redactor: createRedactor(),
    now: () => CORPUS_TIME.now,
  })
  const { scanner, events } = scannerOf([rule('all', '(?s)(?P<all>.*)', { on: 'line' }), rule('m', '(?s)(.*)')])
  const watch = scanner.watch('c')
  const secret = 'hunter2-Xy7'
  const lines = [
    `login user=bob password=${secret} ok`,
    `{"level":"info","msg":"login","password":"${secret}"}`,
    `{"level":"info","msg":"login","nested":{"api_key":"${secret}","n":1}}`,
    `{"msg":"env","env":[{"name":"DB_PASSWORD","value":"${secret}"}]}`,
    `{"msg":"args","args":["--password","${secret}"]}`,
    `{"msg":"login","password":"hunter2\\u002dXy7"}`,
    `GET https://bob:${secret}@example.com/`,
    `Authorization: Bearer ${secret}${secret}`,
    `time=2026-11-21T10:00:00Z level=info msg="x" token=${secret}`,
  ]
  for (const line of lines) {
    const message = { head: line, rest: '', runtime: undefined }
    const record = interpreter.record(message)
    watch.see(record, () => interpreter.textOf(record, message))
    assert.equal(events.length, 2, line)
    assert.doesNotMatch(JSON.stringify(events.splice(0)), /hunter2/, line)
  }
  const plain = { head: 'nothing here', rest: 'at all', runtime: undefined }
  assert.equal(interpreter.textOf(interpreter.record(plain), plain), 'nothing here\nat all')
  const text = { head: `login user=bob password=${secret} ok`, rest: '', runtime: undefined }
  assert.match(interpreter.textOf(interpreter.record(text), text), /^login user=bob password=\[redacted:\w+\] ok$/)
})
