import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readBoards } from '../../dashboards/preview/server/boards.ts'
import { CONTENT_SECURITY_POLICY } from '../../dashboards/preview/server/headers.ts'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createProxy } from '../../dashboards/preview/server/proxy.ts'

const closing: (() => void)[] = []
after(() => {
  for (const close of closing) close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const page = await listen(
  createServer((incoming, response) => {
    if (!createPage({ dashboards: 'grafana/dashboards' })(incoming, response)) response.writeHead(404).end()
  }),
)

test('every view answers with the page, under the strict policy', async () => {
  for (const path of [
    '/',
    '/d/longship-overview',
    '/d/x/y?from=now-1h',
    '/explore?query=%7B%7D',
    '/trace',
    '/trace/a%2Fb',
  ]) {
    const response = await fetch(page + path)
    assert.equal(response.status, 200, path)
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(response.headers.get('content-security-policy'), CONTENT_SECURITY_POLICY)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  }
})

test('the policy lets nothing inline run, nothing from elsewhere load, and no text become HTML', () => {
  assert.doesNotMatch(CONTENT_SECURITY_POLICY, /unsafe|https?:|\*/)
  for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
    assert.ok(CONTENT_SECURITY_POLICY.includes(part), part)
  }
})

test('index.html names files with hashes, which may be kept for ever; the page itself is asked for again', async () => {
  const index = await fetch(page)
  const html = await index.text()
  assert.doesNotMatch(html, /<style|<script>|style=|onload|https?:/)
  const files = [...html.matchAll(/\/preview\/(page-[A-Z0-9]{8}\.(?:css|js))/g)].map(([, name]) => name!)
  assert.deepEqual(files.map((name) => name.replace(/.*\./, '')).sort(), ['css', 'js'])
  for (const name of files) {
    const response = await fetch(`${page}/preview/${name}`)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('cache-control')!, /immutable/)
  }
  const again = await fetch(page, { headers: { 'If-None-Match': index.headers.get('etag')! } })
  assert.equal(again.status, 304)
})

test('what is no view and no file is left to others, whatever the path holds', async () => {
  for (const path of [
    '/preview/../package.json',
    '/preview/%2e%2e/package.json',
    '/preview/api/dashboards/none',
    '/metrics',
    '/d',
  ]) {
    assert.equal((await fetch(page + path)).status, 404, path)
  }
  assert.equal((await fetch(page, { method: 'POST' })).status, 404)
})

test('a folder of strange dashboards: what is none is left out, and what is sent for others has its file as uid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-strange-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('shared.json', '{"title":"No uid","panels":[]}')
  write('good.json', '{"uid":"good","title":"Good","description":7,"tags":"x","panels":[null,{"type":5}]}')
  for (const [name, text] of [
    ['null.json', 'null'],
    ['list.json', '[1]'],
    ['half.json', '{"uid":"half","title":"x","panels":['],
    ['notext.json', '{"uid":"a","title":{"x":1},"panels":[]}'],
    ['surrogate.json', '{"uid":"\\ud800","title":"x","panels":[]}'],
    ['path.json', '{"uid":"../../etc","title":"x","panels":[]}'],
    ['number.json', '{"uid":7,"title":"x","panels":[]}'],
    ['huge.json', `{"uid":"huge","title":"${'x'.repeat(17 * 1024 * 1024)}","panels":[]}`],
  ] as const)
    write(name, text)
  mkdirSync(join(folder, 'folder.json'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.json')])
  assert.deepEqual(
    readBoards(folder).map(({ uid, title, description, tags }) => [uid, title, description, tags]),
    [
      ['good', 'Good', '', []],
      ['shared', 'No uid', '', []],
    ],
  )
})

test('dashboards are listed, the overview first, and each is there as it stands in its file', async () => {
  const list = (await (await fetch(`${page}/preview/api/dashboards`)).json()) as { uid: string; title: string }[]
  assert.ok(list.length >= 12)
  assert.equal(list[0]!.uid, 'longship-overview')
  for (const { uid, title } of list) {
    const board = (await (await fetch(`${page}/preview/api/dashboards/${uid}`)).json()) as { title: string }
    assert.equal(board.title, title)
  }
})

test('without a built page the answer says what to do', async () => {
  const url = await listen(
    createServer((incoming, response) => void createPage({ built: '/nowhere' })(incoming, response)),
  )
  const response = await fetch(url)
  assert.equal(response.status, 503)
  assert.match(await response.text(), /npm run build/)
})

/** A Loki that says what it was asked, and how. */
async function openProxy(
  answer?: (incoming: IncomingMessage, response: import('node:http').ServerResponse) => void,
  limits?: object,
) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const loki = await listen(
    createServer(async (incoming, response) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      seen.push({ method: incoming.method!, url: incoming.url!, headers: incoming.headers, body })
      if (answer !== undefined) answer(incoming, response)
      else
        response
          .setHeader('Content-Type', 'application/json')
          .setHeader('Set-Cookie', 'a=b')
          .end('{"status":"success"}')
    }),
  )
  const defaults = { questionBytes: 1000, answerBytes: 10_000, answerMs: 2000, questions: 2, tails: 1 }
  const proxy = createProxy(
    { base: new URL(`${loki}/prefix/`), headers: { Authorization: 'Bearer secret', 'X-Scope-OrgID': 'us' }, tls: {} },
    { ...defaults, ...limits },
  )
  const server = createServer((incoming, response) => {
    if (!proxy.answer(incoming, response)) response.writeHead(404).end()
  })
  server.on('upgrade', proxy.upgrade)
  closing.push(proxy.close)
  return { url: await listen(server), seen }
}

