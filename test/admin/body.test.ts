/** Bodies: JSON objects, bounded in bytes and nesting, and nothing that only looks like one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonFault, MAX_DEPTH, placeText } from '../../shipper/admin/json-text.ts'
import { raw, TOKEN, withSite } from './site.ts'

const RULES = '/api/v1/rules'
const HEAD = `POST ${RULES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`
const GOOD = '{"name":"a","pattern":"b"}'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts that are nearly JSON. */
const nearly = fc
  .tuple(
    fc.json({ maxDepth: 6 }),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom(
      '',
      ',',
      '"',
      '\\',
      '}',
      ']',
      '{',
      '[',
      '0',
      '-',
      '.',
      'e',
      '\n',
      '\u0000',
      ' ',
      ':',
      'null',
      '\\u12',
      '\ud800',
    ),
  )
  .map(([json, at, length, text]) => {
    const place = at % (json.length + 1)
    return json.slice(0, place) + text + json.slice(place + length)
  })

/** Names that come twice are refused here and not by JSON.parse; so are __proto__ and halves of characters. */
const STRICTER = /^(?:this name was there before|the name __proto__ is not allowed|half a surrogate pair is no text)$/

test('property: takes what JSON.parse takes, refuses what it refuses, at a place in the text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 6 }), nearly, fc.string({ unit: 'grapheme' })), (text) => {
      const fault = jsonFault(text)
      if (fault === undefined) return assert.ok(isJson(text), text)
      assert.ok(fault.at >= 0 && fault.at <= text.length)
      if (!STRICTER.test(fault.message)) assert.ok(!isJson(text), `${text}: ${fault.message}`)
    }),
    { numRuns: 3000 },
  )
})

test('where it stops being JSON, and why', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['{"a":1,}', 7, 'a name in double quotes is needed'],
    ['{"a" 1}', 5, '":" is needed'],
    ['[1 2]', 3, '"," or "]" is needed'],
    ['{"a":1', 6, '"," or "}" is needed, but the text ends'],
    ['{"a":', 5, 'a value is needed, but the text ends'],
    ['{"a":nul}', 5, 'a value is needed'],
    ['{"a":01}', 6, '"," or "}" is needed'],
    ['{"a":"x', 7, 'a text has no closing quote, but the text ends'],
    ['{"a":"\\x"}', 6, 'no such escape'],
    ['{"a":"\t"}', 6, 'a control character must be written as \\u00…'],
    ['{"a":1}{', 7, 'nothing more is allowed here'],
    ["{'a':1}", 1, 'a name in double quotes is needed'],
    ['{"a":1,"\\u0061":2}', 7, 'this name was there before'],
    ['{"a":"\\ud800"}', 5, 'half a surrogate pair is no text'],
    ['["\\udc00\\ud800"]', 1, 'half a surrogate pair is no text'],
    ['{"b":{"__proto__":{}}}', 6, 'the name __proto__ is not allowed'],
    ['{"\\u005f_proto__":1}', 1, 'the name __proto__ is not allowed'],
    ['NaN', 0, 'a value is needed'],
  ]
  for (const [text, at, message] of cases) assert.deepEqual(jsonFault(text), { at, message }, text)
  assert.equal(placeText('{\n  "a": x', 9), 'line 2, column 8')
})

test('nesting is bounded, and a megabyte of brackets takes no time and no stack', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(jsonFault(nested(MAX_DEPTH)), undefined)
  assert.deepEqual(jsonFault(nested(MAX_DEPTH + 1)), { at: MAX_DEPTH, message: `nested deeper than ${MAX_DEPTH}` })
  const before = process.cpuUsage()
  for (const text of [
    '['.repeat(1e6),
    '{"a":'.repeat(2e5),
    `"${'\\u0041'.repeat(1e5)}"`,
    '1'.repeat(1e6),
    `[${'0,'.repeat(3e5)}0]`,
  ])
    jsonFault(text)
  const names = Array.from({ length: 60_000 }, (_, i) => `"n${i}":0`)
  assert.equal(jsonFault(`{${names.join(',')}}`), undefined)
  // Of the processor, however busy it is.
  assert.ok(process.cpuUsage(before).user < 2_000_000)
})

