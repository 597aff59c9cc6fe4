import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from '../../shipper/record.ts'
import { createRedactor, DEFAULT_REDACT, REDACT_RULES } from '../../shipper/redact/redact.ts'
import type { Fields, Value } from '../../shipper/terms/json.ts'
import { readSamples } from './corpus.ts'

const redactor = createRedactor()

function recordOf(message: string, fields: Fields = new Map()): LogRecord {
  const text = { message } as LogRecord['text']
  const timestamp = { seconds: 0, nanos: 0 }
  return {
    timestamp,
    timestamp_source: 'line',
    level: 'info',
    service: 's',
    node: 'n',
    env: undefined,
    text,
    duration_ms: undefined,
    format: 'f',
    fields,
  }
}

function redactText(text: string, by = redactor): string | undefined {
  const record = recordOf(text)
  by.redact(record)
  return record.text.message
}

function mapOf(value: unknown): Value {
  if (Array.isArray(value)) return value.map(mapOf)
  if (typeof value !== 'object' || value === null) return value as Value
  return new Map(Object.entries(value).map(([name, member]) => [name, mapOf(member)]))
}

function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf)
  return value instanceof Map ? Object.fromEntries([...value].map(([name, member]) => [name, plainOf(member)])) : value
}

function redactFields(fields: object): unknown {
  const record = recordOf('m', mapOf(fields) as Fields)
  redactor.redact(record)
  return plainOf(record.fields)
}

test('every rule has a file with hits and misses, and every file a rule', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.txt'))
  assert.deepEqual(files.map((name) => name.slice(0, -4)).sort(), [...REDACT_RULES].sort())
  for (const rule of REDACT_RULES) {
    const samples = readSamples(rule)
    assert.ok(
      samples.some(({ redacted }) => redacted?.includes(`[redacted:${rule}]`)),
      `${rule} has a hit of its own`,
    )
    assert.ok(
      samples.some(({ redacted }) => redacted === undefined),
      `${rule} has a miss`,
    )
  }
})

for (const rule of REDACT_RULES) {
  test(`samples of ${rule}`, () => {
    for (const { text, redacted } of readSamples(rule)) {
      assert.equal(redactText(text), redacted ?? text)
      if (redacted === undefined) continue
      for (const raw of [text, JSON.stringify({ m: text }), JSON.stringify({ m: text }).replaceAll('/', '\\/')]) {
        assert.ok(redactor.mayHold(raw), `prefilter: ${raw}`)
        const padded = Buffer.from(`xyz${raw}\nabc`)
        for (const shift of [0, 1]) {
          const bytes = Buffer.concat([Buffer.alloc(shift, 'x'), padded])
          assert.ok(redactor.mayHoldBytes(bytes, shift + 3, bytes.length - 4), `bytes at ${shift}: ${raw}`)
        }
      }
      assert.equal(redactText(redacted), redacted, 'running it again changes nothing')
    }
  })
}

test('names in every spelling, nested and in lists', () => {
  const result = redactFields({
    db: { password: 'x', user: 'bob' },
    'db.passwd': 'x',
    userPassword: 'x',
    'X-Api-Key': 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    headers: [{ name: 'Authorization', value: 'Bearer x' }, { Cookie: 'a=b' }],
    credentials: { type: 'basic', login: 'bob', key: ['x', 7] },
    pin: { password: 12345 },
  })
  assert.deepEqual(result, {
    db: { password: '[redacted:password]', user: 'bob' },
    'db.passwd': '[redacted:password]',
    userPassword: '[redacted:password]',
    'X-Api-Key': '[redacted:api_key]',
    AWS_SECRET_ACCESS_KEY: '[redacted:access_key]',
    headers: [{ name: 'Authorization', value: '[redacted:authorization]' }, { Cookie: '[redacted:cookie]' }],
    credentials: {
      type: 'basic',
      login: '[redacted:credential]',
      key: ['[redacted:credential]', 7],
    },
    pin: { password: '[redacted:password]' },
  })
})

test('lists of arguments, and user and password as base64, in fields', () => {
  const result = redactFields({
    args: ['mysql', '--password', 'hunter2', '--port', '3306', '--password-file', '/run/x'],
    auths: { 'r.example': { auth: 'Ym9iOmh1bnRlcjI=' }, 's.example': { auth: 'kerberos' } },
  })
  assert.deepEqual(result, {
    args: ['mysql', '--password', '[redacted:password]', '--port', '3306', '--password-file', '/run/x'],
    auths: { 'r.example': { auth: '[redacted:docker_auth]' }, 's.example': { auth: 'kerberos' } },
  })
})

