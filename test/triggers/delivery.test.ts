import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Entry } from '../../shipper/triggers/roster.ts'
import { createLimit } from '../../shipper/triggers/send/limit.ts'
import { MAX_QUEUE, MAX_RETRY_AFTER_MS, startRunner, waitMs } from '../../shipper/triggers/send/runner.ts'
import { event, receiver, settings, status, until, value, world } from './world.ts'

const URL_OF_HOOK = 'http://hooks.example/in/abc'

test('an event that the filter wants is sent to the webhook as generic JSON', async (t) => {
  const to = await receiver(t)
  const { triggers, feed, dialled } = world(t, to.port)
  const filter = { severities: ['error'] }
  const made = value(triggers.create({ name: 'Ops', url: URL_OF_HOOK, filter }))
  feed.append(event(1, { severity: 'warn' }))
  feed.append(event(2))
  await until(() => triggers.stats()[made.id]!.delivered === 1)
  const [request] = to.requests
  assert.deepEqual(JSON.parse(request!.body), {
    version: 1,
    trigger: { id: made.id, name: 'Ops' },
    event: {
      seq: 2,
      time: '2023-11-14T22:13:22.000000000Z',
      source: 'logscan',
      event: 'rule_hit',
      severity: 'error',
      message: 'payment 2 failed',
      metadata: { workload: 'shop', container: 'shop-1', rule_id: 'rule_1', rule_name: 'Payments' },
    },
  })
  assert.equal(`${request!.method} ${request!.url}`, 'POST /in/abc')
  assert.equal(request!.headers.host, 'hooks.example')
  assert.equal(request!.headers['content-type'], 'application/json')
  assert.equal(request!.headers['x-longship-delivery'], `${made.id}-2`)
  assert.equal(request!.headers['x-longship-signature'], undefined)
  assert.deepEqual(dialled, ['93.184.216.34:80'])
  assert.deepEqual(
    { ...triggers.stats()[made.id], last_delivered_at: '' },
    {
      matched: 1,
      delivered: 1,
      failed: 0,
      retried: 0,
      dropped: 0,
      queued: 0,
      last_delivered_at: '',
    },
  )
})

