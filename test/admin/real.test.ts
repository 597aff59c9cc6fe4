/** The API on the parts of the product: what they answer is what the document says, from a rule to the webhook. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openApiDocument } from '../../shipper/admin/openapi.ts'
import { operations } from '../../shipper/admin/routes/index.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { receiver } from '../triggers/world.ts'
import { readDocument } from './document.ts'
import { type Real, withReal } from './real.ts'
import { type Asked, type Site, TOKEN, withSite } from './site.ts'

const checker = readDocument(JSON.parse(JSON.stringify(openApiDocument(operations))))

function recordOf(service: string, message: string, ms: number): LogRecord {
  const text = { message } as LogRecord['text']
  const base = {
    timestamp: { seconds: ms / 1000, nanos: 7 },
    timestamp_source: 'line',
    level: 'error',
    node: 'n',
  } as const
  return {
    ...base,
    service,
    env: undefined,
    text,
    duration_ms: undefined,
    format: 'plain',
    fields: new Map(),
  } as LogRecord
}

type Call = (id: string, path?: Readonly<Record<string, string>>, body?: unknown, query?: string) => Promise<Asked>

/** Asks by an operation's id; fails where the answer is not as documented. */
function callOf({ ask }: Site): Call {
  return async (id, path = {}, body, query = '') => {
    const operation = checker.operations.find((each) => each.operationId === id)!
    const to = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]!))
    const answered = await ask(operation.method, to + query, body)
    checker.check(id, answered)
    return answered
  }
}

function site(options: Parameters<typeof withReal>[0], use: (call: Call, real: Real, site: Site) => Promise<void>) {
  return withReal(options, (real) => withSite({ ...real, now: Date.now }, (made) => use(callOf(made), real, made)))
}

