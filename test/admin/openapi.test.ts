/** The server and its document say the same: every operation, every answer that is documented, and nothing else. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openApiDocument } from '../../shipper/admin/openapi.ts'
import { operations } from '../../shipper/admin/routes/index.ts'
import {
  type Answered,
  type Checker,
  type DocumentedOperation,
  rawOperations,
  readDocument,
  resolve,
} from './document.ts'
import { DISK_FULL, MAX_FAKES, SECRET } from './fakes.ts'
import { type Site, TOKEN, withSite } from './site.ts'

const document = JSON.parse(JSON.stringify(openApiDocument(operations)))
const all = rawOperations(document)
const checker: Checker = readDocument(document)
const byId = new Map(checker.operations.map((operation) => [operation.operationId, operation]))

test('the document is whole: references resolve, ids are unique, parameters of paths are described', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to)
  assert.ok(references.length > 50)
  for (const to of new Set(references)) resolve(document, { $ref: to })
  const used = new Set(references.map((to) => to!.split('/').at(-1)))
  assert.deepEqual(
    Object.keys(document.components.schemas).filter((name) => !used.has(name)),
    [],
    'every schema is used',
  )
  const ids = all.map(({ operation }) => operation['operationId'])
  assert.equal(new Set(ids).size, ids.length)
  for (const { path, operation } of all) {
    const named = (operation['parameters'] ?? []).filter((each: { in: string }) => each.in === 'path')
    assert.deepEqual(
      named.map((each: { name: string }) => `{${each.name}}`),
      path.match(/\{\w+\}/g) ?? [],
      path,
    )
    assert.ok(operation['summary'].length > 5)
  }
})

test('every answer from 400 on is problem+json', () => {
  for (const { path, operation } of all) {
    for (const [status, response] of Object.entries<Record<string, unknown>>(operation['responses'])) {
      if (Number(status) < 400) continue
      const { content } = resolve(document, response)
      assert.deepEqual(
        content,
        { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        path,
      )
    }
  }
})

test('schema/openapi.json is the document, and the server gives it to anybody', () =>
  withSite({}, async ({ url }) => {
    const served = await (await fetch(`${url}/api/v1/openapi.json`)).json()
    assert.deepEqual(served, document)
    const { 'x-generated': _, ...written } = JSON.parse(readFileSync('schema/openapi.json', 'utf8'))
    assert.deepEqual(written, document)
  }))

const NULL = { type: 'null' }

test('rules and triggers have the shape of longship.yaml', () => {
  const { definitions } = JSON.parse(readFileSync('schema/longship.schema.json', 'utf8'))
  const { RuleDraft, TriggerDraft, Trigger } = document.components.schemas
  const { required, properties, ...rest } = definitions.rule
  for (const [name, schema] of Object.entries(properties))
    assert.deepEqual(RuleDraft.properties[name], required.includes(name) ? schema : { anyOf: [schema, NULL] }, name)
  assert.deepEqual({ ...RuleDraft, properties }, { ...rest, required, properties })
  assert.deepEqual(Object.keys(TriggerDraft.properties), Object.keys(definitions.trigger.properties))
  assert.deepEqual(Trigger.properties.severity, definitions.trigger.properties.severity)
})

/** A request that is answered 2xx, of each operation. `{…}` in paths is filled in from `ids`. */
const GOOD: Readonly<Record<string, { readonly body?: unknown; readonly query?: string }>> = {
  listRules: { query: '?workload=shop&origin=api' },
  createRule: { body: { name: 'made', pattern: 'x', workload: 'shop' } },
  getRule: {},
  patchRule: { body: { severity: 'error', description: null } },
  deleteRule: {},
  testRule: { body: { rule: { name: 'x', pattern: 'OOM' }, line: 'OOM killed', stream: 'stderr', workload: 'shop' } },
  listWorkloads: {},
  listEffectiveRules: {},
  listTriggers: {},
  createTrigger: { body: { name: 'made', url: 'https://example.com/', secret: SECRET, headers: { 'X-A': SECRET } } },
  getTrigger: {},
  patchTrigger: { body: { retries: 1, secret: '********', username: null } },
  deleteTrigger: {},
  testTrigger: {},
  listDeadLetters: {},
  retryDeadLetter: {},
  deleteDeadLetter: {},
  listEvents: {
    query: '?severity=warn,error&severity=critical&source=logscan&event=rule_hit&workload=shop&q=oom&since=15m&limit=2',
  },
  streamEvents: { query: '?severity=warn&after=0' },
  listPatterns: { query: '?service=shop&level=error&limit=5' },
  lokiPatterns: { query: '?query=%7Bservice%3D%22shop%22%7D&start=1&end=2&step=60' },
  getStats: {},
  getHealth: {},
  getOpenApi: {},
}

