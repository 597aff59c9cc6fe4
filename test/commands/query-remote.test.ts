/** What `query` asks a Loki over HTTP: pages without loss, credentials, and what it makes of refusals. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import picocolors from 'picocolors'
import { run } from '../../shipper/commands/query.ts'
import { LongshipError } from '../../shipper/errors.ts'
import type { Answer, Entry } from '../../shipper/querying/answer.ts'
import type { Loki } from '../../shipper/querying/loki.ts'
import { RefusedQuery } from '../../shipper/querying/loki.ts'
import { pages } from '../../shipper/querying/paging.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

test('pages lose and double nothing, whatever entries share a time', async () => {
  // Runs of equal times of many lengths, also longer than a page, some with entries that are equal altogether.
  const entries: Entry[] = []
  for (let time = 0; entries.length < 400; time++) {
    for (let i = 0; i <= (time * 7) % 23; i++) entries.push(entryAt(time, i % 5 === 0 ? 'same' : `line ${i}`))
  }
  for (const isForward of [true, false]) {
    for (const batch of [1, 2, 7, 24, 50, 399, 400, 1000]) {
      for (const limit of [0, 1, 10, 137, 400, 401]) {
        const got: string[] = []
        const question = { query: '{a="b"}', range: { start: 0n, end: 1000n }, isForward, limit, batch }
        for await (const page of pages(lokiOf(entries, Number.POSITIVE_INFINITY), question)) {
          assert.deepEqual(page.warnings, [])
          for (const entry of page.entries) got.push(`${entry.time} ${entry.line}`)
        }
        const wanted = (isForward ? entries : [...entries].reverse()).map(({ time, line }) => `${time} ${line}`)
        const count = limit === 0 ? wanted.length : Math.min(limit, wanted.length)
        const what = `batch ${batch}, limit ${limit}, ${isForward ? 'forward' : 'backward'}`
        assert.equal(got.length, count, what)
        // Entries of one time come in any order; of the last time of a limit, any of them.
        if (count === wanted.length) assert.deepEqual(got.sort(), wanted.sort(), what)
      }
    }
  }
})

test('a Loki that allows fewer entries at once is asked for fewer; more at one time than it gives is told', async () => {
  const entries = [...Array(30).keys()].map((i) => entryAt(i < 10 ? i : 10, `line ${i}`))
  const warnings: string[] = []
  let count = 0
  const question = { query: '{a="b"}', range: { start: 0n, end: 1000n }, isForward: true, limit: 0, batch: 5000 }
  for await (const page of pages(lokiOf(entries, 12), question)) {
    count += page.entries.length
    warnings.push(...page.warnings)
  }
  assert.equal(count, 22)
  assert.match(warnings.join(), /more than 12 entries have the time 1970-01-01T00:00:00\.000000010Z/)
})

function entryAt(time: number, line: string): Entry {
  return { time: BigInt(time), line, labels: new Map([['a', 'b']]) }
}

/** Answers as Loki does: from the start or the end of the range, at most `limit`, at most `most`. */
function lokiOf(entries: readonly Entry[], most: number): Loki {
  return {
    name: 'test',
    batch: 5000,
    maxPoints: 11_000,
    span: undefined,
    async range({ start, end, limit, isForward }): Promise<Answer> {
      if (limit > most) {
        const numbers = `(${limit} > ${most})`
        throw new RefusedQuery(
          400,
          `max entries limit per query exceeded, limit > max_entries_limit_per_query ${numbers}`,
        )
      }
      const inRange = entries.filter(({ time }) => time >= start && time < end)
      const ordered = isForward ? inRange : inRange.reverse()
      return { kind: 'streams', entries: ordered.slice(0, limit), warnings: [] }
    },
    instant: () => assert.fail('asked for one time'),
    labels: async () => [],
    values: async () => [],
    close: async () => {},
  }
}

interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** Runs `query` against a server that answers `reply`; what it printed, and what it asked. */
async function ask(
  argv: string[],
  env: Record<string, string>,
  reply: (request: IncomingMessage) => Reply | undefined,
) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    const told = reply(request)
    if (told !== undefined) response.writeHead(told.status, told.headers).end(told.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const out: string[] = []
  const screen = {
    isTerminal: false,
    columns: Number.POSITIVE_INFINITY,
    colours: picocolors.createColors(false),
    line: (text: string) => void out.push(text),
    flush: async () => {},
    note: (text: string) => void out.push(`! ${text}`),
    error: (text: string) => void out.push(`! ${text}`),
  }
  const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('URL', url)]))
  try {
    const code = await run(argv, { env: filled, now: () => NOW, openScreen: () => screen })
    return { code, out: out.join('\n').replaceAll(url, 'URL'), asked }
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    return { code: error.exitCode, out: error.message.replaceAll(url, 'URL'), asked }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const NOTHING = JSON.stringify({ status: 'success', data: { resultType: 'streams', result: [] } })

test('tenant, user and password, token: from flags and the environment as ship has them', async () => {
  const ok = () => ({ status: 200, body: NOTHING })
  const basic = await ask(['{a="b"}', '--tenant', 't1', '--username', 'u', '--password', 'p'], { LOKI_URL: 'URL' }, ok)
  assert.equal(basic.asked[0]!.headers['x-scope-orgid'], 't1')
  assert.equal(basic.asked[0]!.headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`)
  const env = { LOKI_ADDR: 'URL/prefix/', LOKI_ORG_ID: 't2', LOKI_BEARER_TOKEN: 'secret' }
  const token = await ask(['{a="b"}', '--since', '2h', '--forward', '--limit', '7'], env, ok)
  assert.equal(token.asked[0]!.headers['x-scope-orgid'], 't2')
  assert.equal(token.asked[0]!.headers.authorization, 'Bearer secret')
  const url = new URL(token.asked[0]!.url!, 'http://x')
  assert.equal(url.pathname, '/prefix/loki/api/v1/query_range')
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    query: '{a="b"}',
    start: `${NOW - 7_200_000}000000`,
    end: `${NOW}000000`,
    limit: '7',
    direction: 'forward',
  })
})

test('what comes back that is no result: who was asked, what it said, what to do; exit code 1, of a wrong query 2', async () => {
  const cases: [Reply | undefined, number, RegExp, string[]?][] = [
    [{ status: 401, body: 'no org id\n' }, 1, /^URL\/loki\/api\/v1\/query_range answered 401: no org id\. .*--tenant/],
    [{ status: 404, body: '<html>nginx</html>' }, 1, /answered 404\. Is this a Loki\?/],
    [{ status: 302, body: '', headers: { location: '/login' } }, 1, /redirects \(302\) to \/login\. Give --addr/],
    [{ status: 500, body: 'context deadline exceeded' }, 1, /^! longship: URL refused the query \(500\): context/],
    [
      { status: 429, body: '{"status":"error","error":"too many outstanding requests"}' },
      1,
      /\(429\): too many outstand/,
    ],
    [
      { status: 400, body: 'parse error at line 1, col 2: syntax error\u001b[2J' },
      2,
      /syntax error\\e\[2J\n {2}\{a="b"\}\n {3}\^$/,
    ],
    [{ status: 200, body: 'hello' }, 1, /^URL: the answer is not JSON: hello/],
    [{ status: 200, body: '{"data":{"resultType":"streams","result":[{"values":[[1,2]]}]}}' }, 1, /entry that is none/],
    [{ status: 200, body: '{"data":{}}' }, 1, /none of Loki's: resultType is missing/],
    [undefined, 1, /gave no answer within 0\.2 s\. Ask for a shorter time/, ['--timeout', '200ms']],
  ]
  for (const [reply, code, expected, more = []] of cases) {
    const got = await ask(['{a="b"}', ...more], { LOKI_URL: 'URL' }, () => reply)
    assert.match(got.out, expected)
    assert.equal(got.code, code, got.out)
  }
  const refused = await ask(['{a="b"}', '--addr', 'http://127.0.0.1:1'], {}, () => undefined)
  assert.match(refused.out, /^cannot ask http:\/\/127\.0\.0\.1:1\/\S+: 127\.0\.0\.1:1: nothing listens there\. Is Loki/)
  assert.equal(refused.code, 1)
})

test('names from an answer are data: __proto__ is a label like any other', async () => {
  const stream = '{"__proto__":"x","constructor":"y"}'
  const body = `{"data":{"resultType":"streams","result":[{"stream":${stream},"values":[["1","line"]]}]}}`
  const got = await ask(['{a="b"}', '-o', 'jsonl'], { LOKI_URL: 'URL' }, () => ({ status: 200, body }))
  const labels = '{"__proto__":"x","constructor":"y"}'
  assert.equal(got.out, `{"timestamp":"1970-01-01T00:00:00.000000001Z","labels":${labels},"line":"line"}`)
})

test('nothing found: exit code 0, and what there is', async () => {
  const got = await ask(['{a="b"}'], { LOKI_URL: 'URL' }, ({ url }) => {
    if (url!.includes('/label/')) return { status: 200, body: '{"data":["shop","\\u001b[31mpay"]}' }
    return { status: 200, body: url!.includes('/labels') ? '{"data":["service","level"]}' : NOTHING }
  })
  assert.equal(got.code, 0)
  assert.match(
    got.out,
    /^! nothing found from 2026-11-21T11:00:00\.000Z to .* in URL\n! {3}labels there: service, level\n/,
  )
  assert.match(got.out, /service: shop, \\e\[31mpay/)
})