test('names beyond ASCII are found in raw text as UTF-8 and as JSON escapes it', () => {
  for (const raw of [
    '{"\\u043f\\u0430\\u0440\\u043e\\u043b\\u044c":"x"}',
    '{"contrase\\u00f1a":"x"}',
    '{"пароль":"x"}',
  ]) {
    const bytes = Buffer.from(`${raw}\n`)
    assert.ok(redactor.mayHoldBytes(bytes, 0, bytes.length - 1), raw)
  }
  assert.deepEqual(redactFields({ пароль: 'x', contraseña: 'x' }), {
    пароль: '[redacted:password]',
    contraseña: '[redacted:password]',
  })
})

test('what only looks like a secret by its name stays', () => {
  const fields = {
    token_count: 5,
    tokens_used: 7,
    max_token: 9,
    password_changed: true,
    secret_name: 'db',
    token_type: 'Bearer',
    has_password: true,
    thread_id: 'user_1',
    correlation_id: 'msg_456_1735167345',
    author: 'bob',
    key: 'a',
    tokenizer: 'x',
    order_id: 4111111111111111,
    nanos: '4111111111111111',
  }
  assert.deepEqual(redactFields(fields), fields)
})

test('numbers that are cards, service, node, identifiers and names of fields are looked at too', () => {
  const record = recordOf(
    'm',
    new Map<string, Value>([
      ['card', 4111111111111111],
      [`AKIA${'Q7'.repeat(8)}`, 1],
    ]),
  )
  record.service = 'password=x'
  record.node = 'token=y'
  record.text.request_id = 'postgres://a:b@c/d'
  assert.ok(redactor.redact(record))
  assert.equal(record.service, 'password=[redacted:password]')
  assert.equal(record.node, 'token=[redacted:token]')
  assert.equal(record.text.request_id, 'postgres://a:[redacted:url_password]@c/d')
  assert.deepEqual(
    [...record.fields],
    [
      ['card', '[redacted:card_number]'],
      ['[redacted:aws_access_key]', 1],
    ],
  )
})

test('pairs that a format read out of a secret are taken out as well', () => {
  const fields = new Map<string, Value>([
    ['sid', 'abc123'],
    ['theme', 'dark'],
    ['path', '/cart'],
    ['sid_2', 'def456'],
    ['response', '6629fae4'],
    ['n', '1'],
  ])
  const record = recordOf('Set-Cookie: sid=abc123; theme=dark; sid=def456', fields)
  record.text.error = 'Authorization: Digest username="bob", response="6629fae4", n=12'
  assert.ok(redactor.redact(record))
  assert.deepEqual(plainOf(record.fields), {
    sid: '[redacted:cookie]',
    theme: '[redacted:cookie]',
    path: '/cart',
    sid_2: '[redacted:cookie]',
    response: '[redacted:authorization]',
    n: '1',
  })
  assert.equal(redactor.redact(record), false)
})

test('a rule to disable that does not exist is told, with those that do', () => {
  const config = { enabled: true, allow: [], rules: [], disable: ['card_numbr'] }
  assert.throws(
    () => createRedactor(config),
    /redact\.disable\[0\] names no rule.*Known: .*card_number.* Did you mean "card_number"\?$/,
  )
})

test('counts go by rule', () => {
  const own = createRedactor()
  redactText('password=a password=b token=c', own)
  assert.equal(own.counts.get('password'), 2)
  assert.equal(own.counts.get('token'), 1)
  assert.equal(own.counts.get('jwt'), 0)
})

test('a text that takes an own rule too long is taken out whole, whichever way the engine goes', () => {
  const rule = (pattern: string) =>
    createRedactor({ ...DEFAULT_REDACT, rules: [{ name: 'slow', pattern, keywords: ['bbb'] }] })
  // To tell of each b that no z follows takes a look at all that is behind it: the square of the length.
  for (const [pattern, text] of [
    ['b.*z|b', 'b'.repeat(30_000)],
    ['(b[ab]*z)|b', 'b'.repeat(5000)],
  ]) {
    const slow = rule(pattern)
    const begun = process.cpuUsage()
    assert.equal(redactText(text, slow)?.slice(0, 100), '[redacted:slow]', pattern)
    assert.ok(process.cpuUsage(begun).user < 8_000_000)
    assert.equal(slow.counts.get('slow'), 1)
  }
  const all = rule('b+')
  assert.equal(redactText(`a${'bbb '.repeat(5000)}`, all), `a${'[redacted:slow] '.repeat(5000)}`)
  assert.equal(all.counts.get('slow'), 5000)
})

