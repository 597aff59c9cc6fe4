import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { SEVERITIES } from '../../../shipper/events/event.ts'
import { readTarget } from '../../../shipper/triggers/guard/target.ts'
import { readSettings } from '../../../shipper/triggers/settings.ts'
import { shapes } from '../../../shipper/triggers/shapes/index.ts'
import { cut, cutBytes, cutEscaped } from '../../../shipper/triggers/shapes/text.ts'
import { TRIGGER_KINDS } from '../../../shipper/triggers/trigger.ts'
import { faults } from '../world.ts'
import { eventOf, messageOf, readSamples, sentOf } from './samples.ts'

const kinds = shapes.map(({ kind }) => kind)

test('every kind has a file, an entry in the list, its word in the schema, samples and a row in the docs', () => {
  const rest = ['index.ts', 'shape.ts', 'text.ts']
  const files = readdirSync('shipper/triggers/shapes').filter((name) => !rest.includes(name))
  const samples = readdirSync('test/triggers/shapes').filter((name) => name.endsWith('.txt'))
  const docs = [...readFileSync('docs/triggers.md', 'utf8').matchAll(/^\| `(\w+)` \| `/gm)].map(([, kind]) => kind)
  assert.deepEqual(files.sort(), kinds.map((kind) => `${kind}.ts`).sort())
  assert.deepEqual(samples.sort(), kinds.map((kind) => `${kind}.txt`).sort())
  assert.deepEqual(kinds, [...TRIGGER_KINDS])
  assert.deepEqual(docs, kinds)
})

for (const kind of kinds) {
  for (const { name, settings, event, sent } of readSamples(kind)) {
    test(`${kind}: ${name}`, () => assert.deepEqual(sentOf(messageOf(kind, settings, eventOf(event))), sent))
  }
}

/** Marks of all the services, line breaks, characters of several units, and halves of them. */
const nasty = fc.oneof(
  fc.constantFrom(
    '@everyone',
    '<!here>',
    '[a](http://b)',
    '```',
    '\r\nX: y',
    '\u202e',
    '\0',
    '&',
    '<',
    '>',
    '😀',
    '\ud83d',
    '\ude00',
    'é',
    '\u2028',
    '.',
    '\\',
  ),
  fc.string({ unit: 'binary' }),
)
const texts = (maxLength: number) => fc.array(nasty, { maxLength }).map((parts) => parts.join(''))
const hostileEvents = fc
  .record({
    severity: fc.constantFrom(...SEVERITIES),
    message: fc.oneof(
      texts(20),
      texts(3).map((text) => text.repeat(2000)),
    ),
    workload: texts(5),
    container: fc.oneof(texts(5), fc.constant('x'.repeat(5000))),
    rule_name: fc.oneof(texts(5), fc.constant('😀'.repeat(128))),
    captures: fc.dictionary(texts(2), fc.oneof(texts(3), fc.constant('<'.repeat(9000))), { maxKeys: 40 }),
  })
  .map(({ severity, message, ...metadata }) => eventOf({ severity, message, metadata }))

const settingsOf = (kind: string) => readSamples(kind)[0]!.settings
const bodyOf = (kind: string, event: ReturnType<typeof eventOf>) => {
  const message = messageOf(kind, settingsOf(kind), event)
  assert.equal(message.transport, 'http')
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own
  return JSON.parse((message as { body: string }).body) as any
}

/** Everything that is text in a body. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

/** What must hold of a body, whatever the event: limits of the service, and nothing that it would act on. */
const LAWS: Readonly<Record<string, (body: ReturnType<typeof bodyOf>) => void>> = {
  webhook: (body) => assert.equal(body.version, 1),
  slack(body) {
    assert.ok(strings(body).every((text) => text.length <= 4000 && !/[<>]|&(?!(?:amp|lt|gt);)/.test(text)))
    assert.ok(strings(body).reduce((sum, text) => sum + text.length, 0) < 40_000)
    assert.deepEqual([body.mrkdwn, body.link_names, body.attachments[0].mrkdwn_in], [false, false, []])
  },
  discord(body) {
    const [embed] = body.embeds
    const fields = embed.fields as { name: string; value: string }[]
    assert.deepEqual(body.allowed_mentions, { parse: [] })
    assert.ok(embed.title.length <= 256 && embed.description.length <= 4096 && fields.length <= 25)
    assert.ok(
      fields.every(
        ({ name, value }) => name.length >= 1 && name.length <= 256 && value.length >= 1 && value.length <= 1024,
      ),
    )
    const all = [
      embed.title,
      embed.description,
      embed.footer.text,
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]
    assert.ok(all.reduce((sum, text) => sum + text.length, 0) <= 6000)
    // Within the fence nothing ends it; outside of it nothing is formatted.
    assert.match(embed.description, /^```\n[^`]+\n```$/s)
    for (const text of [embed.title, ...fields.map(({ value }) => value)])
      assert.doesNotMatch(text, /(?<!\\)(?:\\\\)*[`*_~|<>@[\]()]/)
  },
  telegram(body) {
    assert.equal(body.parse_mode, undefined)
    assert.ok(body.text.length >= 1 && body.text.length <= 4096)
    const [title, rest] = body.entities
    assert.deepEqual([title.offset, rest.offset, rest.offset + rest.length], [0, title.length + 1, body.text.length])
    assert.match(body.text.slice(0, title.length), /^\[[A-Z]+\] /)
    assert.doesNotMatch(body.text.slice(0, title.length), /\n/)
  },
  alertmanager([alert]) {
    for (const value of [...strings(alert.labels), ...strings(alert.annotations)]) assert.notEqual(value, '')
    assert.ok(alert.labels.alertname !== undefined)
    assert.deepEqual(
      Object.keys(alert.labels).filter((name) => !/^[a-z_]+$/.test(name)),
      [],
    )
    assert.ok(Date.parse(alert.startsAt) <= 1_700_000_010_000)
  },
  pagerduty(body) {
    assert.ok(body.payload.summary.length >= 1 && body.payload.summary.length <= 1024)
    assert.ok(['critical', 'error', 'warning', 'info'].includes(body.payload.severity))
    assert.ok(body.payload.source.length >= 1 && body.dedup_key.length <= 255)
    assert.ok(Buffer.byteLength(JSON.stringify(body)) < 512 * 1024)
  },
  ntfy(body) {
    assert.ok(Buffer.byteLength(body.message) <= 4096 && body.message.length >= 1 && body.title.length <= 250)
    assert.ok(body.priority >= 1 && body.priority <= 5)
    assert.doesNotMatch(body.title, /[\r\n]/)
  },
}