test('malformed JSON is 400 with its place, and is not quoted', () =>
  withSite({}, async ({ ask }) => {
    const { status, json, text } = await ask('POST', RULES, '{"name": "a",\n "secret": hunter2}')
    assert.equal(status, 400)
    assert.equal(json.detail, 'The body is no JSON that is taken: line 2, column 12: a value is needed.')
    assert.deepEqual(json.errors, [{ path: '', message: json.detail }])
    assert.ok(!text.includes('hunter2'))
  }))

test('what is no object, no UTF-8, or nothing, is 400', () =>
  withSite({}, async ({ ask }) => {
    for (const [body, detail] of [
      ['[]', /must be a JSON object, got a list/],
      ['null', /got null/],
      ['"x"', /got a string/],
      ['', /A body is needed/],
      [' \n', /A body is needed/],
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /no UTF-8/],
      [Buffer.from('\ufeff{}', 'utf16le'), /no UTF-8/],
      ['{"__proto__":{"name":"x"},"name":"a","pattern":"b"}', /__proto__ is not allowed/],
      ['{"name":"a","name":"b","pattern":"c"}', /this name was there before/],
      ['{"constructor":{"prototype":1},"name":"a","pattern":"b"}', /has no key "constructor"/],
    ] as const) {
      const { status, json } = await ask('POST', RULES, body)
      assert.equal(status, 400, String(body))
      assert.match(json.detail, detail)
    }
    assert.equal(({} as Record<string, unknown>)['name'], undefined)
  }))

test('what is wrong with a rule is told by its path', () =>
  withSite({}, async ({ ask }) => {
    const { status, json } = await ask('POST', RULES, { name: 'a', severity: 'loud', cooldown: 'soon' })
    assert.equal(status, 400)
    assert.deepEqual(json.errors.map(({ path }: { path: string }) => path).sort(), ['', 'cooldown', 'severity'])
    assert.match(json.detail, /severity must not be "loud"/)
  }))