test('the signature is HMAC-SHA256 of time and body, anew for each attempt, and the documented snippet takes it', async (t) => {
  const to = await receiver(t)
  to.answers = [status(500), status(200)]
  let now = 1_700_000_000_000
  const { triggers, feed } = world(t, to.port, { now: () => (now += 60_000) })
  const { id } = value(triggers.create({ name: 'x', url: URL_OF_HOOK, secret: 'shared secret' }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.delivered === 1)
  const signatures = to.requests.map(({ headers }) => String(headers['x-longship-signature']))
  assert.equal(new Set(signatures).size, 2)
  for (const [index, signature] of signatures.entries()) {
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
    const { body } = to.requests[index]!
    assert.equal(hex, createHmac('sha256', 'shared secret').update(`${seconds}.${body}`).digest('hex'))
  }
  const snippet = /```js\n(\/\/ verify[\s\S]*?)```/.exec(readFileSync('docs/triggers.md', 'utf8'))![1]!
  const { isFromLongship } = await import(`data:text/javascript,${encodeURIComponent(snippet)}`)
  const [{ body }, signature] = [to.requests[1]!, signatures[1]!]
  const at = Number(/t=(\d+)/.exec(signature)![1]) * 1000
  assert.equal(isFromLongship('shared secret', signature, body, at), true)
  assert.equal(isFromLongship('shared secret', signature, body, at + 301_000), false, 'too old')
  assert.equal(isFromLongship('other secret', signature, body, at), false)
  assert.equal(isFromLongship('shared secret', signature, `${body} `, at), false)
  assert.equal(
    isFromLongship(
      'shared secret',
      signature.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      body,
      at,
    ),
    false,
  )
  assert.equal(isFromLongship('shared secret', 'rubbish', body, at), false)
})

test('what may pass is tried again with growing waits, then it is a dead letter', async (t) => {
  for (const code of [408, 425, 429, 500, 502, 503, 504]) {
    const to = await receiver(t)
    to.answers = [status(code)]
    const { triggers, feed, waits } = world(t, to.port, { configured: [settings({ url: URL_OF_HOOK, retries: 3 })] })
    waits.length = 0
    feed.append(event(1))
    await until(() => triggers.stats()['x']!.failed === 1)
    assert.equal(to.requests.length, 4, String(code))
    // random() is 0.5: three quarters of 1, 2 and 4 seconds. The 1000 are the cursors'.
    assert.deepEqual(
      waits.filter((ms) => ms !== 1000),
      [750, 1500, 3000],
    )
    assert.deepEqual(
      triggers.deadLetters().map(({ trigger, attempts, error, event: { seq } }) => ({ trigger, attempts, error, seq })),
      [{ trigger: 'x', attempts: 4, error: `http://hooks.example answered ${code}`, seq: 1 }],
    )
  }
})

test('other refusals are not tried again', async (t) => {
  for (const code of [400, 401, 403, 404, 405, 410, 413, 422, 300, 304]) {
    const to = await receiver(t)
    to.answers = [status(code)]
    const { triggers, feed } = world(t, to.port, { configured: [settings({ url: URL_OF_HOOK })] })
    feed.append(event(1))
    await until(() => triggers.stats()['x']!.failed === 1)
    assert.equal(to.requests.length, 1, String(code))
    assert.equal(triggers.deadLetters()[0]!.attempts, 1)
  }
})

test('waits double up to a bound, at least half of each, and Retry-After is honoured up to a bound', () => {
  for (const random of [() => 0, () => 0.999_999]) {
    for (let attempts = 1; attempts <= 10; attempts++) {
      const bound = Math.min(60_000, 1000 * 2 ** (attempts - 1))
      const ms = waitMs({}, attempts, random)
      assert.ok(ms >= bound / 2 && ms <= bound, `${attempts}: ${ms}`)
    }
  }
  assert.equal(
    waitMs({ afterMs: 20_000 }, 1, () => 0),
    20_000,
  )
  assert.equal(
    waitMs({ afterMs: 10 ** 12 }, 1, () => 0),
    MAX_RETRY_AFTER_MS,
  )
  assert.equal(
    waitMs({ afterMs: 1 }, 3, () => 0),
    2000,
  )
})

test('Retry-After is read as seconds, as a date, and from bodies of services that say it there', async (t) => {
  const now = Date.parse('2026-11-21T20:00:00Z')
  const cases = [
    { headers: { 'Retry-After': '17' }, ms: 17_000 },
    { headers: { 'Retry-After': 'Sat, 21 Nov 2026 20:00:30 GMT' }, ms: 30_000 },
    { headers: { 'Retry-After': 'Sat, 21 Nov 2026 19:00:30 GMT' }, ms: 750 },
    { headers: { 'Retry-After': 'soon' }, ms: 750 },
    { headers: { 'Retry-After': '999999999' }, ms: 300_000 },
    { kind: 'telegram', body: '{"ok":false,"error_code":429,"parameters":{"retry_after":9}}', ms: 9000 },
    { kind: 'discord', body: '{"message":"You are being rate limited.","retry_after":3.5,"global":false}', ms: 3500 },
    { kind: 'discord', body: '{"retry_after":"never"}', ms: 750 },
    { kind: 'discord', body: '[1', ms: 750 },
  ] as const
  for (const { ms, ...each } of cases) {
    const to = await receiver(t)
    to.answers = [status(429, 'body' in each ? each.body : '', 'headers' in each ? each.headers : {}), status(200)]
    const kind = 'kind' in each ? each.kind : 'webhook'
    const own =
      kind === 'telegram'
        ? { token: '123:abcdefghijklmnop', to: '5', url: 'http://hooks.example' }
        : { url: URL_OF_HOOK }
    const { triggers, feed, waits } = world(t, to.port, { now: () => now, configured: [settings({ kind, ...own })] })
    feed.append(event(1))
    await until(() => triggers.stats()['x']!.delivered === 1)
    assert.deepEqual(
      waits.filter((wait) => wait !== 1000),
      [ms],
      JSON.stringify(each),
    )
  }
})

test('an attempt ends with its timeout, whatever the receiver does', async (t) => {
  const stuck = [
    () => {},
    (response: import('node:http').ServerResponse) => void response.socket!.write('HTTP/1.1 200 OK\r\nX: '),
  ]
  for (const answer of stuck) {
    const to = await receiver(t)
    to.answers = [answer]
    const { triggers, feed } = world(t, to.port, {
      configured: [settings({ url: URL_OF_HOOK, retries: 0, timeout: '100ms' })],
    })
    feed.append(event(1))
    await until(() => triggers.stats()['x']!.failed === 1)
    assert.equal(triggers.stats()['x']!.last_error, 'http://hooks.example: no answer in time')
  }
})

test('what was taken is not told again because the rest of the answer hangs or breaks off', async (t) => {
  type Response = import('node:http').ServerResponse
  const ends: readonly ((response: Response) => void)[] = [
    () => {},
    (response) => void response.socket!.end(),
    (response) => void response.socket!.resetAndDestroy(),
  ]
  for (const [code, counts] of [
    [200, { delivered: 1, failed: 0, retried: 0 }],
    [410, { delivered: 0, failed: 1, retried: 0 }],
    [503, { delivered: 0, failed: 1, retried: 1 }],
  ] as const) {
    for (const end of ends) {
      const to = await receiver(t)
      to.answers = [(response) => response.writeHead(code, { 'Content-Length': 10 }).write('x', () => end(response))]
      const { triggers, feed } = world(t, to.port, {
        configured: [settings({ url: URL_OF_HOOK, retries: 1, timeout: '300ms' })],
      })
      feed.append(event(1))
      await until(() => triggers.stats()['x']!.queued === 0 && triggers.stats()['x']!.matched === 1)
      const { delivered, failed, retried, last_error } = triggers.stats()['x']!
      assert.deepEqual({ delivered, failed, retried }, counts, `${code} ${end}`)
      if (failed === 1) assert.match(last_error!, new RegExp(`answered ${code}`))
    }
  }
})

test('an answer is read to a bound: one without end neither fills memory nor holds the queue', async (t) => {
  const to = await receiver(t)
  let written = 0
  to.answers = [
    (response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && written < 512 * 1024 * 1024) {
          written += 64 * 1024
          if (!response.write(Buffer.alloc(64 * 1024, 'x'))) return void response.once('drain', more)
        }
      }
      more()
    },
  ]
  const { triggers, feed } = world(t, to.port, { configured: [settings({ url: URL_OF_HOOK })] })
  feed.append(event(1))
  await until(() => triggers.stats()['x']!.delivered === 1)
  assert.ok(written < 32 * 1024 * 1024, String(written))
})