test('a rule is made, tried, hits; the event is in the log and on the stream; the webhook is told', async (t) => {
  const hook = await receiver(t)
  const lead = { resolve: async () => ['93.184.216.34'], connect: () => connectTcp(hook.port, '127.0.0.1') }
  await site(lead, async (call, real, { url }) => {
    const draft = {
      name: 'refused',
      pattern: 'refused by (?P<peer>\\S+)',
      severity: 'error',
      cooldown: '0',
      workload: 'shop',
    }
    const tried = await call('testRule', {}, { rule: draft, line: 'connection refused by db:5432', workload: 'shop' })
    assert.equal(tried.json.matched, true, tried.text)
    assert.deepEqual(tried.json.captures, { peer: 'db:5432' })
    assert.deepEqual(tried.json.spans, { peer: [22, 29] })
    assert.ok(!('seq' in tried.json.event) && tried.json.event.severity === 'error')
    const rule = await call('createRule', {}, draft)
    const secret = {
      url: 'http://hook.example/in?key=hunter2',
      secret: 'hunter2-hunter2',
      headers: { 'X-Key': 'hunter2' },
    }
    const trigger = await call('createTrigger', {}, { name: 'hook', filter: { severities: ['error'] }, ...secret })
    assert.equal(trigger.status, 201, trigger.text)
    const stream = await fetch(`${url}/api/v1/events/stream`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const reader = stream.body!.getReader()
    await reader.read()
    real.scanner.watch('shop-1').see(recordOf('shop', 'connection refused by db:5432', 1_795_262_400_000), '')
    let sent = ''
    while (!sent.includes('\n\n')) sent += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    assert.match(sent, /^id: 1\nevent: log_event\ndata: \{.*\}\n\n$/)
    const { json } = await call(
      'listEvents',
      {},
      undefined,
      `?rule=${rule.json.id}&severity=error&q=REFUSED&workload=shop`,
    )
    assert.deepEqual(json.events, [JSON.parse(sent.split('data: ')[1]!)])
    assert.equal(json.events[0].time, '2026-11-21T12:00:00.000000007Z')
    assert.deepEqual(json.events[0].metadata.captures, { peer: 'db:5432' })
    await hook.came(1)
    assert.equal(JSON.parse(hook.requests[0]!.body).event.message, 'connection refused by db:5432')
    const tested = await call('testTrigger', { id: trigger.json.id })
    assert.deepEqual([tested.json.delivered, tested.json.status], [true, 200])
    for (const id of ['listTriggers', 'getStats', 'listWorkloads', 'listRules']) {
      const { text } = await call(id)
      assert.ok(!text.includes('hunter2'), id)
    }
    for (const { text } of [trigger, tested, await call('getTrigger', { id: trigger.json.id })])
      assert.ok(!text.includes('hunter2'))
    const { json: stats } = await call('getStats')
    assert.equal(stats.scan.rules[rule.json.id].hits, 1)
    assert.equal(stats.triggers[trigger.json.id].delivered, 1)
    assert.equal(stats.events.events, 1)
  })
})

test('deleting a global rule removes its overrides in one step; PATCH tells absent from null', () =>
  site({}, async (call) => {
    const global = await call('createRule', {}, { name: 'g', pattern: 'x', description: 'd', severity: 'error' })
    const { id } = global.json
    const override = await call('createRule', {}, { name: 'o', pattern: 'y', workload: 'shop', overrides: id })
    const own = await call('createRule', {}, { name: 'w', pattern: 'z', workload: 'shop' })
    const { json: effective } = await call('listEffectiveRules', { workload: 'shop' })
    const from = new Map(effective.rules.map((rule: { id: string; from: string }) => [rule.id, rule.from]))
    assert.deepEqual([from.get(id), from.get(override.json.id), from.get(own.json.id)], [undefined, 'override', 'own'])
    const patched = await call('patchRule', { id }, { severity: null, pattern: 'xx' })
    assert.deepEqual([patched.json.severity, patched.json.description, patched.json.pattern], ['warn', 'd', 'xx'])
    assert.ok(!('description' in (await call('patchRule', { id }, { description: null })).json))
    assert.equal((await call('patchRule', { id }, { pattern: null })).status, 400)
    assert.deepEqual((await call('deleteRule', { id })).json.deleted.sort(), [id, override.json.id].sort())
    const { json } = await call('listRules', {}, undefined, '?origin=api')
    assert.deepEqual(
      json.rules.map((rule: { id: string }) => rule.id),
      [own.json.id],
    )
  }))

test('secrets that are sent back as they were shown stay; null takes them away', () =>
  site({}, async (call) => {
    const made = await call(
      'createTrigger',
      {},
      { name: 'h', url: 'https://hook.example/', secret: 'hunter2-hunter2', token: 'hunter2' },
    )
    const { id } = made.json
    assert.deepEqual([made.json.secret, made.json.token], ['********', '********'])
    const back = await call('patchTrigger', { id }, { secret: '********', token: null, retries: 2 })
    assert.equal(back.status, 200, back.text)
    assert.equal(back.json.secret, '********')
    assert.ok(!('token' in back.json))
    assert.equal((await call('patchTrigger', { id }, { url: 'http://169.254.169.254/latest' })).status, 400)
    assert.deepEqual((await call('deleteTrigger', { id })).json, { deleted: [id] })
  }))

test('what cannot be delivered is a dead letter, which can be sent again or forgotten', () =>
  site({ resolve: async () => ['127.0.0.1'] }, async (call, real) => {
    const { json: trigger } = await call('createTrigger', {}, { name: 'h', url: 'http://hook.example/', retries: 0 })
    const tested = await call('testTrigger', { id: trigger.id })
    assert.equal(tested.json.delivered, false)
    const watch = real.scanner.watch('c')
    watch.see(recordOf('shop', 'OOM one', 1_795_262_400_000), '')
    let letters: { id: string; trigger: string }[] = []
    while (letters.length === 0) letters = (await call('listDeadLetters')).json.dead_letters
    assert.equal(letters[0]!.trigger, trigger.id)
    const again = await call('retryDeadLetter', { id: letters[0]!.id })
    assert.equal(again.json.delivered, false)
    assert.equal((await call('deleteDeadLetter', { id: letters[0]!.id })).status, 200)
    assert.equal((await call('deleteDeadLetter', { id: letters[0]!.id })).status, 404)
  }))

test('names from logs and rules do no harm: __proto__ is one like any other', () =>
  site({}, async (call, real) => {
    const watch = real.scanner.watch('__proto__')
    watch.see(recordOf('__proto__', 'prototype pollution <script>alert(1)</script>', 1_795_262_400_000), '')
    const { json, text } = await call(
      'listEvents',
      {},
      undefined,
      '?workload=__proto__&container=__proto__&rule=__proto__',
    )
    assert.equal(json.events.length, 1, text)
    assert.match(text, /"captures":\{"__proto__":"pollution"\}/)
    assert.equal((await call('getRule', { id: '__proto__' })).json.pattern, 'prototype (?P<__proto__>\\w+)')
    assert.equal((await call('getRule', { id: 'constructor' })).status, 404)
    const { text: stats } = await call('getStats')
    assert.match(stats, /"__proto__":\{"hits":1,/)
    assert.equal((await call('patchRule', { id: '__proto__' }, { enabled: false })).status, 409)
    await call('listEffectiveRules', { workload: '__proto__' })
    const { json: workloads } = await call('listWorkloads')
    assert.deepEqual(workloads, { workloads: [{ workload: '__proto__', rules: 2 }] })
  }))

test('rules that do not compile are shown with why, in lists and stats', () =>
  site({}, async (call) => {
    const { json } = await call('getRule', { id: 'broken' })
    assert.match(json.error, /missing/)
    const { json: stats } = await call('getStats')
    assert.deepEqual(stats.scan.compile_errors, [{ id: 'broken', name: 'broken', error: json.error }])
    const refused = await call('createRule', {}, { name: 'x', pattern: '(' })
    assert.deepEqual([refused.status, refused.json.errors[0].path], [400, 'pattern'])
  }))

test('rule files that cannot be read as rules are shown with why, until they can', async (t) => {
  const rules = mkdtempSync(join(tmpdir(), 'longship-rules-'))
  t.after(() => rmSync(rules, { recursive: true, force: true }))
  const file = join(rules, 'half.yaml')
  writeFileSync(file, 'rules: [{ name: half, patern: x }]\n')
  await site({ rules }, async (call, real) => {
    const shown = async () => (await call('getStats')).json.scan.file_errors
    assert.deepEqual(await shown(), [{ file, error: real.rulebook.problems.get(file) }])
    assert.match(real.rulebook.problems.get(file) ?? '', /Did you mean "pattern"/)
    writeFileSync(file, 'rules: [{ name: half, pattern: x }]\n')
    for (let i = 0; i < 200 && (await shown()).length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await shown(), [])
    assert.equal(real.rulebook.get('half')?.error, undefined)
  })
})

test('what a new rule leaves out may be null, as the document says', () =>
  site({}, async (call) => {
    const draft = { name: 'n', pattern: 'x', overrides: null, workload: null, severity: null, description: null }
    const made = await call('createRule', {}, draft)
    assert.deepEqual([made.status, made.json.severity, 'overrides' in made.json], [201, 'warn', false])
    const schema = JSON.parse(JSON.stringify(openApiDocument(operations))).components.schemas.RuleDraft.properties
    for (const [name, value] of Object.entries(draft)) {
      const isNullable = JSON.stringify(schema[name]).includes('{"type":"null"}')
      assert.equal(isNullable, value === null, name)
    }
  }))

test('patterns, as the API and as Loki tell them', () =>
  site({}, async (call, real) => {
    for (let i = 0; i < 40; i++) {
      real.patterns.learn({
        service: 'shop',
        node: 'n',
        level: 'info',
        container: 'c',
        message: `order ${i} shipped to warehouse ${i * 7}`,
      })
    }
    const { json } = await call('listPatterns', {}, undefined, '?service=shop&limit=5')
    assert.equal(json.patterns[0].lines, 40)
    const { json: loki } = await call('lokiPatterns', {}, undefined, '?query=%7Bservice%3D%22shop%22%7D')
    assert.equal(loki.data[0].pattern, json.patterns[0].template)
    assert.equal((await call('lokiPatterns', {}, undefined, '?query=nonsense')).status, 400)
    assert.equal((await call('lokiPatterns', {}, undefined, '?query=%7B%7D&start=x')).status, 400)
    await call('getStats')
  }))