test('Content-Type is asked for: application/json, or a merge patch for PATCH', () =>
  withSite({}, async ({ ask }) => {
    const { json: rule } = await ask('POST', RULES, GOOD, { 'content-type': 'Application/JSON; charset="UTF-8"' })
    const path = `${RULES}/${rule.id}`
    const tries: readonly (readonly [string, string, string, Record<string, string>, number])[] = [
      ['PATCH', path, '{}', { 'content-type': 'application/json' }, 200],
      ['PATCH', path, '{}', { 'content-type': 'application/merge-patch+json; charset=utf-8' }, 200],
      ['PATCH', path, '[]', { 'content-type': 'application/json-patch+json' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'application/merge-patch+json' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'text/plain' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'application/jsonp' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'application/json; charset=utf-16' }, 415],
      ['POST', RULES, GOOD, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ]
    for (const [method, to, body, headers, status] of tries) {
      assert.equal((await ask(method, to, body, headers)).status, status, JSON.stringify(headers))
    }
    const none = await ask('POST', RULES, Buffer.from(GOOD), { 'content-type': '' })
    assert.deepEqual([none.status, none.json.detail], [415, 'Content-Type must be application/json, got none.'])
  }))

test('a body of the bound is taken, one of a byte more is 413; announced or in chunks, whole or without an end', () =>
  withSite({ limits: { max_body_bytes: 600 } }, async ({ ask, port }) => {
    const sized = (bytes: number) => GOOD.padEnd(bytes, ' ')
    assert.equal((await ask('POST', RULES, sized(600))).status, 201)
    assert.equal((await ask('POST', RULES, sized(601))).status, 413)
    const announced = await raw(port, `${HEAD}Content-Length: 999999999\r\n\r\n`)
    assert.match(announced, /^HTTP\/1\.1 413 [\s\S]*Connection: close/)
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
    const chunked = `${HEAD}Transfer-Encoding: chunked\r\n`
    assert.match(
      await raw(port, `${chunked}Connection: close\r\n\r\n${chunk(sized(300))}${chunk(' '.repeat(300))}0\r\n\r\n`),
      /^HTTP\/1\.1 201 /,
    )
    const large = await raw(port, `${chunked}\r\n${chunk(sized(300))}${chunk(' '.repeat(301))}`)
    assert.match(large, /^HTTP\/1\.1 413 /)
    assert.match(large, /The body must not be larger than 600 bytes/)
  }))

test('a client that asks first is told before it sends: 100 to go on, or the refusal', () =>
  withSite({}, async ({ port }) => {
    const asked = (head: string, length: number) =>
      `${head}Content-Length: ${length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`
    assert.match(await raw(port, asked(HEAD, GOOD.length) + GOOD), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
    assert.match(await raw(port, asked(HEAD, 1e6)), /^HTTP\/1\.1 413 /)
    assert.match(await raw(port, asked(HEAD.replace(TOKEN, 'wrong'), GOOD.length)), /^HTTP\/1\.1 401 /)
    assert.match(
      await raw(port, asked(HEAD.replace('application/json', 'text/plain'), GOOD.length)),
      /^HTTP\/1\.1 415 /,
    )
  }))

test('a body where none is wanted is not read, and not taken for the next request', () =>
  withSite({}, async ({ port, fakes }) => {
    const smuggled = `DELETE /api/v1/dead-letters/letter_1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
    const head = `GET ${RULES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${smuggled.length}\r\n\r\n`
    const answer = await raw(port, head + smuggled)
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1)
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*Connection: close/)
    assert.equal(fakes.triggers.deadLetters().length, 2)
  }))

test('PATCH hands on what was sent: what is absent is not there, null is null', () =>
  withSite({}, async ({ ask, fakes }) => {
    const { json } = await ask('POST', RULES, { name: 'a', pattern: 'b', description: 'c' })
    const patched = await ask('PATCH', `${RULES}/${json.id}`, { description: null, workload: null })
    assert.equal(patched.status, 200)
    assert.deepEqual(fakes.rulebook.patches, [{ description: null, workload: null }])
    assert.ok(!('description' in patched.json))
    assert.equal(patched.json.pattern, 'b')
  }))

test('If-Match keeps a change from being lost: 412 when somebody else was faster', () =>
  withSite({}, async ({ ask }) => {
    const made = await ask('POST', RULES, GOOD)
    const path = made.headers.get('location')!
    const read = await ask('GET', path)
    const tag = read.headers.get('etag')!
    assert.equal(tag, made.headers.get('etag'))
    const mine = await ask('PATCH', path, { severity: 'error' }, { 'if-match': tag })
    assert.equal(mine.status, 200)
    assert.notEqual(mine.headers.get('etag'), tag)
    const late = await ask('PATCH', path, { severity: 'info' }, { 'if-match': tag })
    assert.deepEqual([late.status, late.json.type], [412, 'urn:longship:problem:changed'])
    assert.equal((await ask('DELETE', path, undefined, { 'if-match': tag })).status, 412)
    assert.equal((await ask('GET', path)).json.severity, 'error')
    const newest = mine.headers.get('etag')!
    assert.equal((await ask('PATCH', path, {}, { 'if-match': `"other", ${newest}` })).status, 200)
    assert.equal((await ask('DELETE', path, undefined, { 'if-match': '*' })).status, 200)
    assert.equal((await ask('DELETE', path, undefined, { 'if-match': '*' })).status, 404)
  }))

test('ids in paths are percent-encoded, whatever is in them', () =>
  withSite({}, async ({ ask }) => {
    const id = 'a/b %2F ü?#'
    const { status, json } = await ask('GET', `${RULES}/${encodeURIComponent(id)}`)
    assert.deepEqual([status, json.id], [200, id])
    for (const path of [
      '%',
      '%zz',
      '%ff',
      '%c0%af',
      'a%00b',
      '%2e%2e',
      '..%2f..%2fetc%2fpasswd',
      '__proto__',
      'constructor',
      'a;b',
    ]) {
      assert.equal((await ask('GET', `${RULES}/${path}`)).status, 404, path)
    }
  }))
