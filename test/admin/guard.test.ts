/** Who may ask, and how often. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FAILURES_PER_MINUTE } from '../../shipper/admin/guard.ts'
import { createRate, MAX_ADDRESSES, networkOf } from '../../shipper/admin/rate.ts'
import { raw, TOKEN, withSite } from './site.ts'

const RULES = '/api/v1/rules'

test('the token is asked for before anything else is said: also for paths and methods that are not there', () =>
  withSite({}, async ({ ask }) => {
    for (const [method, path] of [
      ['GET', RULES],
      ['POST', RULES],
      ['PUT', RULES],
      ['OPTIONS', RULES],
      ['GET', '/api/v1/none'],
      ['GET', '/api/v1'],
      ['GET', '/loki/api/v1/patterns'],
    ] as const) {
      const { status, headers, json } = await ask(method, path, undefined, { authorization: '' })
      assert.equal(status, 401, `${method} ${path}`)
      assert.equal(headers.get('www-authenticate'), 'Bearer realm="longship"')
      assert.equal(json.type, 'urn:longship:problem:unauthorized')
    }
    assert.equal((await ask('GET', '/api/v1/health', undefined, { authorization: '' })).text, '{"status":"ok"}')
  }))

test('tokens that are nearly right are wrong', () =>
  withSite({ limits: { requests_per_minute: 1e6 } }, async ({ ask, clock }) => {
    const wrong = [
      '',
      'x',
      TOKEN.slice(0, -1),
      `${TOKEN}x`,
      TOKEN.toUpperCase(),
      `${TOKEN},${TOKEN}`,
      `${TOKEN} ${TOKEN}`,
    ]
    for (const authorization of [
      ...wrong.map((token) => `Bearer ${token}`),
      TOKEN,
      `Basic ${Buffer.from(`a:${TOKEN}`).toString('base64')}`,
      `Token ${TOKEN}`,
    ]) {
      clock.ms += 60_000
      const { status, headers } = await ask('GET', RULES, undefined, { authorization })
      assert.equal(status, 401, authorization)
      assert.match(headers.get('www-authenticate')!, /error="invalid_token"/)
    }
    assert.equal((await ask('GET', RULES, undefined, { authorization: `bearer  ${TOKEN}` })).status, 200)
  }))

test('a token in the query, a cookie or another header is none', () =>
  withSite({}, async ({ ask }) => {
    for (const [query, headers] of [
      [`?token=${TOKEN}`, {}],
      [`?access_token=${TOKEN}`, {}],
      ['', { cookie: `token=${TOKEN}` }],
      ['', { 'x-api-key': TOKEN }],
      ['', { 'proxy-authorization': `Bearer ${TOKEN}` }],
    ] as const) {
      const { status, text } = await ask('GET', RULES + query, undefined, { authorization: '', ...headers })
      assert.equal(status, 401)
      assert.ok(!text.includes(TOKEN))
    }
  }))

test('the token is compared before the body is read, and the body is not', () =>
  withSite({}, async ({ port }) => {
    const head = `POST ${RULES} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`
    const answer = await raw(port, head)
    assert.match(answer, /^HTTP\/1\.1 401 /)
    assert.match(answer, /\r\nConnection: close\r\n/i)
  }))

test('wrong tokens are limited hard, and never keep the right one waiting', () =>
  withSite({ limits: { requests_per_minute: 100 } }, async ({ ask, clock, admin }) => {
    const guess = () => ask('GET', RULES, undefined, { authorization: 'Bearer guess' })
    for (let i = 0; i < FAILURES_PER_MINUTE; i++) assert.equal((await guess()).status, 401)
    for (let i = 0; i < 200; i++) {
      const { status, headers } = await guess()
      assert.equal(status, 429)
      assert.ok(Number(headers.get('retry-after')) >= 1)
    }
    assert.equal((await ask('GET', RULES)).status, 200)
    clock.ms += 60_000 / FAILURES_PER_MINUTE
    assert.equal((await guess()).status, 401)
    assert.equal((await guess()).status, 429)
    assert.deepEqual(admin.stats().refusals, { unauthorized: FAILURES_PER_MINUTE + 1, crowded: 201 })
  }))

test('requests of an address are limited: 429, and Retry-After says when to come again', () =>
  withSite({ limits: { requests_per_minute: 6 } }, async ({ ask, clock }) => {
    for (let i = 0; i < 6; i++) assert.equal((await ask('GET', RULES)).status, 200)
    const { status, headers } = await ask('GET', RULES)
    assert.equal(status, 429)
    assert.equal(headers.get('retry-after'), '10')
    clock.ms += 9_999
    assert.equal((await ask('GET', RULES)).status, 429)
    clock.ms += 1
    assert.equal((await ask('GET', RULES)).status, 200)
    assert.equal((await ask('GET', RULES)).status, 429)
  }))

test('pages of other sites are refused, whatever they bring; the page of this address is not', () =>
  withSite({}, async ({ ask, url, port }) => {
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign) {
      const { status, headers: answered } = await ask('GET', RULES, undefined, headers)
      assert.equal(status, 403, JSON.stringify(headers))
      assert.deepEqual(
        [...answered.keys()].filter((name) => name.startsWith('access-control')),
        [],
      )
    }
    const preflight = await ask('OPTIONS', RULES, undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      authorization: '',
    })
    assert.equal(preflight.status, 403)
    const own: Record<string, string>[] = [
      { origin: url },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ]
    for (const headers of own) {
      assert.equal((await ask('GET', RULES, undefined, headers)).status, 200, JSON.stringify(headers))
    }
  }))

test('a browser that came by a name of its own for this machine (DNS rebinding) is told nothing', () =>
  withSite({}, async ({ port }) => {
    const get = (host: string, more = '') =>
      raw(
        port,
        `GET /api/v1/openapi.json HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n${more}\r\n`,
      )
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '',
    ]) {
      assert.match(await get(host), /^HTTP\/1\.1 403 /, host)
    }
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.match(await get(host), /^HTTP\/1\.1 200 /, host)
    }
    // Behind a proxy on this machine that keeps the name: who has the token needs no rebinding.
    assert.match(await get('logs.example.com', `Authorization: Bearer ${TOKEN}\r\n`), /^HTTP\/1\.1 200 /)
  }))

test('headers that come twice are refused', () =>
  withSite({}, async ({ port }) => {
    for (const [name, value] of [
      ['Host', 'localhost'],
      ['Authorization', `Bearer ${TOKEN}`],
      ['authorization', 'Bearer other'],
      ['Origin', 'http://localhost'],
      ['Last-Event-ID', '5'],
    ]) {
      const lines = [
        'GET /api/v1/rules HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${TOKEN}`,
        'Connection: close',
        `${name}: ${value}`,
        ...(name === 'Origin' || name === 'Last-Event-ID' ? [`${name}: ${value}`] : []),
      ]
      assert.match(await raw(port, `${lines.join('\r\n')}\r\n\r\n`), /^HTTP\/1\.1 400 /, name)
    }
  }))

test('property: an address never gets more than its rate', () => {
  const steps = fc.array(fc.record({ address: fc.constantFrom('10.0.0.1', '10.0.0.2', '::1'), wait: fc.nat(20_000) }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), steps, (perMinute, asked) => {
      let now = 0
      const rate = createRate(perMinute, () => now)
      const granted = new Map<string, number[]>()
      for (const { address, wait } of asked) {
        now += wait
        const seconds = rate.take(address)
        if (seconds === undefined) granted.set(address, [...(granted.get(address) ?? []), now])
        else assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60)
      }
      for (const times of granted.values()) {
        for (const [i, from] of times.entries()) {
          for (let j = i; j < times.length; j++) {
            assert.ok(j - i + 1 <= perMinute + ((times[j]! - from) * perMinute) / 60_000 + 1e-6)
          }
        }
      }
    }),
  )
})

test('who waited as long as he was told gets in; a clock that is set back harms nobody', () => {
  let now = 1_000_000
  const rate = createRate(7, () => now)
  while (rate.take('a') === undefined);
  now += rate.take('a')! * 1000
  assert.equal(rate.take('a'), undefined)
  now -= 500_000
  rate.take('a')
  now += 60_000
  assert.equal(rate.take('a'), undefined)
})

test('addresses are remembered within bounds, and one of them does not get more by having many', () => {
  const rate = createRate(1, () => 0)
  for (let i = 0; i < 3 * MAX_ADDRESSES; i++) rate.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  assert.equal(rate.size(), MAX_ADDRESSES)
  assert.equal(rate.take('2001:db8:1:2:3:4:5:6'), undefined)
  for (const same of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', '2001:db8:1:2::1%eth0'])
    assert.ok(rate.take(same)! > 0, same)
  assert.equal(rate.take('2001:db8:1:3::1'), undefined)
  assert.equal(networkOf('::ffff:10.1.2.3'), '10.1.2.3')
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf(''), '')
})
