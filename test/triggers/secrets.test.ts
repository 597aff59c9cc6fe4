import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { hidden, patched, scrubbed, split } from '../../shipper/triggers/secrets.ts'
import { SECRET_PLACEHOLDER } from '../../shipper/triggers/trigger.ts'
import { event, faults, receiver, settings, status, until, value, world } from './world.ts'

const SECRETS = ['s3cret-hmac-key', 'tok3n-of-bearer', 'h3ader-value', 'path-0f-the-hook', 'query-valu3']
const DRAFT = {
  name: 'x',
  url: 'https://hooks.example/services/path-0f-the-hook?key=query-valu3',
  secret: 's3cret-hmac-key',
  token: 'tok3n-of-bearer',
  headers: { 'X-Key': 'h3ader-value' },
}

function holdsNone(text: string, of: readonly string[] = SECRETS): void {
  for (const secret of of) assert.ok(!text.includes(secret), `${secret} in ${text}`)
}

function filesOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

test('secrets are never returned by the API: create, get, list, patch, test, stats', async (t) => {
  const to = await receiver(t)
  // A receiver that says back what it was told.
  to.answers = [
    (response, { url, headers, body }) => void response.writeHead(500).end(JSON.stringify({ url, headers, body })),
  ]
  const { triggers, feed, problems, waits } = world(t, to.port)
  const made = triggers.create(DRAFT)
  const { id } = value(made)
  const shown = value(made)
  assert.deepEqual(
    { url: shown.url, secret: shown.secret, token: shown.token, headers: shown.headers },
    {
      url: `https://hooks.example/${SECRET_PLACEHOLDER}`,
      secret: SECRET_PLACEHOLDER,
      token: SECRET_PLACEHOLDER,
      headers: { 'X-Key': SECRET_PLACEHOLDER },
    },
  )
  feed.append(event(1))
  await until(() => triggers.stats()[id]!.failed === 1)
  const all = [
    made,
    triggers.get(id),
    triggers.list(),
    triggers.patch(id, { name: 'y' }),
    await triggers.test(id),
    triggers.stats(),
  ]
  holdsNone(JSON.stringify([...all, triggers.deadLetters(), problems, waits]))
})

test('each kind keeps its secrets to itself, in errors, dead letters and tests', async (t) => {
  const cases = [
    {
      kind: 'slack',
      url: 'http://hooks.example/services/T000/B000/XXXXsecretXXXX',
      secrets: ['XXXXsecretXXXX', 'T000'],
    },
    { kind: 'discord', url: 'http://hooks.example/api/webhooks/1/s3cr3t-of-discord', secrets: ['s3cr3t-of-discord'] },
    {
      kind: 'telegram',
      url: 'http://hooks.example',
      token: '123456:ABCsecretDEF-ghi',
      to: '-100',
      secrets: ['ABCsecretDEF'],
    },
    {
      kind: 'pagerduty',
      url: 'http://hooks.example',
      token: 'R0UTINGKEY0123456789abcdefabcdef',
      secrets: ['R0UTINGKEY'],
    },
    { kind: 'ntfy', url: 'http://hooks.example', token: 'tk_s3cr3ts3cr3t', to: 'topic', secrets: ['tk_s3cr3t'] },
    { kind: 'alertmanager', url: 'http://hooks.example', token: 'am-s3cr3t', secrets: ['am-s3cr3t'] },
  ]
  for (const { secrets, ...draft } of cases) {
    const to = await receiver(t)
    const echo = (said: string) => JSON.stringify({ message: said, description: said, error: said })
    to.answers = [
      (response, { url, headers, body }) =>
        void response.writeHead(400).end(echo(`${url} ${body} ${JSON.stringify(headers)}`)),
    ]
    const { triggers, feed, problems, folder } = world(t, to.port)
    const { id } = value(triggers.create({ name: 'x', retries: 0, ...draft }))
    feed.append(event(1))
    await until(() => triggers.stats()[id]!.failed === 1)
    assert.ok(JSON.stringify(to.requests).includes(secrets[0]!), 'it was sent')
    holdsNone(
      JSON.stringify([triggers.list(), await triggers.test(id), triggers.stats(), triggers.deadLetters(), problems]),
      secrets,
    )
    holdsNone(filesOf(folder), secrets)
  }
})