test('allow, disable, own rules, off', () => {
  const config = {
    enabled: true,
    allow: ['csrfToken', 'guest', '/^test-/'],
    disable: ['card_number', 'jwt'],
    rules: [
      { name: 'staff', pattern: '\\bEMP-[0-9]{6}\\b', keywords: ['EMP-'] },
      { name: 'plate', pattern: 'plate (\\w+)', keywords: ['plate'] },
    ],
  }
  const own = createRedactor(config)
  assert.equal(
    redactText('csrf_token=a password=guest password=test-1', own),
    'csrf_token=a password=guest password=test-1',
  )
  assert.equal(redactText('4111111111111111', own), '4111111111111111')
  assert.equal(redactText('by EMP-123456, plate AB12', own), 'by [redacted:staff], plate [redacted:plate]')
  assert.ok(own.mayHold('x emp-1') && !own.mayHold('nothing here 4111111111111111'))
  assert.equal(own.counts.get('staff'), 1)
  const always = createRedactor({ ...config, rules: [{ name: 'x', pattern: 'x' }] })
  assert.ok(always.mayHold('nothing'))
  const off = createRedactor({ ...DEFAULT_REDACT, enabled: false })
  assert.equal(redactText('password=a', off), 'password=a')
  assert.throws(
    () => createRedactor({ ...config, rules: [{ name: 'x', pattern: '(' }] }),
    /redact\.rules\[0\]\.pattern/,
  )
})

test('ordinary lines do not trigger the prefilter', () => {
  const lines = [
    '{"timestamp":"2026-11-21T12:00:26.863471+02:00","thread_id":"user_420","correlation_id":"msg_274_1735167730","key":"a","author":"x"}',
    '2026/11/21 10:00:26 evt: provision.start {"instance_id":"i-0abc12345678","workspace_id":"ws-1"}',
    'tests passed, tokenizer ready, monkey, 2b62c00d7-926c-d13d-bb73-eb837bda032a took 1735167345123456789 ns',
    '10.0.0.1 - - [12/Mar/2026:06:25:24 +0000] "GET /a?b=c HTTP/1.1" 200 5316 "https://example.com/" "Mozilla/5.0"',
  ]
  for (const line of lines) assert.ok(!redactor.mayHold(line), line)
})

test('escapes that a parser turns into letters are suspicious', () => {
  for (const raw of ['{"\\u0070assword":"x"}', 'msg="\\x70assword=x"', '{"MESSAGE":[112,97,115,115]}', '\\u0070wd=x']) {
    assert.ok(redactor.mayHold(raw), raw)
  }
})

const words = [
  'password',
  'Token',
  'api_key',
  'secret',
  '=',
  ':',
  '"',
  "'",
  '\\',
  '{',
  '[',
  ']',
  '}',
  ' ',
  'Bearer ',
  '://',
  '@',
]
const pieces = [
  ...words,
  'AKIA',
  'eyJ',
  '4111 1111 1111 1111',
  'cookie',
  ';',
  ',',
  'é',
  '<',
  '>',
  '-----BEGIN PRIVATE KEY-----',
  'x1Y',
]
const soup = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })), { maxLength: 14 })
  .map((parts) => parts.join(''))

test('for any text: never throws, is idempotent, and the prefilter saw it coming', () => {
  fc.assert(
    fc.property(soup, (text) => {
      const once = redactText(text)!
      if (once !== text) {
        assert.ok(redactor.mayHold(text), text)
        assert.ok(redactor.mayHold(JSON.stringify({ m: text })), JSON.stringify({ m: text }))
      }
      assert.equal(redactText(once), once)
    }),
    { numRuns: 5000 },
  )
})

test('for any member: what changes by its name was seen by the prefilter', () => {
  fc.assert(
    fc.property(soup, soup, (name, value) => {
      const record = recordOf('m', new Map([[name, value]]))
      if (redactor.redact(record)) assert.ok(redactor.mayHold(JSON.stringify({ [name]: value })), `${name} ${value}`)
      const once = plainOf(record.fields)
      redactor.redact(record)
      assert.deepEqual(plainOf(record.fields), once)
    }),
    { numRuns: 5000 },
  )
})

test('hostile lines of 256 KiB take linear time', () => {
  const seeds = [
    'password',
    'password=[redacted:',
    '://',
    '://a:',
    '://a:b/',
    'eyJ',
    '-eyJ',
    'sk-',
    'AKIA',
    'pwd=/',
    '4111 ',
    '9',
    '"',
    '\\',
    'token:{',
    'token:[',
    'bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'a==',
    'AZDO',
    ' -u ',
    'key',
    'AKIAQ7ZKT2MW3RBL4CYP ',
    'cookie: a=b;',
    '1:AA',
    'password="',
  ]
  for (const seed of seeds) {
    const text = seed.repeat(Math.ceil(262_144 / seed.length)).slice(0, 262_144)
    const started = process.cpuUsage()
    redactor.mayHold(text)
    redactText(text)
    const { user, system } = process.cpuUsage(started)
    // The aim is 20 ms; a quadratic one takes seconds.
    assert.ok(user + system < 200_000, `${seed}: ${(user + system) / 1000} ms`)
  }
})