test('rubbish, an early end and a reset are failures that may pass', async (t) => {
  const broken = [
    (response: import('node:http').ServerResponse) => void response.socket!.end('what?\r\n\r\n'),
    (response: import('node:http').ServerResponse) => void response.socket!.destroy(),
    (response: import('node:http').ServerResponse) => void response.socket!.resetAndDestroy(),
    (response: import('node:http').ServerResponse) =>
      void response.socket!.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    (response: import('node:http').ServerResponse) =>
      void response.socket!.end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`),
  ]
  for (const [index, answer] of broken.entries()) {
    const to = await receiver(t)
    to.answers = [answer]
    const { triggers, feed } = world(t, to.port, { configured: [settings({ url: URL_OF_HOOK, retries: 1 })] })
    feed.append(event(1))
    await until(() => triggers.stats()['x']!.failed === 1)
    assert.equal(to.requests.length, 2, String(index))
    assert.match(triggers.stats()['x']!.last_error!, /^http:\/\/hooks\.example: the connection /, String(index))
  }
})

test('one at a time for each trigger, in order, and eight at once to one server', async (t) => {
  const to = await receiver(t)
  let [now, most] = [0, 0]
  const open: (() => void)[] = []
  to.answers = [
    (response) => {
      most = Math.max(most, ++now)
      open.push(() => {
        now--
        response.end('ok')
      })
    },
  ]
  const names = Array.from({ length: 12 }, (_, index) => `t${index}`)
  const { triggers, feed } = world(t, to.port, {
    configured: names.map((name) => settings({ name, url: `http://a.example/${name}` })),
  })
  for (let seq = 1; seq <= 3; seq++) feed.append(event(seq))
  await to.came(8)
  for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(to.requests.length, 8)
  while (names.some((name) => triggers.stats()[name]!.delivered < 3)) {
    open.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(most, 8)
  for (const name of names) {
    const mine = to.requests.filter(({ url }) => url === `/${name}`).map(({ body }) => JSON.parse(body).event.seq)
    assert.deepEqual(mine, [1, 2, 3])
  }
})