const covered = new Set<string>()
/** Asks with what is good for the operation but for what is given; the answer must be as documented. */
async function call(site: Site, id: string, status: number, given: Given = {}): Promise<Answered> {
  const operation = byId.get(id)!
  const good = GOOD[id]!
  const path = (given.path ?? (await pathOf(site, operation))) + (given.query ?? good.query ?? '')
  const body = 'body' in given ? given.body : good.body
  const type = operation.requestTypes[0]
  const headers = { ...(body !== undefined && type && { 'content-type': type }), ...given.headers }
  const answered =
    id === 'streamEvents' ? await askStream(site, path, headers) : await site.ask(operation.method, path, body, headers)
  assert.equal(answered.status, status, `${id}: ${answered.text.slice(0, 300)}`)
  checker.check(id, answered)
  assert.ok(!answered.text.includes(SECRET) && !answered.text.includes(TOKEN))
  covered.add(`${id} ${status}`)
  return answered
}

interface Given {
  readonly path?: string
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Of something that is there: made for the purpose. */
async function pathOf({ ask }: Site, { path, operationId }: DocumentedOperation): Promise<string> {
  if (!path.includes('{')) return path
  const kind = path.includes('/rules/{') ? 'rules' : path.includes('/triggers/{') ? 'triggers' : undefined
  if (kind === undefined)
    return path
      .replace('{workload}', 'shop')
      .replace('{id}', operationId === 'deleteDeadLetter' ? 'letter_2' : 'letter_1')
  const { json } = await ask('POST', `/api/v1/${kind}`, {
    ...(GOOD[kind === 'rules' ? 'createRule' : 'createTrigger']!.body as object),
  })
  return path.replace('{id}', json.id)
}

/** The head of a stream and its first bytes. */
async function askStream({ url }: Site, path: string, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const abort = new AbortController()
  const all = { authorization: `Bearer ${TOKEN}`, ...headers }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
  const answer = await fetch(url + path, { headers: given, signal: abort.signal })
  if (answer.status !== 200) return { status: answer.status, headers: answer.headers, text: await answer.text() }
  const { value } = await answer.body!.getReader().read()
  abort.abort()
  return { status: 200, headers: answer.headers, text: new TextDecoder().decode(value) }
}

test('every operation answers as documented', () =>
  withSite({}, async (site) => {
    for (const message of ['OOM', 'oom again', 'OOM once more']) site.fakes.events.append({ message })
    assert.deepEqual(Object.keys(GOOD).sort(), [...byId.keys()].sort())
    for (const [id, operation] of byId) {
      const status = operation.statuses.find((each) => each < 300)!
      const answered = await call(site, id, status)
      assert.equal(answered.headers.get('cache-control'), 'no-store')
    }
    const list = await call(site, 'listEvents', 200)
    assert.equal(JSON.parse(list.text).events.length, 2)
    assert.equal(JSON.parse(list.text).next, 2)
  }))

test('400: parameters that are not known, or that the part itself refuses', () =>
  withSite({}, async (site) => {
    for (const [id, { path, method }] of byId) {
      const answered = await call(site, id, 400, { query: '?nonsense=1' })
      const expected = id === 'lokiPatterns' ? /query must be/ : /nonsense/
      assert.match(JSON.parse(answered.text).detail, expected, `${method} ${path}`)
    }
  }))

test('401 without a token or with a wrong one, 403 for pages of other sites', () =>
  withSite({ limits: { requests_per_minute: 1000 } }, async (site) => {
    for (const [id, { isPublic }] of byId) {
      site.clock.ms += 60_000
      await call(site, id, 401, { headers: { authorization: `Bearer ${TOKEN}x` } })
      if (!isPublic) await call(site, id, 401, { headers: { authorization: '' } })
      else await call(site, id, 200, { headers: { authorization: '' } })
      await call(site, id, 403, { headers: { origin: 'https://evil.example' } })
    }
  }))

test('429 when an address asks too often, 503 when the server closes', async () => {
  await withSite({ limits: { requests_per_minute: 3 } }, async (site) => {
    for (let i = 0; i < 3; i++) await site.ask('GET', '/api/v1/health')
    for (const [id, { path }] of byId) {
      await call(site, id, 429, { path: path.replace(/\{\w+\}/, 'x') })
    }
  })
  await withSite({}, async (site) => {
    site.admin.close()
    for (const [id, { path }] of byId) await call(site, id, 503, { path: path.replace(/\{\w+\}/, 'x') })
  })
})

test('404 for what is not there', () =>
  withSite({}, async (site) => {
    for (const [id, { path, statuses }] of byId) {
      if (!statuses.includes(404) || !path.includes('{id}')) continue
      await call(site, id, 404, { path: path.replace('{id}', 'no%2Fsuch') })
    }
    await call(site, 'testRule', 404, { body: { rule_id: 'no such', line: 'x' } })
  }))

test('404 for patterns that are off', () =>
  withSite({ patterns: undefined }, async (site) => {
    await call(site, 'listPatterns', 404)
    await call(site, 'lokiPatterns', 404)
    await call(site, 'getStats', 200)
  }))

test('409 for rules and triggers of files, and when there is no room; 412 when they were changed; 503 when the disk refuses', () =>
  withSite({}, async (site) => {
    for (const [kind, file] of [
      ['Rule', 'out of memory'],
      ['Trigger', 'pager'],
    ] as const) {
      const path = `/api/v1/${kind.toLowerCase()}s`
      for (const verb of ['patch', 'delete']) {
        await call(site, `${verb}${kind}`, 409, { path: `${path}/${encodeURIComponent(file)}` })
        await call(site, `${verb}${kind}`, 412, { headers: { 'if-match': '"of before"' } })
      }
      const body = GOOD[`create${kind}`]!.body as object
      await call(site, `create${kind}`, 503, { body: { ...body, name: DISK_FULL } })
      await call(site, `patch${kind}`, 503, { body: { name: DISK_FULL } })
      const stuck = await site.ask('POST', path, { ...body, name: 'stuck' })
      await call(site, `delete${kind}`, 503, { path: `${path}/${stuck.json.id}` })
      if (kind === 'Trigger') await call(site, 'testTrigger', 409, { path: `${path}/${stuck.json.id}/test` })
      for (let i = 0; i < MAX_FAKES; i++) await site.ask('POST', path, body)
      await call(site, `create${kind}`, 409)
    }
    await call(site, 'retryDeadLetter', 409, { path: '/api/v1/dead-letters/letter_2/retry' })
  }))

test('413 for bodies beyond the bound, 415 for those of another type', () =>
  withSite({ limits: { max_body_bytes: 512 } }, async (site) => {
    for (const [id, { requestTypes, path }] of byId) {
      if (requestTypes.length === 0) continue
      const given = { path: path.replace('{id}', 'x'), body: JSON.stringify({ name: 'x'.repeat(600) }) }
      await call(site, id, 413, given)
      await call(site, id, 415, { ...given, headers: { 'content-type': 'text/plain' } })
    }
  }))

test('each of them was asked for, and each documented answer was seen', () => {
  const documented = [...byId].flatMap(([id, { statuses }]) => statuses.map((status) => `${id} ${status}`))
  assert.deepEqual(
    documented.filter((each) => !covered.has(each)),
    [],
  )
  assert.ok(documented.length > 150)
})

test('what is not documented is 404, or 405 with what is allowed', () =>
  withSite({}, async (site) => {
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']
    for (const path of new Set(checker.operations.map((each) => each.path))) {
      const here = path.replace(/\{\w+\}/, 'x')
      const fitting = checker.operations.filter((each) =>
        new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(here),
      )
      for (const method of methods.filter((each) => !fitting.some((operation) => operation.method === each))) {
        const answered = await site.ask(method, here, method === 'GET' ? undefined : '{}')
        assert.equal(answered.status, 405, `${method} ${here}`)
        checker.validate('Problem', answered.json)
        const allowed = answered.headers.get('allow')!.split(', ')
        for (const { method: known } of fitting) assert.ok(allowed.includes(known), `${method} ${here}`)
      }
      for (const wrong of [`${here}/`, `${here}/more`, here.replace('/v1', '/v2').replace('/loki', '/api/v1')]) {
        const answered = await site.ask('GET', wrong)
        const isKnown = checker.operations.some((each) =>
          new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(wrong),
        )
        if (!isKnown) assert.equal(answered.status, 404, wrong)
        if (!isKnown) checker.validate('Problem', answered.json)
      }
    }
  }))

test('HEAD answers as GET without a body, OPTIONS with what is allowed', () =>
  withSite({}, async (site) => {
    for (const { path, method } of checker.operations) {
      const here = path.replace(/\{\w+\}/, 'pager').replace('/rules/pager', '/rules/out%20of%20memory')
      if (method === 'GET' && !path.endsWith('/stream')) {
        const [get, head] = [await site.ask('GET', here), await site.ask('HEAD', here)]
        assert.equal(head.status, get.status, here)
        assert.equal(head.text, '')
        // Counters of the API itself go on.
        if (!path.endsWith('/stats'))
          assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(get.text)))
      }
      const options = await site.ask('OPTIONS', here)
      assert.equal(options.status, 204)
      assert.ok(options.headers.get('allow')!.split(', ').includes(method))
      assert.deepEqual(
        [...options.headers.keys()].filter((name) => name.startsWith('access-control')),
        [],
      )
    }
    const head = await site.ask('HEAD', '/api/v1/events/stream')
    assert.deepEqual([head.status, head.headers.get('content-type'), head.text], [200, 'text/event-stream', ''])
    assert.equal(site.fakes.events.listeners.size, 0)
  }))
