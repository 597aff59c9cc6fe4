import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP } from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { addressFault, readAllowed } from '../../shipper/triggers/guard/address.ts'
import { HTTP_SCHEMES, readTarget } from '../../shipper/triggers/guard/target.ts'
import { dnsServer } from './dns.ts'
import { event, faults, feedOf, PUBLIC, receiver, settings, status, until, value, world } from './world.ts'

interface Row {
  readonly line: number
  readonly verdict: string
  readonly what: string
  readonly why: string
  readonly allow: readonly string[]
}

function readTable(): Row[] {
  let allow: readonly string[] = []
  return readFileSync('test/triggers/guard.txt', 'utf8')
    .split('\n')
    .flatMap((text, at) => {
      if (text.startsWith('= allow ')) allow = text.slice('= allow '.length).split(', ')
      if (!/^(?:sent|refused) \|/.test(text)) return []
      const [verdict, what, why] = text.split('|').map((cell) => cell.trim()) as [string, string, string]
      return [{ line: at + 1, verdict, what: what.startsWith('"') ? JSON.parse(what) : what, why, allow }]
    })
}

const table = readTable()

test('the table has at least 60 addresses and tricks that are refused', () => {
  assert.ok(table.filter(({ verdict }) => verdict === 'refused').length >= 60)
  assert.deepEqual(new Set(table.map(({ verdict }) => verdict)), new Set(['sent', 'refused']))
})

test('none of the table gets through: neither as url of a trigger, nor as an answer of DNS', async (t) => {
  for (const row of table)
    await t.test(`${row.line}: ${row.verdict} ${JSON.stringify(row.what)}`, (inner) => check(row, inner))
})

async function check(row: Row, t: TestContext): Promise<void> {
  const isAddress = isIP(row.what.replace(/%.*/, '')) !== 0
  const isUrl = !isAddress
  const { triggers, dialled, feed } = world(t, 1, {
    allowPrivate: row.allow,
    resolve: async () => [isAddress ? row.what : PUBLIC],
    connect(address, port) {
      dialled.push(`${address}:${port}`)
      return connectTcp(1, '127.0.0.1')
    },
  })
  const made = triggers.create({ name: 'x', url: isUrl ? row.what : 'http://harmless.example/', retries: 0 })
  if (row.verdict === 'refused' && isUrl) {
    assert.match(faults(made).join('\n'), new RegExp(`^url: url .*${row.why.replaceAll('/', '\\/')}`))
    assert.deepEqual(triggers.list(), [])
    return
  }
  const { id } = value(made)
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  const { last_error: error } = triggers.stats()[id]!
  if (row.verdict === 'refused') {
    assert.match(error ?? '', new RegExp(`leads to where nothing may be sent: .*${row.why}`))
    assert.deepEqual(dialled, [])
  } else {
    const address = /^at (\S+)$/.exec(row.why)?.[1] ?? row.what
    assert.deepEqual(
      dialled.map((each) => each.replace(/:\d+$/, '')),
      [address],
    )
  }
}

test('a refused address refuses the whole answer of DNS, wherever it stands in it', async (t) => {
  const inside = await receiver(t)
  for (const answer of [
    [PUBLIC, '127.0.0.1'],
    ['127.0.0.1', PUBLIC],
    ['2606:4700::1', PUBLIC, '::1'],
    [PUBLIC, '10.0.0.1', PUBLIC],
  ]) {
    const dns = await dnsServer(t, () => answer)
    const { triggers, dialled, feed } = world(t, inside.port, { resolve: dns.resolve })
    const { id } = value(triggers.create({ name: 'x', url: 'http://mixed.example/' }))
    feed.append(event(1))
    await until(() => triggers.stats()[id]!.failed === 1)
    assert.deepEqual(dialled, [])
  }
  assert.deepEqual(inside.requests, [])
})