test('an event that comes in the very turn in which the queue became empty is sent as well', async () => {
  const told: number[] = []
  let turns = 0
  const attempt = async (_: unknown, { seq }: { seq: number }) => {
    told.push(seq)
    return { kind: 'delivered' } as const
  }
  const entry = {
    id: 'x',
    checked: { settings: settings(), target: { origin: 'http://a.example' }, matches: () => true },
  } as unknown as Entry
  const runner = startRunner(entry, 0, {
    attempt,
    limit: (_, work) => work(),
    now: Date.now,
    sleep: async () => {},
    random: () => 0,
    onDead: () => {},
    // Some microtasks after each delivery, one more each time.
    onMoved() {
      const { length } = told
      if (length === 0 || length !== turns + 1 || length >= 30) return
      turns = length
      let wait = Promise.resolve()
      for (let i = 0; i < length; i++) wait = wait.then(() => {})
      void wait.then(() => runner.offer(event(length + 1)))
    },
  })
  runner.offer(event(1))
  await until(() => told.length === 30)
  await runner.stop()
})

test('a server that hangs keeps the others’ events waiting no longer than it takes to send them', async (t) => {
  const to = await receiver(t)
  to.answers = [(response, { url }) => void (url.startsWith('/hang') ? 0 : response.end('ok'))]
  const hung = Array.from({ length: 190 }, (_, i) => settings({ name: `h${i}`, url: `http://a.example/hang/${i}` }))
  const well = settings({ name: 'well', url: 'http://b.example/in' })
  const { triggers, feed } = world(t, to.port, { configured: [...hung, well] })
  for (let seq = 1; seq <= 3; seq++) feed.append(event(seq))
  await until(() => triggers.stats()['well']!.delivered === 3)
  assert.equal(triggers.stats()['h0']!.delivered, 0)
  assert.equal(to.requests.filter(({ url }) => url.startsWith('/hang')).length, 8)
})

test('at most so many attempts are under way over all, and who waits gets the next place', async () => {
  const limit = createLimit(3, 2)
  const open = new Map<string, () => void>()
  const started: string[] = []
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'a4'].map((name) =>
    limit(name[0]!, () => {
      started.push(name)
      return new Promise<void>((resolve) => open.set(name, resolve))
    }),
  )
  const end = async (name: string) => {
    open.get(name)!()
    await new Promise((resolve) => setImmediate(resolve))
    return started.join(' ')
  }
  assert.equal(started.join(' '), 'a1 a2 b1')
  assert.equal(await end('b1'), 'a1 a2 b1 b2')
  assert.equal(await end('a1'), 'a1 a2 b1 b2 a3')
  assert.equal(await end('b2'), 'a1 a2 b1 b2 a3 c1')
  for (const name of ['a2', 'a3', 'c1', 'a4']) await end(name)
  await Promise.all(all)
  assert.equal(started.length, 7)
})

test('a full queue drops the oldest that waits, and counts it', async (t) => {
  const to = await receiver(t)
  let let1 = () => {}
  to.answers = [(response) => void (let1 = () => response.end()), status(200)]
  const { triggers, feed } = world(t, to.port, { configured: [settings({ url: URL_OF_HOOK })] })
  feed.append(event(1))
  await to.came(1)
  for (let seq = 2; seq <= MAX_QUEUE + 11; seq++) feed.append(event(seq))
  assert.deepEqual(
    { ...triggers.stats()['x'] },
    { matched: MAX_QUEUE + 11, delivered: 0, failed: 0, retried: 0, dropped: 10, queued: MAX_QUEUE + 1 },
  )
  let1()
  await until(() => triggers.stats()['x']!.delivered === MAX_QUEUE + 1)
  const told = to.requests.map(({ body }) => JSON.parse(body).event.seq)
  assert.deepEqual([told[0], told[1], told.at(-1)], [1, 12, MAX_QUEUE + 11])
})