test('secrets are sealed at rest, for their owner only', async (t) => {
  const { triggers, stateFile, folder } = world(t, 1)
  value(triggers.create(DRAFT))
  const text = readFileSync(stateFile, 'utf8')
  holdsNone(filesOf(folder))
  assert.match(text, /"sealed": "v1\./)
  assert.equal(statSync(stateFile).mode & 0o777, 0o600)
  value(triggers.create({ ...DRAFT, name: 'again' }))
  const [one, two] = JSON.parse(readFileSync(stateFile, 'utf8')).triggers
  assert.notEqual(one.sealed, two.sealed, 'the same secrets, sealed anew')
})

test('after a restart with the same key everything is as it was', async (t) => {
  const to = await receiver(t)
  const first = world(t, to.port)
  const { id } = value(first.triggers.create({ ...DRAFT, url: 'http://hooks.example/path-0f-the-hook' }))
  const before = first.triggers.list()
  await first.triggers.close()
  const second = world(t, to.port, { folder: first.folder })
  assert.deepEqual(second.triggers.list(), before)
  value(await second.triggers.test(id))
  assert.equal(to.requests[0]!.headers['x-key'], 'h3ader-value')
  assert.equal(to.requests[0]!.url, '/path-0f-the-hook')
})

test('without the key triggers that have secrets cannot be stored, and the refusal says what to do', async (t) => {
  for (const secretKey of [undefined, '', 'too short']) {
    const { triggers, stateFile } = world(t, 1, { secretKey })
    assert.match(faults(triggers.create(DRAFT)).join(), /start Longship with LONGSHIP_SECRET_KEY/)
    const { id } = value(triggers.create({ name: 'open', url: 'http://a.example/' }))
    assert.match(faults(triggers.patch(id, { secret: 's3cret-hmac-key' })).join(), /LONGSHIP_SECRET_KEY/)
    holdsNone(readFileSync(stateFile, 'utf8'))
    assert.deepEqual(
      triggers.list().map(({ name }) => name),
      ['open'],
    )
  }
})

test('with another key they are listed, unusable, never overwritten, and whole when the key is back', async (t) => {
  const to = await receiver(t)
  const first = world(t, to.port)
  const { id } = value(first.triggers.create({ ...DRAFT, url: 'http://hooks.example/a-secret-path' }))
  await first.triggers.close()
  const sealed = JSON.parse(readFileSync(first.stateFile, 'utf8')).triggers[0]
  for (const secretKey of [undefined, 'another key that is long enough']) {
    const other = world(t, to.port, { folder: first.folder, secretKey })
    const shown = other.triggers.get(id)!
    assert.match(shown.error ?? '', /LONGSHIP_SECRET_KEY/)
    assert.equal(shown.name, 'x')
    assert.match(other.problems.join(), /LONGSHIP_SECRET_KEY/)
    other.feed.append(event(1))
    assert.equal((await other.triggers.test(id)).ok, false)
    assert.match(faults(other.triggers.patch(id, { name: 'y' })).join(), /LONGSHIP_SECRET_KEY/)
    const beside = value(other.triggers.create({ name: 'beside', url: 'http://a.example/' }))
    assert.deepEqual(
      JSON.parse(readFileSync(first.stateFile, 'utf8')).triggers.find((each: { id: string }) => each.id === id),
      sealed,
    )
    value(other.triggers.remove(beside.id))
    await other.triggers.close()
  }
  assert.deepEqual(
    to.requests.filter(({ url }) => url !== '/'),
    [],
  )
  const again = world(t, to.port, { folder: first.folder })
  assert.equal(again.triggers.get(id)!.error, undefined)
  assert.equal(value(await again.triggers.test(id)).delivered, true)
})

test('sealed secrets cannot be moved to another trigger or address in the file', async (t) => {
  const moves: ((list: { id: string; open: { kind: string; url?: string }; sealed: string }[]) => void)[] = [
    (list) => ([list[0]!.sealed, list[1]!.sealed] = [list[1]!.sealed, list[0]!.sealed]),
    (list) => (list[1]!.open.url = 'http://attacker.example'),
    (list) => (list[0]!.open.kind = 'slack'),
    (list) => (list[0]!.sealed = list[0]!.sealed.replace(/.$/, (char) => (char === 'A' ? 'Q' : 'A'))),
    (list) => (list[0]!.sealed = 'v1.'),
  ]
  for (const move of moves) {
    const first = world(t, 1)
    value(first.triggers.create(DRAFT))
    value(first.triggers.create({ name: 'am', kind: 'alertmanager', url: 'http://am.example', token: 'am-token' }))
    await first.triggers.close()
    const state = JSON.parse(readFileSync(first.stateFile, 'utf8'))
    move(state.triggers)
    writeFileSync(first.stateFile, JSON.stringify(state))
    const second = world(t, 1, { folder: first.folder })
    assert.ok(
      second.triggers.list().some(({ error }) => error?.includes('LONGSHIP_SECRET_KEY')),
      String(move),
    )
    assert.equal(second.dialled.length, 0)
  }
})

test('a kind that only a newer Longship knows is listed with what is wrong, kept, and stops nobody', async (t) => {
  const to = await receiver(t)
  const first = world(t, to.port)
  value(first.triggers.create({ name: 'old', url: 'https://hooks.example/in' }))
  await first.triggers.close()
  const file = JSON.parse(readFileSync(first.stateFile, 'utf8')) as { triggers: Record<string, object>[] }
  for (const kind of ['pager-of-2030', '__proto__', 7]) {
    const open = { ...file.triggers[0]!['open'], kind, url: 'https://new.example/path-0f-the-hook' }
    const newer = { id: 'trigger_0123456789ab', since: 0, open }
    writeFileSync(first.stateFile, JSON.stringify({ ...file, triggers: [...file.triggers, newer] }))
    const second = world(t, to.port, { folder: first.folder })
    assert.equal(second.triggers.list().length, 2)
    const shown = second.triggers.get('trigger_0123456789ab')!
    assert.match(shown.error ?? '', /kind must/)
    holdsNone(JSON.stringify([shown, await second.triggers.test(shown.id), second.problems]))
    value(second.triggers.create({ name: 'one more', url: 'https://hooks.example/' }))
    await second.triggers.close()
    assert.ok(readFileSync(second.stateFile, 'utf8').includes('https://new.example/path-0f-the-hook'), 'it is kept')
  }
})

test('a corrupt state file is set aside and reported', async (t) => {
  for (const text of [
    '{"version":1,',
    'null',
    '{"version":2,"salt":"","triggers":[]}',
    '{"version":1,"salt":"AAAA","triggers":[]}',
    '{"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","triggers":[{"id":1}]}',
  ]) {
    const first = world(t, 1)
    await first.triggers.close()
    writeFileSync(first.stateFile, text)
    const { triggers, problems, folder } = world(t, 1, { folder: first.folder })
    const aside = readdirSync(folder).find((name) => name.startsWith('triggers.json.broken-'))
    assert.equal(readFileSync(join(folder, aside!), 'utf8'), text)
    assert.match(problems.join(), /triggers\.json: .*set aside as/)
    value(triggers.create({ name: 'x', url: 'http://a.example/' }))
  }
})

test('a disk that takes nothing refuses changes, and everything stays as it was', async (t) => {
  const { triggers, folder, stateFile } = world(t, 1)
  const { id } = value(triggers.create({ name: 'x', url: 'http://a.example/' }))
  const before = triggers.list()
  const { mkdirSync, rmSync } = await import('node:fs')
  rmSync(stateFile)
  mkdirSync(join(stateFile, 'in the way'), { recursive: true })
  for (const answer of [
    triggers.create({ name: 'y', url: 'http://a.example/' }),
    triggers.patch(id, { name: 'z' }),
    triggers.remove(id),
  ]) {
    assert.match(faults(answer).join(), /cannot be saved/)
  }
  assert.deepEqual(triggers.list(), before)
  assert.ok(existsSync(folder))
})

function made(t: TestContext, port = 1, draft: object = DRAFT) {
  const all = world(t, port)
  return { ...all, id: value(all.triggers.create(draft)).id }
}

test('the placeholder sent back means unchanged, one by one; null removes; what is new replaces', async (t) => {
  const to = await receiver(t)
  const { triggers, id } = made(t, to.port, { ...DRAFT, url: 'http://hooks.example/path-0f-the-hook' })
  const sent = async () => {
    value(await triggers.test(id))
    return to.requests.at(-1)!
  }
  // The whole view, as a page sends it back.
  const { id: _, origin: __, ...view } = triggers.get(id)!
  value(triggers.patch(id, { ...view, name: 'renamed' }))
  const first = await sent()
  assert.equal(first.url, '/path-0f-the-hook')
  assert.equal(first.headers['x-key'], 'h3ader-value')
  assert.equal(first.headers.authorization, 'Bearer tok3n-of-bearer')
  assert.match(String(first.headers['x-longship-signature']), /^t=/)
  value(triggers.patch(id, { headers: { 'X-Key': SECRET_PLACEHOLDER, 'X-Other': 'new-value' }, secret: null }))
  const second = await sent()
  assert.deepEqual([second.headers['x-key'], second.headers['x-other']], ['h3ader-value', 'new-value'])
  assert.equal(second.headers['x-longship-signature'], undefined)
  value(
    triggers.patch(id, { headers: { 'X-Key': null }, token: 'an0ther-token', url: 'http://hooks.example/new-path' }),
  )
  const third = await sent()
  assert.deepEqual([third.headers['x-key'], third.headers['x-other']], [undefined, 'new-value'])
  assert.deepEqual([third.headers.authorization, third.url], ['Bearer an0ther-token', '/new-path'])
  value(triggers.patch(id, { headers: null, token: null }))
  const fourth = await sent()
  assert.deepEqual([fourth.headers['x-other'], fourth.headers.authorization], [undefined, undefined])
})

test('a placeholder where nothing is kept is refused, so that it is never sent', async (t) => {
  const { triggers, id } = made(t, 1, { name: 'x', url: 'http://hooks.example/' })
  for (const patch of [
    { token: SECRET_PLACEHOLDER },
    { headers: { 'X-Key': SECRET_PLACEHOLDER } },
    { url: `http://hooks.example/${SECRET_PLACEHOLDER}` },
    { secret: `${SECRET_PLACEHOLDER}x` },
  ]) {
    assert.match(faults(triggers.patch(id, patch)).join(), /is only the placeholder/)
  }
  assert.match(faults(triggers.create({ ...DRAFT, token: SECRET_PLACEHOLDER })).join(), /^token: .*placeholder/)
})

test('nor is it an address of a mail, a chat or a topic', async (t) => {
  const to = await receiver(t)
  const { triggers } = world(t, to.port)
  const drafts = [
    { kind: 'email', url: 'smtp://mail.example', from: 'a@b.example', to: 'c@d.example' },
    { kind: 'telegram', token: '123456:abcdefghijklmnop', to: '-1' },
    { kind: 'ntfy', to: 'topic' },
  ]
  for (const draft of drafts) {
    const { id } = value(triggers.create({ name: 'x', ...draft }))
    for (const bad of [SECRET_PLACEHOLDER, [SECRET_PLACEHOLDER]]) {
      assert.match(faults(triggers.patch(id, { to: bad })).join(' '), /only the placeholder/)
      assert.match(faults(triggers.create({ name: 'x', ...draft, to: bad })).join(' '), /only the placeholder/)
    }
    assert.deepEqual(triggers.get(id)!.to, [draft.to])
  }
})

test('secrets do not follow to another origin: whoever moves a trigger sends them anew', async (t) => {
  const to = await receiver(t)
  const { triggers, id } = made(t, to.port)
  const places = [
    'https://attacker.example/',
    'http://hooks.example/',
    'https://hooks.example:8443/',
    'https://hooks.example.attacker.example/',
    `https://attacker.example/${SECRET_PLACEHOLDER}`,
  ]
  for (const url of places) {
    const said = faults(triggers.patch(id, { url })).join('\n')
    if (!url.includes(SECRET_PLACEHOLDER))
      for (const path of ['secret', 'token', 'headers.X-Key'])
        assert.match(said, new RegExp(`^${path}: url leads elsewhere now`, 'm'))
    assert.equal(triggers.get(id)!.url, `https://hooks.example/${SECRET_PLACEHOLDER}`)
  }
  const some = {
    url: 'https://attacker.example/',
    secret: SECRET_PLACEHOLDER,
    token: 'my-own',
    headers: { 'X-Key': SECRET_PLACEHOLDER },
  }
  assert.deepEqual(
    faults(triggers.patch(id, some)).map((text) => text.split(':')[0]),
    ['secret', 'headers.X-Key'],
  )
  value(
    triggers.patch(id, {
      url: 'http://elsewhere.example/',
      secret: null,
      token: 'my-own',
      headers: { 'X-Key': 'mine' },
    }),
  )
  value(await triggers.test(id))
  const [sent] = to.requests
  assert.deepEqual(
    [sent!.headers.authorization, sent!.headers['x-key'], sent!.headers['x-longship-signature']],
    ['Bearer my-own', 'mine', undefined],
  )
})

test('nor by another kind, whose address is the default, or shown', async (t) => {
  const pager = made(t, 1, { name: 'x', kind: 'pagerduty', token: 'R0UTINGKEY0123456789abcdefabcdef' })
  assert.match(
    faults(pager.triggers.patch(pager.id, { kind: 'webhook', url: 'https://attacker.example/' })).join(),
    /send token again/,
  )
  assert.match(faults(pager.triggers.patch(pager.id, { url: 'https://attacker.example' })).join(), /send token again/)
  const slack = made(t, 1, { name: 'x', kind: 'slack', url: 'https://hooks.slack.com/services/T/B/path-0f-the-hook' })
  assert.match(faults(slack.triggers.patch(slack.id, { kind: 'alertmanager' })).join(), /send url again/)
  holdsNone(JSON.stringify(slack.triggers.list()))
})

test('refusals do not repeat secrets', async (t) => {
  const { triggers } = world(t, 1)
  const wrong = [
    { ...DRAFT, secret: ['s3cret-hmac-key'] },
    { ...DRAFT, token: `tok3n-of-bearer${'x'.repeat(1024)}` },
    { ...DRAFT, headers: { 'X-Key': { a: 'h3ader-value' } } },
    { ...DRAFT, headers: { 'X-Key': 'h3ader-value\r\nX: y' } },
    { ...DRAFT, url: 'https://127.0.0.1/path-0f-the-hook' },
    { ...DRAFT, url: 'https://user:path-0f-the-hook@hooks.example/' },
    { ...DRAFT, kind: 'telegram' },
    { ...DRAFT, severity: 'query-valu3-is-no-secret-here' },
  ]
  for (const draft of wrong) holdsNone(faults(triggers.create(draft)).join(), SECRETS.slice(0, 4))
})

test('whatever the settings: what is shown, patched with itself, is what it was', () => {
  const text = fc.string({ minLength: 1 }).filter((each) => !each.includes(SECRET_PLACEHOLDER))
  const records = fc.record(
    {
      secret: text,
      token: text,
      password: text,
      headers: fc.dictionary(text, text, { noNullPrototype: true }),
      url: fc.webUrl({ withQueryParameters: true }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  fc.assert(
    fc.property(records, (record) => {
      const full = settings(record)
      assert.deepEqual(patched(full, hidden(full) as unknown as Record<string, unknown>), full)
      const { open, sealed } = split(full)
      assert.deepEqual(JSON.parse(JSON.stringify({ ...open, ...sealed })), JSON.parse(JSON.stringify(full)))
      for (const secret of [record.secret, record.token, record.password]) {
        if (secret !== undefined && secret.length >= 4 && !SECRET_PLACEHOLDER.includes(secret)) {
          assert.ok(!scrubbed(`said ${secret} and ${encodeURIComponent(secret.toWellFormed())}`, full).includes(secret))
        }
      }
    }),
  )
})

test('what a server says back of a login or an address holds no secret either', () => {
  const mail = settings({ kind: 'email', url: 'smtp://mail.example', username: 'ops', password: 'pass-w0rd-of-ops' })
  const plain = Buffer.from('\0ops\0pass-w0rd-of-ops').toString('base64')
  const login = Buffer.from('pass-w0rd-of-ops').toString('base64')
  const hook = settings({ url: 'https://hooks.example/in/path%20of%20the%20hook?key=query%2Dvalu3' })
  for (const [said, of, clean] of [
    [`535 AUTH PLAIN ${plain}?`, mail, /^535 AUTH PLAIN \*{8}=*\?$/],
    [`535 ${login} is wrong`, mail, /^535 \*{8}=* is wrong$/],
    ['no such hook: /in/path of the hook', hook, /^no such hook: \*{8}$/],
    ['no hook "path of the hook", no key query-valu3', hook, /^no hook "\*{8}", no key \*{8}$/],
  ] as const) {
    assert.match(scrubbed(said, of), clean)
  }
})

test('hostile names stay names', async (t) => {
  const { triggers } = world(t, 1)
  const draft = JSON.parse('{"name":"x","url":"http://a.example/","headers":{"__proto__":"polluted"}}')
  assert.match(faults(triggers.create(draft)).join(), /headers\.__proto__ cannot be set/)
  assert.match(
    faults(triggers.create(JSON.parse('{"name":"x","__proto__":{"url":"http://a.example/"}}'))).join(),
    /__proto__/,
  )
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  for (const draft of [null, [], 'x', 1, undefined]) assert.equal(triggers.create(draft).ok, false)
})

test('an answer of a receiver is no part of an error of a webhook', async (t) => {
  const to = await receiver(t)
  to.answers = [status(400, 'internal page with things to see')]
  const { triggers, id } = made(t, to.port, { name: 'x', url: 'http://hooks.example/' })
  const { error } = value(await triggers.test(id))
  assert.equal(error, 'http://hooks.example answered 400')
})

test('what is wrong in longship.yaml is listed with what is wrong, and shows no secret', (t) => {
  const wrong = [
    settings({ name: 'a', kind: 'slack', url: 'hooks.slack.com/services/path-0f-the-hook' }),
    settings({ name: 'b', url: 'https://user:path-0f-the-hook@hooks.example/' }),
    settings({
      name: 'c',
      kind: 'email',
      url: 'smtp://user:path-0f-the-hook@mail.example',
      from: 'a@b.example',
      to: 'c@d.example',
    }),
    settings({ name: 'd', kind: 'ntfy', url: 'https://ntfy.sh?auth=path-0f-the-hook', to: 'x' }),
    settings({ name: 'e', url: 'https://127.0.0.1/path-0f-the-hook', token: 'tok3n-of-bearer' }),
    settings({ name: 'e', url: 'https://hooks.example/path-0f-the-hook' }),
  ]
  const { triggers, problems } = world(t, 1, { configured: wrong })
  assert.deepEqual(
    triggers.list().map(({ name, error }) => [name, error !== undefined]),
    ['a', 'b', 'c', 'd', 'e'].map((name) => [name, true]),
  )
  assert.equal(problems.length, 6)
  assert.match(problems.join('\n'), /scan\.triggers\[5\]: is not used: there is another trigger named "e"/)
  holdsNone(JSON.stringify([triggers.list(), problems]))
  assert.match(faults(triggers.patch('a', { url: 'https://hooks.example/' })).join(), /comes from longship\.yaml/)
  assert.match(faults(triggers.remove('a')).join(), /comes from longship\.yaml/)
})

test('there are at most 200 triggers of the API', async (t) => {
  const first = world(t, 1)
  await first.triggers.close()
  const triggers = Array.from({ length: 200 }, (_, index) => ({
    id: `trigger_${index}`,
    since: 0,
    open: { name: 'x', url: 'http://a.example/' },
  }))
  writeFileSync(first.stateFile, JSON.stringify({ version: 1, salt: Buffer.alloc(16).toString('base64'), triggers }))
  const second = world(t, 1, { folder: first.folder })
  const answer = second.triggers.create({ name: 'x', url: 'http://a.example/' })
  assert.equal(answer.ok ? '' : answer.refusal.reason, 'full')
})
