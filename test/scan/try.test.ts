/** Testing a rule on a sample line: matched, captures and where they are, and why not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeRecord } from '../../shipper/batch/line.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'
import { openRulebook } from '../../shipper/scan/rulebook.ts'
import type { Interpret, RuleTest } from '../../shipper/scan/view.ts'
import type { Answer } from '../../shipper/terms/answer.ts'
import { AROUND } from '../flow.ts'
import { CORPUS_TIME } from '../formats/corpus.ts'
import { rule, temporary } from './rules.ts'

const redactor = createRedactor()
const interpret: Interpret = (line, workload) => {
  const around = { ...AROUND, service: workload ?? AROUND.service }
  const interpreter = new Interpreter({ around, zone: 'UTC', format: undefined, redactor, now: () => CORPUS_TIME.now })
  const message = { head: line, rest: '', runtime: undefined }
  const record = interpreter.record(message)
  return { record, text: interpreter.textOf(record, message), json: JSON.parse(writeRecord(record)) }
}

function open(t: TestContext) {
  const configured = [
    rule('disk', 'no space on (?P<disk>\\S+)(?: \\((\\w+)\\))?', { streams: 'stderr' }),
    rule('off', 'x', { enabled: false }),
    rule('of billing', 'x', { workload: 'billing' }),
    rule('slow', '^\\d{4}', { on: 'duration_ms' }),
    rule('bad', '('),
  ]
  const stateFile = join(temporary(t), 'rules.json')
  return openRulebook({ configured, stateFile, now: () => 0, onProblem() {}, interpret })
}

function value(answer: Answer<RuleTest>): RuleTest {
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

const problemsOf = (answer: Answer<RuleTest>) =>
  answer.ok ? 'ok' : answer.refusal.problems.map(({ path }) => path).join()

test('matched, the span, captures by name and number, and the event that it would make', (t) => {
  const line = '{"time":"2026-11-21T10:00:00Z","level":"error","msg":"😀 no space on /data (full)"}'
  const result = value(open(t).test({ rule_id: 'disk', line, stream: 'stderr', workload: 'shop' }))
  assert.equal(result.matched, true)
  assert.equal(result.text, '😀 no space on /data (full)')
  assert.deepEqual(result.captures, { disk: '/data', $2: 'full' })
  const [start, end] = result.span as readonly [number, number]
  assert.equal(result.text.slice(start, end), 'no space on /data (full)')
  assert.deepEqual(
    Object.entries(result.spans).map(([name, [from, to]]) => [name, result.text.slice(from, to)]),
    [
      ['disk', '/data'],
      ['$2', 'full'],
    ],
  )
  assert.equal(result.message, result.text)
  assert.equal((result.record as { level: string }).level, 'error')
  assert.equal(result.event?.metadata.workload, 'shop')
  assert.equal(result.event?.severity, 'warn')
})

test('why there is no hit', (t) => {
  const book = open(t)
  const reason = (request: object) => {
    const { matched, reason: why, event } = value(book.test(request))
    assert.deepEqual([matched, event], [false, undefined])
    return why
  }
  assert.equal(reason({ rule_id: 'disk', line: 'no space on /data' }), 'the rule is for stderr only')
  assert.equal(reason({ rule_id: 'off', line: 'x' }), 'the rule is off')
  assert.equal(
    reason({ rule_id: 'of billing', line: 'x', workload: 'shop' }),
    'the rule is for "billing", the record is of "shop"',
  )
  assert.equal(reason({ rule_id: 'slow', line: 'x' }), 'the record has no field "duration_ms"')
  assert.equal(reason({ rule_id: 'disk', line: 'all is well', stream: 'stderr' }), undefined, 'it does not match')
  assert.equal(value(book.test({ rule_id: 'of billing', line: 'x' })).matched, true, 'its workload is taken')
})

test('a word that is in the line and not in the message: where to look is said', (t) => {
  const book = open(t)
  const line = 'time=2026-11-20T10:00:00Z level=error msg="cannot bind" service=shop'
  const why = (rule: object) => value(book.test({ rule, line })).reason
  assert.equal(why({ pattern: 'level=error' }), 'it is not in the message, but in the whole line: on: line looks there')
  assert.equal(why({ pattern: 'cannot bind' }), undefined, 'it matches')
  assert.equal(why({ pattern: 'nowhere' }), undefined, 'it is nowhere')
  assert.equal(why({ pattern: 'level=error', on: 'line' }), undefined, 'it looks there')
})

test('a rule that is not kept yet, and needs no name', (t) => {
  const book = open(t)
  const result = value(book.test({ rule: { pattern: 'a(b)c' }, line: 'xabc' }))
  assert.deepEqual([result.matched, result.captures, result.spans], [true, { $1: 'b' }, { $1: [2, 3] }])
  assert.equal(book.list().length, 5)
})

test('secrets of the sample are shown nowhere', (t) => {
  const result = value(open(t).test({ rule: { pattern: '.*', on: 'line' }, line: 'login password=hunter2-Xy7' }))
  assert.doesNotMatch(JSON.stringify(result), /hunter2/)
})

test('requests that are wrong', (t) => {
  const book = open(t)
  const cases: [unknown, string][] = [
    [null, ''],
    [[], ''],
    [{ line: 'x' }, 'rule'],
    [{ rule_id: 'disk', rule: {}, line: 'x' }, 'rule'],
    [{ rule_id: 'disk' }, 'line'],
    [{ rule_id: 'disk', line: 1, stream: 'both' }, 'line,stream'],
    [{ rule_id: 'disk', line: 'x', workload: 1 }, 'workload'],
    [{ rule_id: 'disk', line: 'x'.repeat(2_000_000) }, 'line'],
    [{ rule_id: 'nobody', line: 'x' }, 'rule_id'],
    [{ rule_id: 'bad', line: 'x' }, 'rule.pattern'],
    [{ rule: { pattern: '(' }, line: 'x' }, 'rule.pattern'],
    [{ rule: { pattern: 'x', severity: 'loud' }, line: 'x' }, 'rule.severity'],
    [{ rule: 'x', line: 'x' }, 'rule'],
  ]
  for (const [request, paths] of cases)
    assert.equal(problemsOf(book.test(request)), paths, JSON.stringify(request)?.slice(0, 80))
})