test('a trigger that is switched off sends nothing and forgets what waits; switched on it goes on with what comes', async (t) => {
  const to = await receiver(t)
  const { triggers, feed } = world(t, to.port)
  const { id } = value(triggers.create({ name: 'x', url: 'http://a.example/', enabled: false }))
  feed.append(event(1))
  value(triggers.patch(id, { enabled: true }))
  feed.append(event(2))
  await until(() => triggers.stats()[id]!.delivered === 1)
  value(triggers.patch(id, { enabled: null }))
  assert.equal(triggers.get(id)!.enabled, true)
  assert.deepEqual(
    to.requests.map(({ body }) => JSON.parse(body).event.seq),
    [2],
  )
})

test('new settings end a wait: what waits is sent with them', async (t) => {
  const to = await receiver(t)
  to.answers = [status(500), status(200)]
  const asleep: AbortSignal[] = []
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (ms !== 1000) asleep.push(signal)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  const { triggers, feed } = world(t, to.port, { sleep })
  const { id } = value(triggers.create({ name: 'x', url: 'http://a.example/' }))
  feed.append(event(1))
  await until(() => asleep.length === 1)
  value(triggers.patch(id, { url: 'http://b.example/' }))
  await until(() => triggers.stats()[id]!.delivered === 1)
  assert.deepEqual(
    to.requests.map(({ headers }) => headers.host),
    ['a.example', 'b.example'],
  )
})

test('removing a trigger ends its deliveries', async (t) => {
  const to = await receiver(t)
  to.answers = [() => {}]
  const { triggers, feed } = world(t, to.port)
  const { id } = value(triggers.create({ name: 'x', url: 'http://a.example/' }))
  feed.append(event(1))
  await to.came(1)
  assert.deepEqual(value(triggers.remove(id)), { deleted: [id] })
  assert.deepEqual([triggers.list(), triggers.stats(), triggers.get(id)], [[], {}, undefined])
  feed.append(event(2))
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(to.requests.length, 1)
  assert.deepEqual(triggers.deadLetters(), [])
})

test('a test sends the real payload of a made-up event once, also of a trigger that is off, and shows it', async (t) => {
  const to = await receiver(t)
  to.answers = [status(202, 'thanks'), status(500)]
  const { triggers } = world(t, to.port)
  const draft = {
    name: 'x',
    url: URL_OF_HOOK,
    secret: 'shared secret',
    token: 'tok-en',
    headers: { 'X-Key': 'k-e-y' },
    enabled: false,
  }
  const { id } = value(triggers.create(draft))
  const good = value(await triggers.test(id))
  const sent = to.requests[0]!
  assert.deepEqual(
    { ...good, duration_ms: 0, request: { ...good.request, body: '' } },
    {
      delivered: true,
      status: 202,
      duration_ms: 0,
      request: {
        method: 'POST',
        url: 'http://hooks.example/********',
        headers: {
          'User-Agent': good.request.headers['User-Agent'],
          'Content-Type': 'application/json',
          'X-Longship-Delivery': `${id}-0`,
          Authorization: 'Bearer ********',
          'X-Longship-Signature': 't=…,v1=********',
          'X-Key': '********',
        },
        body: '',
      },
    },
  )
  assert.equal(sent.url, '/in/abc')
  assert.equal(sent.headers.authorization, 'Bearer tok-en')
  assert.equal(sent.headers['x-key'], 'k-e-y')
  assert.equal(JSON.parse(good.request.body).event.seq, 0)
  assert.equal(JSON.parse(sent.body).trigger.name, 'x')
  const bad = value(await triggers.test(id))
  assert.deepEqual(
    { delivered: bad.delivered, status: bad.status, error: bad.error },
    { delivered: false, status: 500, error: 'http://hooks.example answered 500' },
  )
  assert.equal(to.requests.length, 2)
  assert.deepEqual(triggers.deadLetters(), [])
  assert.equal((await triggers.test('nobody')).ok, false)
})
