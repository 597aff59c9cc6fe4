/** Whatever is asked is answered: never a fault of ours, never without an end, never a secret or a stack trace. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openApiDocument } from '../../shipper/admin/openapi.ts'
import { createRouter } from '../../shipper/admin/router.ts'
import { operations } from '../../shipper/admin/routes/index.ts'
import { readDocument } from './document.ts'
import { SECRET } from './fakes.ts'
import { withReal } from './real.ts'
import { raw, type Site, TOKEN, withSite } from './site.ts'

const checker = readDocument(JSON.parse(JSON.stringify(openApiDocument(operations))))
const NUM_RUNS = Number(process.env['FUZZ_RUNS'] ?? 600)

const method = fc.constantFrom(
  'GET',
  'GET',
  'POST',
  'POST',
  'PATCH',
  'DELETE',
  'PUT',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'LOCK',
)
const segment = fc.oneof(
  fc.constantFrom(
    'rules',
    'triggers',
    'events',
    'workloads',
    'test',
    'stats',
    'dead-letters',
    'retry',
    'letter_1',
    'pager',
    'out%20of%20memory',
    'rule_000000000001',
    '..',
    '%2e%2e',
    '%00',
    '%ff',
    '',
    '__proto__',
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
)
const path = fc.oneof(
  fc.constantFrom(...operations.map((operation) => operation.path.replace(/\{\w+\}/g, 'rule_000000000001'))),
  fc.array(segment, { maxLength: 4 }).map((parts) => ['/api/v1', ...parts].join('/')),
)
const word = fc.oneof(
  fc.constantFrom(
    'warn',
    'error',
    '15m',
    '2026-11-21T12:00:00Z',
    '1',
    '100',
    '0',
    '-1',
    'logscan',
    '%00',
    '%',
    '+',
    '%F0%9F%9A%A2',
  ),
  fc.string({ maxLength: 12 }).map(encodeURIComponent),
)
const name = fc.constantFrom(
  'severity',
  'source',
  'event',
  'workload',
  'q',
  'since',
  'until',
  'before',
  'limit',
  'origin',
  'after',
  'token',
  '__proto__',
  'toString',
)
const query = fc
  .array(fc.tuple(name, word), { maxLength: 3 })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join('&'))

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'warn',
    '********',
    '1m',
    'https://example.com/',
    [],
    {},
    [null],
    { severities: ['warn'] },
    '(',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)
const key = fc.constantFrom(
  'name',
  'pattern',
  'severity',
  'streams',
  'on',
  'cooldown',
  'enabled',
  'workload',
  'overrides',
  'filter',
  'kind',
  'url',
  'secret',
  'headers',
  'to',
  'retries',
  'line',
  'rule_id',
  'rule',
  'stream',
  'other',
)
const body = fc.oneof(
  fc.dictionary(key, value, { maxKeys: 6 }).map((draft) => JSON.stringify(draft)),
  fc.dictionary(key, value, { maxKeys: 4 }).map((draft) => JSON.stringify({ name: 'a', pattern: 'b', ...draft })),
  fc.string({ maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('', '{', 'x'.repeat(5000), '{"__proto__":{"a":1}}', '['.repeat(4000), '\u0000'),
)
const header = fc.oneof(
  fc.constantFrom(
    'If-Match: *',
    'If-Match: "x"',
    'If-None-Match: *',
    'Range: bytes=0-1',
    'Accept: text/html',
    'Accept-Encoding: gzip',
    'Last-Event-ID: 1',
    'Last-Event-ID: x',
    'Expect: 100-continue',
    'Expect: nonsense',
    'Origin: null',
    'X-Forwarded-For: 1.2.3.4',
    'Authorization: Bearer x',
    'Upgrade: h2c',
    'Cookie: a=b',
    'Host: x',
    'X-HTTP-Method-Override: DELETE',
  ),
  fc.string({ maxLength: 20 }).map((text) => `X-Any: ${text.replace(/[^\x20-\x7e]/g, '?')}`),
)
const type = fc.constantFrom(
  'application/json',
  'application/json',
  'application/merge-patch+json',
  'text/plain',
  '',
  'application/json;charset=x',
)
const hasToken = fc.integer({ min: 0, max: 9 }).map((number) => number > 0)

const anything = fc.record({
  method,
  path,
  query,
  body,
  headers: fc.array(header, { maxLength: 3 }),
  type,
  hasToken,
  isChunked: fc.boolean(),
})
/** Gets as far as the body. */
const likely = fc.record({
  method: fc.constant('POST'),
  path: fc.constantFrom('/api/v1/rules', '/api/v1/triggers', '/api/v1/rules/test'),
  query: fc.constant(''),
  body: fc.oneof(body, fc.constantFrom('{"name":"a","pattern":"b"}', 'x'.repeat(5000))),
  headers: fc.constant<string[]>([]),
  type: fc.constantFrom('application/json', 'application/json', 'application/json', 'text/plain'),
  hasToken: fc.constant(true),
  isChunked: fc.boolean(),
})