test('DNS that changes its answer between queries changes nothing: the checked address is the one that is dialled', async (t) => {
  const inside = await receiver(t)
  const outside = await receiver(t)
  // Public at the first question of each family, loopback at all that follow.
  const dns = await dnsServer(t, (_, asked) => (asked <= 2 ? [PUBLIC] : ['127.0.0.1', '::1']))
  const dialled: string[] = []
  const connect = (address: string) => {
    dialled.push(address)
    return connectTcp(address === PUBLIC ? outside.port : inside.port, '127.0.0.1')
  }
  const { triggers, feed } = world(t, 0, { resolve: dns.resolve, connect })
  const { id } = value(triggers.create({ name: 'x', url: 'http://rebind.example/', retries: 3 }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.delivered === 1)
  // One look-up, one dial: no second question for whoever connects.
  assert.equal(dns.asked.length, 2)
  assert.deepEqual(dialled, [PUBLIC])
  feed.append(event(2))
  await until(() => triggers.stats()[id]!.failed === 1)
  assert.deepEqual(dialled, [PUBLIC])
  assert.equal(outside.requests.length, 1)
  assert.deepEqual(inside.requests, [])
})

test('an answer that changes between attempts is checked at each of them', async (t) => {
  const inside = await receiver(t)
  const outside = await receiver(t)
  outside.answers = [status(503)]
  const dns = await dnsServer(t, (_, asked) => (asked <= 4 ? [PUBLIC] : ['127.0.0.1']))
  const connect = (address: string) => connectTcp(address === PUBLIC ? outside.port : inside.port, '127.0.0.1')
  const { triggers, feed } = world(t, 0, { resolve: dns.resolve, connect })
  const { id } = value(triggers.create({ name: 'x', url: 'http://rebind.example/', retries: 5 }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  assert.equal(outside.requests.length, 2)
  assert.deepEqual(inside.requests, [])
  assert.match(triggers.stats()[id]!.last_error ?? '', /127\.0\.0\.1 is loopback/)
})

const REDIRECTS: readonly (readonly [string, RegExp])[] = [
  ['http://127.0.0.1:PORT/', /loopback/],
  ['http://localhost:PORT/', /this machine/],
  ['//127.0.0.1:PORT/', /loopback/],
  ['http://2130706433:PORT/', /loopback/],
  ['http://[::1]:PORT/', /loopback/],
  ['http://[::ffff:127.0.0.1]:PORT/', /loopback/],
  ['http://169.254.169.254/latest/', /metadata/],
  ['http://other.example/', /another server/],
  ['http://hooks.example:PORT/', /another server/],
  ['https://hooks.example:8443/', /another server/],
  ['http://user:pass@hooks.example/', /user or a password/],
  ['gopher://127.0.0.1:PORT/', /begin with/],
  ['file:///etc/passwd', /begin with/],
  ['http://[', /no valid address/],
]

test('redirects are checked again: none leads to a refused address or to another server', async (t) => {
  const inside = await receiver(t)
  for (const code of [301, 302, 303, 307, 308]) {
    for (const [location, why] of REDIRECTS) {
      const outside = await receiver(t)
      outside.answers = [status(code, '', { Location: location.replace('PORT', String(inside.port)) })]
      const connect = (address: string) => connectTcp(address === PUBLIC ? outside.port : inside.port, '127.0.0.1')
      const { triggers, feed } = world(t, 0, { connect, configured: [settings({ url: 'http://hooks.example/a' })] })
      feed.append(event(1))
      await until(() => triggers.stats()['x']!.failed === 1)
      assert.match(triggers.stats()['x']!.last_error ?? '', why, `${code} ${location}`)
      assert.equal(outside.requests.length, 1, `${code} ${location}`)
    }
  }
  assert.deepEqual(inside.requests, [])
})

test('a redirect on the same server keeps method, body and secrets, and its name is looked up and checked again', async (t) => {
  const inside = await receiver(t)
  const outside = await receiver(t)
  outside.answers = [status(307, '', { Location: '/b' }), status(308, '', { Location: 'c' })]
  const dns = await dnsServer(t, (_, asked) => (asked <= 4 ? [PUBLIC] : ['127.0.0.1']))
  const connect = (address: string) => connectTcp(address === PUBLIC ? outside.port : inside.port, '127.0.0.1')
  const { triggers, feed } = world(t, 0, { resolve: dns.resolve, connect })
  const { id } = value(triggers.create({ name: 'x', url: 'http://hooks.example/a', token: 'bearer-token' }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  assert.deepEqual(
    outside.requests.map(({ method, url }) => `${method} ${url}`),
    ['POST /a', 'POST /b'],
  )
  assert.equal(outside.requests[1]!.body, outside.requests[0]!.body)
  assert.equal(outside.requests[1]!.headers.authorization, 'Bearer bearer-token')
  assert.match(triggers.stats()[id]!.last_error ?? '', /127\.0\.0\.1 is loopback/)
  assert.deepEqual(inside.requests, [])
})

test('redirects are followed three times, and dropped when they would drop what is sent', async (t) => {
  const outside = await receiver(t)
  outside.answers = [status(307, '', { Location: '/again' })]
  const { triggers, feed } = world(t, outside.port)
  const { id } = value(triggers.create({ name: 'x', url: 'http://hooks.example/a' }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  assert.equal(outside.requests.length, 4)
  assert.match(triggers.stats()[id]!.last_error ?? '', /redirects without end/)
  outside.answers = [status(302, '', { Location: '/elsewhere' })]
  feed.append(event(2))
  await until(() => triggers.stats()[id]!.failed === 2)
  assert.equal(outside.requests.length, 5)
  assert.match(triggers.stats()[id]!.last_error ?? '', /drops what was sent/)
})

test('proxies of the environment are not asked', async (t) => {
  const proxy = await receiver(t)
  const outside = await receiver(t)
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy', 'NODE_USE_ENV_PROXY']) {
    const before = process.env[name]
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`
    t.after(() => (before === undefined ? delete process.env[name] : (process.env[name] = before)))
  }
  const { triggers, feed } = world(t, outside.port)
  value(triggers.create({ name: 'x', url: 'http://hooks.example/' }))
  feed.append(event(1))
  await outside.came(1)
  assert.deepEqual(proxy.requests, [])
})

test('an address that answers nobody does not keep the next one from being tried', async (t) => {
  const outside = await receiver(t)
  const tried: string[] = []
  const connect = (address: string) => {
    tried.push(address)
    return connectTcp(address === PUBLIC ? outside.port : 1, '127.0.0.1')
  }
  const { triggers, feed } = world(t, 0, { resolve: async () => ['2606:4700::1', PUBLIC], connect })
  const { id } = value(triggers.create({ name: 'x', url: 'http://hooks.example/' }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.delivered === 1)
  assert.deepEqual(tried, ['2606:4700::1', PUBLIC])
})

test('a name that cannot be looked up is tried again, one that takes too long as well', async (t) => {
  const problems = [
    {
      resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
      error: /cannot be looked up \(ENOTFOUND\)/,
    },
    { resolve: () => new Promise<string[]>(() => {}), error: /cannot be looked up in time/ },
    { resolve: async () => [], error: /has no address/ },
  ]
  for (const { resolve, error } of problems) {
    const { triggers, feed } = world(t, 1, { resolve })
    const { id } = value(triggers.create({ name: 'x', url: 'http://hooks.example/', retries: 1, timeout: '100ms' }))
    feed.append(event(1))
    await until(() => triggers.stats()[id]!.failed === 1)
    assert.equal(triggers.stats()[id]!.retried, 1)
    assert.match(triggers.stats()[id]!.last_error ?? '', error)
  }
})

test('a name whose DNS hangs is asked about once at a time, and all who wait get its answer', async (t) => {
  const to = await receiver(t)
  const asked: ((addresses: string[]) => void)[] = []
  const names = ['a', 'b', 'c']
  const { triggers, feed } = world(t, to.port, {
    configured: names.map((name) =>
      settings({ name, url: `http://slow.example/${name}`, timeout: '200ms', retries: 10 }),
    ),
    resolve: () => new Promise<string[]>((resolve) => asked.push(resolve)),
  })
  feed.append(event(1))
  // Attempts that nobody waits for any more leave their question behind.
  await until(() => names.every((name) => triggers.stats()[name]!.retried >= 2))
  assert.equal(asked.length, 1)
  asked[0]!([PUBLIC])
  while (names.some((name) => triggers.stats()[name]!.delivered === 0)) {
    await new Promise((resolve) => setImmediate(resolve))
    asked.at(-1)!([PUBLIC])
  }
  feed.append(event(2))
  await until(() => asked.length >= 2)
  asked.at(-1)!(['127.0.0.1'])
  await until(() => names.some((name) => triggers.stats()[name]!.failed === 1))
  assert.equal(to.requests.length, 3, 'a question that was answered is asked anew')
})

test('TLS proves the name, at the address that was checked', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'test/triggers/tls-child.ts'])
  assert.deepEqual(JSON.parse(stdout), {
    trusted: { delivered: 1, servername: 'hooks.example', host: 'hooks.example' },
    otherName: 'https://other.example: the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)',
    untrusted: 'https://hooks.example: the connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
    smtps: { delivered: 1, auth: ['TLS AUTH PLAIN'] },
    starttls: { delivered: 1, auth: ['TLS AUTH PLAIN'] },
    otherMail: { delivered: 0, error: 'smtp://other.example: the connection failed (ESOCKET)', auth: [] },
  })
})

test('entries of allow_private that are no private network allow nothing, and are reported', async (t) => {
  const { problems } = world(t, 1, {
    allowPrivate: ['127.0.0.0/8', '0.0.0.0/0', 'ten', '10.0.0.0/40', '10.0.0.0/8', 'all'],
  })
  assert.deepEqual(
    problems.map((text) => /"([^"]*)" is no private network/.exec(text)?.[1]),
    ['127.0.0.0/8', '0.0.0.0/0', 'ten', '10.0.0.0/40'],
  )
})

