/** Messages are cut to 500 bytes on a character boundary with …, and what rules look at is found by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutText } from '../../shipper/events/cut.ts'
import { placesOf, textOn } from '../../shipper/scan/field.ts'
import { JsonNumber, type Value } from '../../shipper/terms/json.ts'
import { recordOf } from './rules.ts'

test('a message of 500 bytes stays, a longer one is cut on a character boundary with …', () => {
  assert.equal(cutText('x'.repeat(500)), 'x'.repeat(500))
  assert.equal(cutText('x'.repeat(501)), `${'x'.repeat(497)}…`)
  assert.equal(cutText('é'.repeat(250)), 'é'.repeat(250))
  assert.equal(cutText('é'.repeat(251)), `${'é'.repeat(248)}…`)
  assert.equal(cutText('😀'.repeat(125)), '😀'.repeat(125))
  assert.equal(cutText('😀'.repeat(126)), `${'😀'.repeat(124)}…`)
  assert.equal(cutText('\ud83d'.repeat(200)), `${'\ufffd'.repeat(165)}…`)
  assert.equal(cutText(''), '')
})

test('any text, pairs and halves of pairs in it: within its bytes, well-formed, and a beginning of it', () => {
  const unit = fc.constantFrom('x', 'é', '中', '😀', '\ud83d', '\ude00', '\n', '\u0000', '…')
  const text = fc.array(unit, { maxLength: 700 }).map((units) => units.join(''))
  fc.assert(
    fc.property(text, fc.integer({ min: 3, max: 600 }), (said, max) => {
      const cut = cutText(said, max)
      assert.ok(Buffer.byteLength(cut) <= max)
      assert.ok(cut.isWellFormed())
      const whole = said.toWellFormed()
      if (Buffer.byteLength(whole) <= max) assert.equal(cut, whole)
      else {
        assert.ok(cut.endsWith('…') && whole.startsWith(cut.slice(0, -1)))
        // No character more would fit: the longest has four bytes.
        assert.ok(Buffer.byteLength(cut) > max - 4)
      }
    }),
    { numRuns: 1000 },
  )
})

test('what `on` names', () => {
  const fields = new Map<string, Value>([
    ['plain', 'text'],
    ['count', 3],
    ['big', new JsonNumber('12345678901234567890')],
    ['flag', false],
    ['nothing', null],
    ['list', ['a', 1]],
    [
      'http',
      new Map<string, Value>([
        ['path', '/x'],
        ['a.b', 'dots'],
        ['deep', new Map<string, Value>([['er', 1]])],
      ]),
    ],
    ['a.b', 'flat'],
    ['__proto__', 'own'],
  ])
  const record = recordOf('said', { fields, env: 'live', duration_ms: 1.5, level: 'error' })
  record.text.stack = 'at f'
  const cases: [string, string | undefined][] = [
    ['message', 'said'],
    ['line', 'as read'],
    ['stack', 'at f'],
    ['error', undefined],
    ['level', 'error'],
    ['service', 'shop'],
    ['node', 'web'],
    ['env', 'live'],
    ['duration_ms', '1.5'],
    ['format', 'plain'],
    ['plain', 'text'],
    ['count', '3'],
    ['big', '12345678901234567890'],
    ['flag', 'false'],
    ['nothing', undefined],
    ['list', '["a",1]'],
    ['http', '{"path":"/x","a.b":"dots","deep":{"er":1}}'],
    ['http.path', '/x'],
    ['http.a.b', 'dots'],
    ['http.deep.er', '1'],
    ['http.none', undefined],
    ['a.b', 'flat'],
    ['__proto__', 'own'],
    ['constructor', undefined],
    ['', 'as read'],
  ]
  for (const [on, text] of cases)
    assert.equal(
      textOn(record, on, () => 'as read'),
      text,
      on,
    )
})

test('a rule on the message looks at the whole line where that is text, not where it names its fields', () => {
  const places = placesOf('message')
  const last = (line: string, format = 'general') => textOn({ ...recordOf('said'), format }, places.at(-1)!, () => line)
  assert.equal(last('ERROR said'), 'ERROR said')
  assert.equal(last('said'), undefined, 'the message, which was looked at')
  assert.equal(last('{"level":"error","msg":"said"}', 'json'), undefined)
  assert.equal(last('  {"error":null,"msg":"said"}', 'json'), undefined)
  assert.equal(last('level=error msg=said error=', 'logfmt'), undefined)
  assert.deepEqual(placesOf('line'), ['line'])
})

test('without a message it is the event, without that the text as it was read', () => {
  const record = recordOf('')
  record.text.message = undefined
  record.text.event = 'node_failed'
  assert.equal(
    textOn(record, 'message', () => 'line'),
    'node_failed',
  )
  record.text.event = undefined
  assert.equal(
    textOn(record, 'message', () => 'line'),
    'line',
  )
})
