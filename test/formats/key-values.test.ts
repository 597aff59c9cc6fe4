import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPairs, readQuoted, unescapeText } from '../../shipper/formats/key-values.ts'
import { readLogfmt } from '../../shipper/formats/logfmt-pairs.ts'
import { writeJson } from '../../shipper/terms/json.ts'

/** text → its pairs as JSON. */
const PAIRS: readonly (readonly [string, string])[] = [
  [
    'Accepted connection id=5 peer="10.0.0.4:443" (attempt=2, of=3)',
    '{"id":"5","peer":"10.0.0.4:443","attempt":"2","of":"3"}',
  ],
  ['Slow query took=1.2s rows=10.', '{"took":"1.2s","rows":"10"}'],
  ['msg=\'it\'\'s\' user="a \\"b\\""', '{"msg":"it","user":"a \\"b\\""}'],
  [
    'Worker[id=7,state=up;load=0.5] ids=[1, 2, 3] map={a=b}',
    '{"id":"7","state":"up","load":"0.5","ids":"[1, 2, 3]","map":"{a=b}"}',
  ],
  ['User{id=5, name=x}', '{"id":"5","name":"x"}'],
  ['url=http://h/p?a=b&c=d code=200', '{"url":"http://h/p?a=b&c=d","code":"200"}'],
  ['a=1 a=2', '{"a":"1","a_2":"2"}'],
  ['hosts=a,b,c next', '{"hosts":"a,b,c"}'],
  ['k8s.io/name=web app-version=1.2', '{"k8s.io/name":"web","app-version":"1.2"}'],
  ['token=abc== x', '{"token":"abc=="}'],
  ['t="unclosed value', '{"t":"\\"unclosed"}'],
  // None of these is a pair.
  ['GET http://h/p?a=b&c=d HTTP/1.1', '{}'],
  ['GET /p;s=1?a=b HTTP/1.1', '{}'],
  ['if (a == b || c != d || e >= f || g <= h) i => j', '{}'],
  ['x += 1; y -= 2; z-=3; a==b', '{}'],
  ['x = 5, key= value =', '{}'],
  ['===== done =====', '{}'],
  ['dGVzdA== is base64', '{}'],
  ['', '{}'],
]

test('finds pairs in prose, and none where there are none', () => {
  for (const [text, expected] of PAIRS) assert.equal(writeJson(findPairs(text, 0)), expected, text)
})

test('starts where it is told', () => {
  assert.equal(writeJson(findPairs('a=1 b=2', 4)), '{"b":"2"}')
})

test('takes linear time for hostile text', () => {
  const start = process.cpuUsage().user
  for (const piece of ['a=[', 'a="', "a='", 'a=1 ', 'a=)', '=', 'a="b\\" ', 'a,', '"a=', 'a=1,', '\\']) {
    findPairs(piece.repeat(100_000), 0)
    readLogfmt(piece.repeat(100_000))
    readQuoted(`"${piece.repeat(100_000)}`, 0)
  }
  findPairs(`${'a'.repeat(300_000)}=1`, 0)
  findPairs(`a=${')'.repeat(300_000)}`, 0)
  assert.ok(process.cpuUsage().user - start < 5_000_000)
})

test('undoes the escapes of Go and JSON, and leaves other backslashes', () => {
  assert.equal(unescapeText('a\\tb\\u00e9\\x41\\U0001F600\\"\\\\'), 'a\tbéA😀"\\')
  assert.equal(unescapeText('C:\\dir\\q \\U00ffffff \\u12 \\'), 'C:\\dir\\q \\U00ffffff \\u12 \\')
})

/** line → its pairs, or undefined when the line is not made of pairs. */
const LOGFMT: readonly (readonly [string, string | undefined])[] = [
  ['a=1 b="x y" c= d', '{"a":"1","b":"x y","c":"","d":true}'],
  ['"odd key"=1 größe=2', '{"odd key":"1","größe":"2"}'],
  ['a="cut off', '{"a":"cut off"}'],
  ["a='x y' b='c", '{"a":"x y","b":"\'c"}'],
  ['a="b", c=d', '{"a":"b","c":"d"}'],
  ['a=b=c', '{"a":"b=c"}'],
  ['well hello world a=b', undefined],
  ['a="b"c', undefined],
  ['a==b', undefined],
  ['2026-05-05 a=b', undefined],
  ['(a=b)', undefined],
  ['no pairs', undefined],
]

test('reads lines that are made of pairs', () => {
  for (const [line, expected] of LOGFMT) {
    const found = readLogfmt(line)
    assert.equal(found && writeJson(found.fields), expected, line)
  }
})

test('a NUL, or another control character, is part of the value that it stands in', () => {
  const line = readLogfmt('level=info msg=a\u0000b user=bo\u0001b\tk=v')
  assert.deepEqual(line && [...line.fields], [
    ['level', 'info'],
    ['msg', 'a\u0000b'],
    ['user', 'bo\u0001b'],
    ['k', 'v'],
  ])
})