const RANGE = '/loki/api/v1/query_range'

test('questions go on with the credentials of the command, and without what the browser sent', async () => {
  const { url, seen } = await openProxy()
  const headers = { Cookie: 'private=1', Authorization: 'Basic forged', 'X-Scope-OrgID': 'them' }
  const response = await fetch(`${url}${RANGE}?query=%7Ba%3D%22b%22%7D`, { headers })
  assert.equal(await response.text(), '{"status":"success"}')
  assert.equal(response.headers.get('set-cookie'), null)
  assert.equal(seen[0]!.url, `/prefix${RANGE}?query=%7Ba%3D%22b%22%7D`)
  assert.equal(seen[0]!.headers.authorization, 'Bearer secret')
  assert.equal(seen[0]!.headers['x-scope-orgid'], 'us')
  assert.equal(seen[0]!.headers.cookie, undefined)
  await fetch(url + RANGE, { method: 'POST', body: new URLSearchParams({ query: '{a="b"}' }) })
  assert.equal(seen[1]!.body, 'query=%7Ba%3D%22b%22%7D')
})

test('nothing but questions goes through', async () => {
  const { url, seen } = await openProxy()
  const refused = [
    ['POST', '/loki/api/v1/push'],
    ['POST', '/loki/api/v1/delete'],
    ['GET', '/loki/api/v1/rules'],
    ['GET', '/config'],
    ['GET', '/ready'],
    ['GET', '/loki/api/v1/label/../../../config/values'],
    ['GET', '/loki/api/v1/label/../values'],
    ['GET', '/loki/api/v1/label/%2e%2e/values'],
    ['GET', '/loki/api/v1/query/../push'],
    ['DELETE', RANGE],
    ['PUT', RANGE],
  ] as const
  for (const [method, path] of refused) {
    const status = await rawStatus(url, method, path)
    assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`)
  }
  assert.deepEqual(seen, [])
})

test('other sites may not ask, not even under a name of their own for this machine', async () => {
  const { url, seen } = await openProxy()
  assert.equal((await fetch(url + RANGE, { headers: { Origin: 'https://evil.example' } })).status, 403)
  assert.equal(await rawStatus(url, 'GET', RANGE, { 'Sec-Fetch-Site': 'cross-site' }), 403)
  assert.equal(await rawStatus(url, 'GET', RANGE, { Host: 'rebound.example' }), 403)
  assert.deepEqual(seen, [])
})

test('questions, answers and time have bounds, and redirects are not followed', async () => {
  const long = await openProxy()
  assert.equal((await fetch(long.url + RANGE, { method: 'POST', body: 'q'.repeat(2000) })).status, 413)
  const large = await openProxy((_, response) => response.end('x'.repeat(1_000_000)))
  await assert.rejects(async () => (await fetch(large.url + RANGE)).text())
  const slow = await openProxy(() => {}, { answerMs: 100, questions: 1 })
  const waiting = fetch(slow.url + RANGE)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal((await fetch(slow.url + RANGE)).status, 429)
  assert.equal((await waiting).status, 504)
  const moved = await openProxy((_, response) => response.writeHead(302, { Location: 'https://evil.example/' }).end())
  const answer = await fetch(moved.url + RANGE, { redirect: 'manual' })
  assert.deepEqual([answer.status, answer.headers.get('location')], [502, null])
})

test('a Loki that answers HTML does not become a page, and one that is gone is said to be', async () => {
  const html = await openProxy((_, response) => response.setHeader('Content-Type', 'text/html').end('<script>'))
  assert.equal((await fetch(html.url + RANGE)).headers.get('content-type'), 'text/plain; charset=utf-8')
  const proxy = createProxy({ base: new URL('http://127.0.0.1:1/'), headers: {}, tls: {} })
  const url = await listen(createServer((incoming, response) => void proxy.answer(incoming, response)))
  const gone = await fetch(url + RANGE)
  assert.equal(gone.status, 502)
  assert.match(await gone.text(), /cannot ask 127\.0\.0\.1:1/)
})

test('the live tail goes through as a websocket, and no other upgrade does', async () => {
  const loki = createServer()
  loki.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello',
    )
  })
  const base = new URL(`${await listen(loki)}/`)
  const proxy = createProxy({ base, headers: {}, tls: {} })
  closing.push(proxy.close)
  const server = createServer()
  server.on('upgrade', proxy.upgrade)
  const url = await listen(server)
  assert.equal(await upgrade(url, '/loki/api/v1/tail?query=%7B%7D'), '101 hello')
  assert.equal(await upgrade(url, '/loki/api/v1/push'), '403')
  assert.equal(await upgrade(url, '/loki/api/v1/tail', { Origin: 'https://evil.example' }), '403')
})

/** As it is written: fetch would take the dots out of a path. */
function rawStatus(url: string, method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, method, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    asking.on('error', reject).end()
  })
}

function upgrade(url: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { hostname, port } = new URL(url)
  const own = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'a2V5a2V5a2V5a2V5a2V5a2U=',
    'Sec-WebSocket-Version': '13',
  }
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path, headers: { ...own, ...headers } })
    asking.on('response', (response) => {
      response.resume()
      resolve(String(response.statusCode))
    })
    asking.on('upgrade', (response, socket, head) => {
      const end = (text: string) => {
        socket.destroy()
        resolve(`${response.statusCode} ${text}`)
      }
      if (head.length > 0) end(String(head))
      else socket.once('data', (chunk) => end(String(chunk)))
    })
    asking.on('error', reject).end()
  })
}

test('with scan the page has the views of rules, triggers, events and patterns; without a Loki only those', async () => {
  const serve = (options: Parameters<typeof createPage>[0]) => {
    const answer = createPage({ dashboards: 'grafana/dashboards', ...options })
    return listen(
      createServer((incoming, response) => {
        if (!answer(incoming, response)) response.writeHead(404).end()
      }),
    )
  }
  const [plain, both, alone] = [page, await serve({ scan: true }), await serve({ scan: true, boards: false })]
  const about = async (url: string) => (await fetch(`${url}/preview/api/about`)).json()
  assert.deepEqual(await about(plain), { loki: null, boards: true, scan: false })
  assert.deepEqual(await about(both), { loki: null, boards: true, scan: true })
  assert.deepEqual(await about(alone), { loki: null, boards: false, scan: true })
  const statuses = async (path: string) =>
    Promise.all([plain, both, alone].map(async (url) => (await fetch(url + path)).status))
  for (const path of ['/rules', '/triggers', '/events?severity=error', '/patterns'])
    assert.deepEqual(await statuses(path), [404, 200, 200], path)
  for (const path of ['/explore', '/trace/1', '/d/longship-overview'])
    assert.deepEqual(await statuses(path), [200, 200, 404], path)
  assert.deepEqual(await statuses('/'), [200, 200, 200])
  assert.deepEqual(await (await fetch(`${alone}/preview/api/dashboards`)).json(), [])
})
