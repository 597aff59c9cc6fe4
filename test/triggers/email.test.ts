import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { globSync } from 'tinyglobby'
import { selfSigned } from '../kubernetes/certificate.ts'
import { type MailServerOptions, mailServer } from './smtp.ts'
import { event, settings, until, world } from './world.ts'

const MAIL = {
  kind: 'email',
  url: 'smtp://mail.example',
  from: 'Longship <log@ship.example>',
  to: ['a@b.example', 'c@d.example'],
  retries: 1,
} as const
const LOGIN = { username: 'user', password: 'pass-w0rd' }

async function send(t: TestContext, server: MailServerOptions, changes: object = {}, events = [event(1)]) {
  const to = await mailServer(t, server)
  const all = world(t, to.port, { configured: [settings({ ...MAIL, ...changes })] })
  for (const each of events) all.feed.append(each)
  await until(() => all.triggers.stats()['x']!.queued === 0)
  return { ...all, ...to, stats: all.triggers.stats()['x']! }
}

test('a mail goes over the connection that was checked, as plain text, to all recipients', async (t) => {
  const { commands, mails, dialled, stats } = await send(t, {})
  assert.deepEqual([stats.delivered, dialled], [1, ['93.184.216.34:587']])
  assert.deepEqual(commands.slice(1), [
    'MAIL FROM:<log@ship.example>',
    'RCPT TO:<a@b.example>',
    'RCPT TO:<c@d.example>',
    'DATA',
    ...commands.slice(5),
  ])
  const [head, body] = mails[0]!.split('\r\n\r\n', 2) as [string, string]
  const headers = new Map(
    head
      .replace(/\r\n\s+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
  )
  assert.equal(headers.get('From'), 'Longship <log@ship.example>')
  assert.equal(headers.get('To'), 'a@b.example, c@d.example')
  assert.equal(headers.get('Subject'), '[ERROR] Payments: payment 1 failed')
  assert.equal(headers.get('Auto-Submitted'), 'auto-generated')
  assert.match(headers.get('Content-Type')!, /^text\/plain/)
  assert.match(body, /^payment 1 failed/)
})

test('log content becomes neither a header, a recipient nor a command', async (t) => {
  const evil =
    'x\r\nBcc: evil@e.example\r\n\r\nBody\r\n.\r\nMAIL FROM:<evil@e.example>\r\nRCPT TO:<evil@e.example>\n.\nDATA'
  const metadata = { workload: evil, container: evil, rule_name: evil, captures: { [evil]: evil } }
  const { commands, mails, stats } = await send(t, {}, {}, [event(1, { message: evil, metadata })])
  assert.equal(stats.delivered, 1)
  assert.deepEqual(
    commands.filter((line) => /^(?:MAIL|RCPT|DATA)/.test(line)),
    ['MAIL FROM:<log@ship.example>', 'RCPT TO:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA'],
  )
  assert.equal(mails.length, 1)
  const names = mails[0]!
    .split('\r\n\r\n')[0]!
    .split('\r\n')
    .filter((line) => !/^\s/.test(line))
    .map((line) => line.split(':')[0])
  assert.deepEqual(names.sort(), [
    'Auto-Submitted',
    'Content-Transfer-Encoding',
    'Content-Type',
    'Date',
    'From',
    'MIME-Version',
    'Message-ID',
    'Subject',
    'To',
  ])
})

test('a password never goes over a line that can be read', async (t) => {
  const plain = await send(t, {}, LOGIN)
  assert.deepEqual([plain.stats.failed, plain.stats.delivered], [1, 0])
  assert.deepEqual(
    plain.commands.filter((line) => /AUTH|MAIL|DATA/.test(line)),
    [],
  )
  // STARTTLS with a certificate that nobody vouches for: as good as none.
  const foreign = await send(t, { tls: selfSigned('mail.example') }, LOGIN)
  assert.deepEqual([foreign.stats.failed, foreign.commands.filter((line) => /AUTH|MAIL|DATA/.test(line))], [1, []])
  for (const { triggers, problems, stats } of [plain, foreign]) {
    assert.doesNotMatch(JSON.stringify([triggers.list(), triggers.deadLetters(), problems, stats]), /pass-w0rd/)
  }
})

test('what the server says decides: 4yz is tried again, 5yz is not, and its words are shown', async (t) => {
  const cases: readonly (readonly [Record<string, string>, number, RegExp])[] = [
    [{ RCPT: '450 4.2.1 mailbox busy' }, 1, /^smtp:\/\/mail\.example answered 450 4\.2\.1 mailbox busy/],
    [{ RCPT: '550 5.1.1 no such user' }, 0, /^smtp:\/\/mail\.example answered 550 5\.1\.1 no such user/],
    [{ '.': '554 5.7.1 spam' }, 0, /answered 554 5\.7\.1 spam/],
    [{ '.': '451 later' }, 1, /answered 451 later/],
    [{ greeting: '421 too busy' }, 1, /answered 421/],
    [{ greeting: 'what?' }, 1, /^smtp:\/\/mail\.example: /],
  ]
  for (const [says, retried, error] of cases) {
    const { stats } = await send(t, { says })
    assert.deepEqual([stats.failed, stats.retried], [1, retried], JSON.stringify(says))
    assert.match(stats.last_error!, error)
  }
})

test('a server that says nothing ends with the timeout', async (t) => {
  const to = await mailServer(t, { says: { EHLO: '' } })
  const { triggers, feed } = world(t, to.port, { configured: [settings({ ...MAIL, retries: 0, timeout: '200ms' })] })
  feed.append(event(1))
  await until(() => triggers.stats()['x']!.failed === 1)
  assert.equal(triggers.stats()['x']!.last_error, 'smtp://mail.example: no answer in time')
})

test('nodemailer is loaded when a mail is sent, and nowhere else', () => {
  const naming = globSync('{shipper,loki,logger}/**/*.ts').filter((file) =>
    readFileSync(file, 'utf8').includes("'nodemailer'"),
  )
  assert.deepEqual(naming, ['shipper/triggers/send/deliver-mail.ts'])
  const loads = [...readFileSync(naming[0]!, 'utf8').matchAll(/^.*'nodemailer'.*$/gm)].map(([line]) => line.trim())
  assert.deepEqual(loads, [
    "import type { NodemailerError } from 'nodemailer'",
    "const { createTransport } = await import('nodemailer')",
  ])
})