for (const [kind, law] of Object.entries(LAWS)) {
  test(`${kind}: whatever an event holds, the service's limits are kept and no mark of it survives`, () => {
    fc.assert(
      fc.property(hostileEvents, (event) => {
        const body = bodyOf(kind, event)
        law(body)
        for (const text of strings(body)) assert.ok(text.isWellFormed())
        const { url, headers } = messageOf(kind, settingsOf(kind), event) as { url: string; headers: object }
        const sample = readSamples(kind)[0]!.sent as { url: string; headers: object }
        // Log content is in the body, and nowhere else.
        assert.deepEqual([url, headers], [sample.url, sample.headers])
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })
}

test('email: whatever an event holds, the subject is one short line, and addresses are those of the trigger', () => {
  fc.assert(
    fc.property(hostileEvents, (event) => {
      const message = messageOf('email', settingsOf('email'), event)
      assert.ok(message.transport === 'mail')
      assert.ok(message.subject.length <= 150 && message.text.length <= 64 * 1024)
      assert.doesNotMatch(message.subject, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
      assert.deepEqual([message.from, message.to], [settingsOf('email')['from'], settingsOf('email')['to']])
    }),
    { numRuns: 100, endOnFailure: true },
  )
})

test('texts are cut on character boundaries, never longer than the limit, whole when they fit', () => {
  const entity = (char: string) => (char === '<' ? '&lt;' : char === '&' ? '&amp;' : char)
  fc.assert(
    fc.property(texts(10), fc.integer({ min: 8, max: 60 }), (text, max) => {
      const whole = text.toWellFormed()
      const short = cut(text, max)
      assert.ok(short.length <= max && short.isWellFormed())
      if (whole.length <= max) assert.equal(short, whole)
      else assert.ok(whole.startsWith(short.slice(0, -1)) && short.endsWith('…') && short.length >= max - 1)
      const bytes = cutBytes(text, max)
      assert.ok(Buffer.byteLength(bytes) <= max && bytes.isWellFormed())
      if (Buffer.byteLength(whole) <= max) assert.equal(bytes, whole)
      else assert.ok(whole.startsWith(bytes.slice(0, -1)) && bytes.endsWith('…') && Buffer.byteLength(bytes) >= max - 3)
      const escaped = cutEscaped(text, max, entity)
      assert.ok(escaped.length <= max && escaped.isWellFormed())
      assert.doesNotMatch(escaped, /&(?!(?:lt|amp);)/)
    }),
    { numRuns: 1000, endOnFailure: true },
  )
})

test('what a service says to a refused request is understood, rubbish is not', () => {
  const said: readonly (readonly [string, string, string | undefined])[] = [
    ['slack', 'invalid_payload', 'invalid_payload'],
    ['slack', '<html>no</html>', undefined],
    ['discord', '{"message": "Unknown Webhook", "code": 10015}', 'Unknown Webhook'],
    [
      'telegram',
      '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
      'Bad Request: chat not found',
    ],
    [
      'pagerduty',
      '{"status":"invalid event","message":"Event object is invalid","errors":["x"]}',
      'Event object is invalid',
    ],
    ['alertmanager', '{"code":601,"message":"labels in body is required"}', 'labels in body is required'],
    ['alertmanager', '"start time must be before end time"', 'start time must be before end time'],
    ['alertmanager', 'page of something else', undefined],
    ['ntfy', '{"code":40101,"http":401,"error":"unauthorized"}', 'unauthorized'],
    ['discord', '{"message": {"__proto__": 1}}', undefined],
    ['telegram', 'null', undefined],
    ['ntfy', '[', undefined],
  ]
  for (const [kind, body, reason] of said) {
    assert.equal(shapes.find((shape) => shape.kind === kind)!.reason?.(body), reason, body)
  }
})

test('each kind says what it needs, refuses what it has no use for, and checks the form of what it gets', () => {
  const none = { isAll: false, networks: [] }
  const wrong = (draft: object) => faults(readSettings({ name: 'x', ...draft }, none)).join('\n')
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ kind: 'webhook' }, /^url: kind webhook needs url, which is missing\.$/],
    [
      { kind: 'slack', to: 'x' },
      /^url: kind slack needs url[\s\S]*^to: kind slack has no use for to\. It takes: url, secret, token, headers\.$/m,
    ],
    [{ kind: 'telegram', token: '1:abcdefghijklmnop' }, /^to: kind telegram needs to/],
    [{ kind: 'telegram', token: '1:abcdefghijklmnop', to: [] }, /^to: kind telegram needs to/],
    [{ kind: 'telegram', token: '1:abc/../../def', to: '5' }, /^token: token must be a bot's token/],
    [{ kind: 'telegram', token: '1:abcdefghijklmnop', to: ['5', '6'] }, /^to: to must be one chat/],
    [{ kind: 'pagerduty', token: 'short' }, /^token: token must be an integration's routing key/],
    [{ kind: 'ntfy', to: 'a/b' }, /^to: to must be one topic/],
    [
      { kind: 'email', url: 'smtp://m.example', from: 'a@b.example', to: 'x\r\nBcc: c@d.example' },
      /^to: to must be addresses/,
    ],
    [
      { kind: 'email', url: 'smtp://m.example', from: 'a@b.example', to: 'a@b.example,c@d.example' },
      /^to: to must be addresses/,
    ],
    [
      { kind: 'email', url: 'smtp://m.example', from: 'A\r\nBcc: x <a@b.example>', to: 'a@b.example' },
      /^from: from must be one address/,
    ],
    [
      { kind: 'email', url: 'smtp://m.example', from: 'a@b.example', to: 'a@b.example', username: 'u' },
      /^password: username needs password/,
    ],
    [
      { kind: 'email', url: 'smtp://m.example', from: 'a@b.example', to: 'a@b.example', headers: { X: 'y' } },
      /^headers: kind email has no use for headers/,
    ],
    [
      { kind: 'alertmanager', url: 'http://am.example?x=1' },
      /^url: url of kind alertmanager is its server's: without \? and #/,
    ],
    [{ url: 'http://a.example', timeout: '2m' }, /^timeout: timeout must be 100ms to 1m, got "2m"\.$/],
    [{ url: 'http://a.example', timeout: '1ms' }, /^timeout: timeout must be 100ms to 1m/],
    [{ url: 'http://a.example', headers: { Host: 'x' } }, /^headers\.Host: headers\.Host cannot be set/],
    [{ url: 'http://a.example', headers: { 'Transfer-Encoding': 'x' } }, /cannot be set/],
    [{ url: 'http://a.example', headers: { 'X-Longship-Signature': 'x' } }, /cannot be set/],
    [{ url: 'http://a.example', headers: { 'a b': 'x' } }, /name that HTTP does not allow/],
    [{ url: 'http://a.example', headers: { 'X-A': 'a\r\nB: c' } }, /characters that HTTP does not allow/],
    [{ url: 'http://a.example', headers: { 'X-A': '1', 'x-a': '2' } }, /is there twice/],
    [{ url: 'http://a.example', token: 't', headers: { authorization: 'x' } }, /exclude each other/],
    [{ url: 'http://a.example', token: 'a\r\nb' }, /^token: token must be letters/],
    [{ url: 'http://a.example', token: 'a\u20acb' }, /^token: token must be letters/],
    [{ url: 'http://a.example', kind: 'slak' }, /kind must not be "slak".*Did you mean "slack"/],
    [{ url: 'http://a.example', filter: { severity: ['warn'] } }, /filter has no key "severity"/],
  ]
  for (const [draft, message] of cases) assert.match(wrong(draft), message, JSON.stringify(draft))
})

test('the default addresses of services may be sent to', () => {
  for (const { defaultUrl, schemes } of shapes) {
    if (defaultUrl !== undefined) assert.ok(readTarget(defaultUrl, schemes, { isAll: false, networks: [] }).ok)
  }
})
