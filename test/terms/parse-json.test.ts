import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeJson } from '../../shipper/terms/json.ts'
import { parseJsonObject } from '../../shipper/terms/parse-json.ts'

const roundTrip = (text: string) => {
  const fields = parseJsonObject(text)
  return fields === undefined ? undefined : writeJson(fields)
}

test('keeps what JSON.parse loses: digits, duplicates, order, __proto__', () => {
  const line =
    '{"id":12345678901234567890,"price":1.10,"big":1e400,"zero":-0,"2":"b","1":"a","__proto__":{"x":1},"constructor":null}'
  assert.equal(roundTrip(line), line)
  assert.equal(roundTrip('{"a":1,"a":2,"a_2":3,"a":4}'), '{"a":1,"a_2":2,"a_2_2":3,"a_3":4}')
})

test('takes white space, escapes and empty containers', () => {
  assert.equal(roundTrip(' \t{ "a" : [ ] , "b" : { } , "" : "" }\r\n '), '{"a":[],"b":{},"":""}')
  const fields = parseJsonObject('{"a\\u00e9\\n":"\\\\","b":"x\\"y","c":"\\\\\\"","d":"plain \u00e9 \ud83d\ude00"}')
  assert.deepEqual(
    [...fields!],
    [
      ['aé\n', '\\'],
      ['b', 'x"y'],
      ['c', '\\"'],
      ['d', 'plain é 😀'],
    ],
  )
})

test('refuses what is no JSON object', () => {
  const wrong = [
    '',
    '{',
    '{}x',
    '[]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
  ]
  wrong.push(
    '{"a":+1}',
    '{"a":0x1}',
    '{"a":NaN}',
    '{"a":tru}',
    '{"a":"\\x"}',
    '{"a":"b\tc"}',
    '{"a":"b}',
    '{"a":1 "b":2}',
  )
  wrong.push(
    '{"a":[1,]}',
    '{"a":[1}',
    '{"a":-}',
    '{"a":1e}',
    '{"a":truefalse}',
    '\ufeff{}',
    '{"a\\":1}',
    '{"a":"\\u12"}',
  )
  for (const text of wrong) assert.equal(parseJsonObject(text), undefined, text)
})

test('keeps what is nested too deep as text', () => {
  const deep = `${'{"a":'.repeat(100)}"}]"${'}'.repeat(100)}`
  let value: unknown = parseJsonObject(deep)
  for (let depth = 1; depth < 64; depth++) value = (value as Map<string, unknown>).get('a')
  assert.equal((value as Map<string, unknown>).get('a'), `${'{"a":'.repeat(36)}"}]"${'}'.repeat(36)}`)
  assert.equal(parseJsonObject('{"a":'.repeat(100_000)), undefined)
})

test('takes linear time for hostile lines', () => {
  const start = process.cpuUsage().user
  assert.equal(parseJsonObject(`{${'"a":1,'.repeat(100_000)}"b":2}`)?.size, 100_001)
  parseJsonObject(`{"a":[${'"\\\\",'.repeat(100_000)}""]}`)
  parseJsonObject(`{"a":${'[1,'.repeat(100_000)}`)
  assert.ok(process.cpuUsage().user - start < 2_000_000)
})

test('agrees with JSON.parse on any text near JSON', () => {
  const near = fc.tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', ']', ',', '1', '\u0001'),
  )
  fc.assert(
    fc.property(near, ([json, where, change]) => {
      const at = where % (json.length + 1)
      const text = `{"k":${json.slice(0, at)}${change}${json.slice(change === '' ? at : at + 1)}}`
      let expected: unknown
      try {
        expected = JSON.parse(text)
      } catch {
        assert.equal(parseJsonObject(text), undefined)
        return
      }
      const fields = parseJsonObject(text)
      assert.ok(fields, text)
      const written = writeJson(fields)
      // Names that come twice are kept here and lost there; lone surrogates are written as U+FFFD.
      if (!written.includes('_2"') && JSON.stringify(expected).isWellFormed() && !/\\\\ud/i.test(text)) {
        assert.deepEqual(JSON.parse(written), expected)
      }
    }),
    { numRuns: 3000 },
  )
})