test('whatever IPv4 address: all its forms in IPv6 are judged as it is, or refused', () => {
  const { allowed } = readAllowed([])
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      const isBad = addressFault(address, allowed) !== undefined
      for (const form of [`::ffff:${address}`, `::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`, `64:ff9b::${hex}`]) {
        assert.equal(addressFault(form, allowed) !== undefined, isBad, form)
      }
      for (const form of [`::${address}`, `2002:${hex}::1`, `2001:0:${hex}::1`, `64:ff9b:1::${hex}`, `fe80::${hex}`]) {
        assert.notEqual(addressFault(form, allowed), undefined, form)
      }
    }),
  )
})

test('whatever text: a url that is taken leads to no refused address and has no user', () => {
  const { allowed } = readAllowed([])
  const hosts = fc.constantFrom(
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    'localhost',
    '10.0.0.1',
    'hooks.example',
    '169.254.169.254',
    '0',
  )
  const parts = fc.array(
    fc.oneof(
      hosts,
      fc.constantFrom('http://', 'https://', '@', ':', '/', '\\', '#', '?', '%', '.', '%00', '[', ']', '80'),
      fc.string(),
    ),
  )
  fc.assert(
    fc.property(parts, (list) => {
      const read = readTarget(`http://${list.join('')}`, HTTP_SCHEMES, allowed)
      if (!read.ok) return
      // Read again by whoever connects: the same host.
      assert.equal(new URL(`http://${list.join('')}`).username, '')
      const { host } = read.target
      // No name that somebody could take for digits: those are names whose last part is a number.
      if (isIP(host) === 0)
        assert.match(host, /^(?!.*(?:^|\.)localhost$)(?!(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)$)[a-z0-9._-]+$/)
      else assert.equal(addressFault(host, allowed), undefined)
    }),
    { numRuns: 2000 },
  )
})