interface Asked {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
  readonly headers: readonly string[]
  readonly type: string
  readonly hasToken: boolean
  readonly isChunked: boolean
}

function bytesOf({ method, path, query, body, headers, type, hasToken, isChunked }: Asked): Buffer {
  const bytes = Buffer.from(body)
  const chunk = bytes.length > 0 ? [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'] : []
  const sent = isChunked
    ? ['Transfer-Encoding: chunked\r\n\r\n', ...chunk, '0\r\n\r\n']
    : [`Content-Length: ${bytes.length}\r\n\r\n`, bytes]
  const lines = [
    `${method} ${path}${query && `?${query}`} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...(hasToken ? [`Authorization: Bearer ${TOKEN}`] : []),
    ...(type === '' ? [] : [`Content-Type: ${type}`]),
    ...headers,
  ]
  return Buffer.concat([`${lines.join('\r\n')}\r\n`, ...sent].map((part) => Buffer.from(part)))
}

const find = createRouter(operations)

/** Its status; fails for an answer that must not be. */
function check({ method, path }: Asked, answer: string): number {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  assert.ok(status >= 200 && status < 500, answer.slice(0, 400))
  assert.ok(!answer.includes(TOKEN) && !answer.includes(SECRET))
  assert.doesNotMatch(answer, /\bat .*\.[jt]s:\d|node_modules|\/tmp\/|shipper\/|TypeError|RangeError|SyntaxError/)
  const at = answer.indexOf('\r\n\r\n')
  const text = Buffer.from(answer.slice(at + 4), 'latin1').toString()
  if (method === 'HEAD' || text === '') return status
  const head = answer.slice(0, at).split('\r\n').slice(1)
  const headers = new Headers(head.map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  const operation = find(method, path)?.operation
  if (status >= 400) checker.validate('Problem', JSON.parse(text))
  else checker.check(operation!.id, { status, headers, text })
  return status
}

/** Statuses that were seen. */
async function fuzz(site: Site, numRuns: number): Promise<Set<number>> {
  const seen = new Set<number>()
  const isStream = (answer: string) => answer.includes('text/event-stream') && answer.includes('retry: ')
  const request = fc.oneof(anything, likely)
  await fc.assert(
    fc.asyncProperty(request, async (asked) => {
      // Each begins anew: who guesses a lot must not hide the rest.
      site.clock.ms += 60_000
      const start = performance.now()
      const answer = await raw(site.port, bytesOf(asked), isStream, 15_000)
      assert.ok(performance.now() - start < 14_000, 'never without an end')
      seen.add(check(asked, answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')))
    }),
    { numRuns },
  )
  assert.equal(site.admin.stats().requests['5xx'], 0)
  assert.equal((await site.ask('GET', '/api/v1/health')).status, 200)
  return seen
}

test(
  'property: every request is answered, with what is documented, and with nothing of ours',
  { timeout: 200_000 },
  () =>
    withSite({}, async (site) => {
      site.fakes.events.append({ message: 'OOM' })
      const seen = await fuzz(site, NUM_RUNS)
      // Else it would say nothing.
      for (const status of [200, 201, 400, 401, 403, 404, 405, 413, 415]) assert.ok(seen.has(status), String(status))
    }),
)

test('property: so it is on the parts of the product', { timeout: 200_000 }, () =>
  withReal({ resolve: async () => ['127.0.0.1'] }, (real) =>
    withSite(real, async (site) => {
      const seen = await fuzz(site, NUM_RUNS)
      for (const status of [200, 201, 400, 404]) assert.ok(seen.has(status), String(status))
    }),
  ),
)
