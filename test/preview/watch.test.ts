/** What the views of rules, triggers and events know without a browser. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventFacts } from '../../dashboards/preview/watch/model/eventfacts.ts'
import { eventQuery } from '../../dashboards/preview/watch/model/eventfilter.ts'
import { announcement, createFeed, MAX_ALL, MAX_LIVE, readEvent } from '../../dashboards/preview/watch/model/feed.ts'
import { draftOf, faultsOf, patchOf, type Value, valuesOf } from '../../dashboards/preview/watch/model/fields.ts'
import { pieces, visible } from '../../dashboards/preview/watch/model/highlight.ts'
import { lokiLinks, makeLinks } from '../../dashboards/preview/watch/model/links.ts'
import { faultsByField, problemText, readProblem } from '../../dashboards/preview/watch/model/problems.ts'
import {
  overridesOf,
  overrideValues,
  RULE_FIELDS,
  switchOffDraft,
  workloadSet,
} from '../../dashboards/preview/watch/model/rulefields.ts'
import type { EventJson, RuleView } from '../../dashboards/preview/watch/model/shapes.ts'
import { escapeRe2, templatePattern } from '../../dashboards/preview/watch/model/template.ts'
import { triggerFields } from '../../dashboards/preview/watch/model/triggerfields.ts'
import { filterText } from '../../dashboards/preview/watch/model/triggertext.ts'
import { compilePattern, findMatch } from '../../shipper/scan/compile.ts'
import { shapes } from '../../shipper/triggers/shapes/index.ts'
import { TRIGGER_KINDS } from '../../shipper/triggers/trigger.ts'

const { rule, trigger } = JSON.parse(readFileSync('schema/longship.schema.json', 'utf8')).definitions

test('the form of a rule has every field of definitions.rule, its defaults and its choices', () => {
  assert.deepEqual(RULE_FIELDS.map(({ path }) => path).sort(), Object.keys(rule.properties).sort())
  for (const field of RULE_FIELDS) {
    const { default: fallback = '', enum: options } = rule.properties[field.path]
    assert.equal(field.fallback, fallback, field.path)
    assert.deepEqual('options' in field ? field.options : undefined, options, field.path)
    assert.notEqual(field.help, '', field.path)
  }
})

test('the form of a trigger has the fields that its kind needs, none that it has no use for, and every kind', () => {
  assert.deepEqual(TRIGGER_KINDS, trigger.properties.kind.enum)
  const seen = new Set<string>()
  for (const { kind, needs, takes } of shapes) {
    const fields = triggerFields(kind)
    const paths = fields.map(({ path }) => path)
    for (const path of paths) seen.add(path.split('.')[0]!)
    const own = paths.filter((path) => /^(?:url|secret|token|username|password|from|to|headers)$/.test(path))
    for (const path of needs) assert.ok(own.includes(path), `${kind} needs ${path}`)
    for (const path of own) assert.ok([...needs, ...takes].includes(path as never), `${kind} has no use for ${path}`)
    const empty = faultsOf(fields, valuesOf(fields, { name: 'x', kind }))
    assert.deepEqual([...empty.keys()].sort(), [...needs].sort(), `${kind}: what is missing is said`)
  }
  assert.deepEqual([...seen].sort(), Object.keys(trigger.properties).sort())
  const filter = triggerFields('webhook').filter(({ path }) => path.startsWith('filter.'))
  assert.deepEqual(
    filter.map(({ path }) => path.slice(7)).sort(),
    Object.keys(trigger.properties.filter.properties).sort(),
  )
})

test('a draft holds what differs from the defaults, blanks of patterns kept', () => {
  const values = valuesOf(RULE_FIELDS, {})
  values.set('name', '  slow ').set('pattern', ' took \\d+ ').set('cooldown', '0').set('enabled', false)
  assert.deepEqual(draftOf(RULE_FIELDS, values), {
    name: 'slow',
    pattern: ' took \\d+ ',
    cooldown: '0',
    enabled: false,
  })
})

test('a patch holds what was changed, null for what was emptied, and nothing else', () => {
  const before = { name: 'a', pattern: 'b', severity: 'error', workload: 'shop', description: 'old', enabled: true }
  const values = valuesOf(RULE_FIELDS, before)
  const fields = RULE_FIELDS
  assert.deepEqual(patchOf({ fields, values }, { fields, values }), {})
  const after = new Map(values).set('workload', '').set('severity', 'warn').set('enabled', false)
  assert.deepEqual(patchOf({ fields, values }, { fields, values: after }), {
    severity: 'warn',
    workload: null,
    enabled: false,
  })
})

const STARS = '********'

test('a secret that was left alone is not sent, an emptied one is null; headers each for themselves', () => {
  const fields = triggerFields('webhook')
  const shown = {
    name: 'x',
    url: `https://a/${STARS}`,
    secret: STARS,
    token: STARS,
    headers: { A: STARS, B: STARS, C: STARS },
  }
  const values = valuesOf(fields, shown)
  assert.deepEqual(patchOf({ fields, values }, { fields, values: new Map(values) }), {})
  const after = new Map<string, Value>(values).set('token', '').set(
    'headers',
    new Map([
      ['A', STARS],
      ['B', 'new'],
      ['__proto__', 'x'],
    ]),
  )
  const patch = patchOf({ fields, values }, { fields, values: after })
  assert.equal(JSON.stringify(patch), '{"token":null,"headers":{"B":"new","__proto__":"x","C":null}}')
})

test('another kind: what it has no use for becomes null, a filter is patched part by part', () => {
  const fields = triggerFields('webhook')
  const values = valuesOf(fields, {
    name: 'x',
    url: 'https://a/',
    secret: STARS,
    filter: { severities: ['error'], message: 'x' },
  })
  const next = triggerFields('telegram')
  const after = new Map<string, Value>(values)
    .set('kind', 'telegram')
    .set('url', '')
    .set('token', '1:a')
    .set('to', ['@ops'])
    .set('filter.message', '')
  assert.deepEqual(patchOf({ fields, values }, { fields: next, values: after }), {
    kind: 'telegram',
    token: '1:a',
    to: ['@ops'],
    url: null,
    filter: { message: null },
    secret: null,
  })
})

test('values of an object: keys that only its prototype has are not there', () => {
  const values = valuesOf(triggerFields('webhook'), JSON.parse('{"name":"x","__proto__":{"url":"https://evil/"}}'))
  assert.equal(values.get('url'), '')
})

test('what is wrong is said before anybody is asked: names, patterns, durations, overrides without workload', () => {
  const faults = (draft: object) => [...faultsOf(RULE_FIELDS, valuesOf(RULE_FIELDS, draft)).keys()].sort()
  assert.deepEqual(faults({}), ['name', 'pattern'])
  assert.deepEqual(faults({ name: 'a\nb', pattern: 'x'.repeat(4097), cooldown: '5' }), ['cooldown', 'name', 'pattern'])
  assert.deepEqual(faults({ name: 'x'.repeat(129), pattern: 'x', overrides: 'g' }), ['name', 'workload'])
  for (const cooldown of ['0', '500ms', '1m30s', '2h', '1.5s'])
    assert.deepEqual(faults({ name: 'a', pattern: 'b', cooldown }), [], cooldown)
})

test('errors of a problem belong to the nearest field, the others are said above', () => {
  const body = JSON.stringify({
    title: 'T',
    detail: 'd',
    errors: [
      { path: 'filter.severities[1]', message: 'a' },
      { path: 'rule.pattern', message: 'b' },
      { path: '', message: 'c' },
      { path: 'filter.severities[2]', message: 'e' },
      { path: 'headers.X-A', message: 'f' },
      null,
      7,
    ],
  })
  const { byField, rest } = faultsByField(readProblem(400, body), ['filter.severities', 'pattern', 'headers'])
  assert.deepEqual(
    [...byField],
    [
      ['filter.severities', 'a; e'],
      ['pattern', 'b'],
      ['headers', 'f'],
    ],
  )
  assert.deepEqual(rest, ['c'])
})

test('a body that is no problem is said by its status', () => {
  for (const body of ['', 'null', '[1]', '<html>', '{"errors":"x","title":5}']) {
    assert.equal(problemText(readProblem(409, body)), 'this cannot be changed here', body)
  }
})

const joined = (all: ReturnType<typeof pieces>) => all.map(({ text }) => text).join('')

test('a matched line in pieces: the innermost capture, names where captures begin', () => {
  const shown = pieces('a user=bob!', [2, 11], { pair: [2, 10], name: [7, 10], $3: [7, 7] })
  assert.deepEqual(shown, [
    { text: 'a ', isHit: false, capture: undefined, begins: [] },
    { text: 'user=', isHit: true, capture: 'pair', begins: ['pair'] },
    { text: 'bob', isHit: true, capture: 'name', begins: ['name', '$3'] },
    { text: '!', isHit: true, capture: undefined, begins: [] },
  ])
  assert.deepEqual(pieces('ab', [0, 2], { end: [2, 2] }).at(-1), {
    text: '',
    isHit: false,
    capture: undefined,
    begins: ['end'],
  })
})

test('pieces are the text, whatever the offsets are', () => {
  const offset = fc.oneof(fc.integer({ min: -3, max: 30 }), fc.constant(Number.NaN), fc.constant(1.5))
  const span = fc.tuple(offset, offset)
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(span, { nil: undefined }),
      fc.dictionary(fc.string(), span),
      (text, hit, spans) => {
        assert.equal(joined(pieces(text, hit, spans)), text)
      },
    ),
  )
})

test('what nobody sees, and what turns text around, is shown as its code', () => {
  assert.equal(
    visible('a\u202egnp.exe\u0000\u200b\u001b[31m\ttab\nline'),
    'a⟨202E⟩gnp.exe⟨0000⟩⟨200B⟩⟨001B⟩[31m\ttab\nline',
  )
})

test('a template becomes a pattern that compiles and finds the lines it was mined from', () => {
  assert.equal(templatePattern('took <_> ms (<_>) at [a.b] <_>'), 'took (.+?) ms \\((.+?)\\) at \\[a\\.b\\] (.+)')
  const word = fc
    .string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' })
    .filter((text) => text.trim() !== '' && !text.includes('<_>'))
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.boolean()), { minLength: 1, maxLength: 8 }), (parts) => {
      const template = parts.map(([text, isWild]) => (isWild ? '<_>' : text)).join(' ')
      const line = parts.map(([text]) => text).join(' ')
      const pattern = compilePattern(templatePattern(template))
      assert.ok(!('fault' in pattern), template)
      assert.notEqual(findMatch(pattern, line), undefined, `${template} in ${line}`)
    }),
  )
  assert.ok(!('fault' in compilePattern(templatePattern('a.b( <_> '.repeat(2000)))), 'cut between two parts')
  assert.ok(templatePattern('a.b( <_> '.repeat(2000)).length <= 4096)
  assert.equal(escapeRe2('a\\b{1}^$|+?*'), 'a\\\\b\\{1\\}\\^\\$\\|\\+\\?\\*')
})

const RULE: RuleView = {
  id: 'r1',
  name: 'slow',
  pattern: 'took',
  severity: 'warn',
  streams: 'both',
  on: 'message',
  cooldown: '1m',
  enabled: true,
  origin: 'api',
}

test('an override begins as its global rule, for the workload; a switch-off is off, and nothing else', () => {
  const values = overrideValues({ ...RULE, description: 'x', severity: 'error' }, 'shop', false)
  assert.deepEqual(draftOf(RULE_FIELDS, values), {
    name: 'slow in shop',
    pattern: 'took',
    severity: 'error',
    workload: 'shop',
    overrides: 'r1',
  })
  const off = switchOffDraft({ ...RULE, name: 'n'.repeat(128) }, 'shop')
  assert.equal(off['enabled'], false)
  assert.equal(String(off['name']).length, 128)
})

test('in a workload, what is replaced, switched off or broken stays visible behind what is in force', () => {
  const rules: RuleView[] = [
    RULE,
    { ...RULE, id: 'r2', name: 'loud' },
    { ...RULE, id: 'r3', name: 'broken', error: 'missing )' },
    { ...RULE, id: 'o1', overrides: 'r1', workload: 'shop', enabled: false },
    { ...RULE, id: 'o2', overrides: 'r2', workload: 'shop' },
    { ...RULE, id: 'other', workload: 'api' },
    { ...RULE, id: 'r4', enabled: false },
  ]
  const effective = [{ ...rules[4]!, from: 'override' as const }]
  assert.deepEqual(
    workloadSet(rules, effective, 'shop').map(({ id, absence }) => [id, absence]),
    [
      ['o2', undefined],
      ['r1', 'off here'],
      ['r2', 'replaced here'],
      ['r3', 'out of use'],
      ['o1', 'off here'],
      ['r4', 'off'],
    ],
  )
  assert.deepEqual(
    overridesOf(rules, 'r1').map(({ id }) => id),
    ['o1'],
  )
})

const EVENT: EventJson = {
  seq: 1,
  time: '2026-11-21T12:00:00.123456789Z',
  source: 'logscan',
  event: 'rule_hit',
  severity: 'error',
  message: 'm',
  metadata: {
    workload: 'a"b',
    container: 'c',
    rule_id: 'r1',
    rule_name: 'slow',
    correlation_id: 'x/1',
    pattern_id: 'p',
    pattern: 'took <_>',
  },
}

test('an event leads to its lines around that time, its id, its rule; hostile names are quoted', () => {
  const links = new Map(lokiLinks(EVENT).map(({ title, href }) => [title, new URL(href, 'http://x')]))
  const query = (title: string) => links.get(title)?.searchParams.get('query')
  assert.equal(query('Lines of a"b around it'), '{service="a\\"b"}')
  assert.equal(query('Lines like it'), '{service="a\\"b"} | pattern_id="p"')
  assert.equal(query('Lines of its correlation id'), '{service=~".+"} | correlation_id="x/1"')
  assert.equal(links.get('Trace')?.pathname, '/trace/x%2F1')
  const { from, to } = Object.fromEntries(links.get('Trace')!.searchParams)
  assert.deepEqual(
    [Number(from), Number(to)],
    [Date.parse('2026-11-21T11:55:00.123Z'), Date.parse('2026-11-21T12:05:00.123Z')],
  )
  const made = new Map(makeLinks(EVENT).map(({ title, href }) => [title, new URL(href, 'http://x').searchParams]))
  assert.equal(made.get('Make a rule of it')?.get('pattern'), 'took (.+)')
  assert.equal(made.get('Change it for a"b')?.get('overrides'), 'r1')
  assert.equal(made.get('Make a trigger of it')?.get('rule'), 'slow')
  for (const { href } of makeLinks({ ...EVENT, message: 'x'.repeat(9999) }))
    assert.ok(href.length < 4000, href.slice(0, 50))
})

const events = (from: number, to: number): EventJson[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ ...EVENT, seq: from + index }))

test('a feed shows each event once, the newest first, and no more than fit', () => {
  const feed = createFeed()
  assert.deepEqual(
    feed.addOlder(events(1, 3).reverse()).map(({ seq }) => seq),
    [3, 2, 1],
  )
  assert.equal(feed.newest, 3)
  assert.deepEqual(
    feed.add([...events(2, 5), ...events(4, 5)]).map(({ seq }) => seq),
    [5, 4],
  )
  feed.add(events(6, 2 * MAX_LIVE))
  assert.equal(feed.shown.length, MAX_LIVE)
  assert.equal(feed.shown[0]?.seq, 2 * MAX_LIVE)
  for (let page = 0; page < 50; page++) feed.addOlder(events(-100 * (page + 1), -100 * page - 1).reverse())
  assert.equal(feed.shown.length, MAX_ALL)
})

test('while a feed is paused nothing moves; what came is bounded, and is there when it goes on', () => {
  const feed = createFeed()
  feed.add(events(1, 2))
  feed.pause()
  assert.deepEqual(feed.add(events(3, 9)), [])
  assert.deepEqual([feed.shown.length, feed.waiting, feed.newest], [2, 7, 9])
  feed.add(events(10, 5000))
  assert.equal(feed.waiting, MAX_LIVE)
  assert.equal(feed.resume()[0]?.seq, 5000)
  assert.deepEqual([feed.waiting, feed.shown.length], [0, MAX_LIVE])
})

test('what is no event is left out of the stream; new ones are announced in one sentence', () => {
  for (const data of ['', '{', 'null', '{"seq":"1"}', '{"seq":1}']) assert.equal(readEvent(data), undefined, data)
  assert.equal(readEvent('{"seq":1,"message":"m"}')?.metadata.workload, '')
  assert.equal(
    announcement([EVENT, { ...EVENT, severity: 'critical' }, { ...EVENT, severity: 'info' }]),
    '3 new events: 1 critical, 1 error',
  )
  assert.equal(announcement([{ ...EVENT, severity: 'info' }]), '1 new event')
})

test('the address’s filters go to the API, and nothing else of the address', () => {
  const params = new URLSearchParams('severity=error&severity=warn&q=a%26b&token=secret&from=1&workload=')
  assert.equal(eventQuery(params, { limit: '5' }), 'severity=error&severity=warn&q=a%26b&limit=5')
})

test('a trigger’s filter in words', () => {
  const words = (filter: object) => filterText({ filter } as never)
  assert.equal(words({}), 'every event')
  assert.equal(
    words({ severities: ['error', 'critical'], workloads: ['api'], message: 'x' }),
    'error or critical · in api · like /x/',
  )
})

test('an event in short: where from, of a file its name; captures for themselves, whatever they are called', () => {
  const facts = (metadata: object) => eventFacts({ ...EVENT, metadata: { ...EVENT.metadata, ...metadata } })
  const origin = (workload: string, container: string) => facts({ workload, container }).origin
  assert.equal(origin('shop', 'shop-1'), 'shop/shop-1')
  assert.equal(origin('shop', '/var/log/shop/out.log'), 'shop/out.log')
  assert.equal(origin('shop', 'shop'), 'shop')
  assert.equal(origin('shop', ''), 'shop')
  const { captures, fields } = facts({ captures: JSON.parse('{"__proto__":"x","$2":"y"}'), count: 7, node: undefined })
  assert.deepEqual(captures, [
    ['__proto__', 'x'],
    ['$2', 'y'],
  ])
  const names = fields.map(([name]) => name)
  assert.ok(names.includes('count') && !names.includes('node') && !names.includes('captures'))
})