test('a mail server is guarded alike, whatever its port', async (t) => {
  const inside = await receiver(t)
  const { triggers, dialled, feed } = world(t, inside.port, { resolve: async () => ['127.0.0.1'], feed: feedOf() })
  const mail = { kind: 'email', from: 'a@b.example', to: 'c@d.example' }
  for (const url of [
    'smtp://127.0.0.1',
    'smtp://0x7f.1:25',
    'smtp://2130706433',
    'smtps://localhost',
    'smtp://[::1]:80',
    'smtp://127.1:443',
    'smtp://%31%32%37.1',
  ]) {
    assert.match(faults(triggers.create({ name: 'x', ...mail, url })).join(), /leads to where nothing may be sent/, url)
  }
  for (const url of ['http://mail.example', 'mail.example', 'lmtp://mail.example']) {
    assert.match(
      faults(triggers.create({ name: 'x', ...mail, url })).join(),
      /must begin with smtp:\/\/ or smtps:\/\//,
      url,
    )
  }
  const { id } = value(triggers.create({ name: 'x', ...mail, url: 'smtp://mail.example' }))
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  assert.deepEqual([dialled, inside.requests], [[], []])
})

test('ports of mail servers are those that were given', () => {
  const { allowed } = readAllowed([])
  const port = (url: string) => {
    const read = readTarget(url, ['smtp', 'smtps'], allowed)
    return read.ok ? read.target.port : read.fault
  }
  assert.deepEqual(
    ['smtp://m.example', 'smtps://m.example', 'smtp://m.example:80', 'smtp://m.example:443', 'smtp://m.example:25'].map(
      port,
    ),
    [587, 465, 80, 443, 25],
  )
})
