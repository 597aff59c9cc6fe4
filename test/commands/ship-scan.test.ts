/** `longship ship` with rules, as a user starts it: dist/cli.js with a longship.yaml. Needs `npm run build`, which `npm test` does. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDouble } from '../loki-double/double.ts'

const PATIENCE_MS = 60_000
const folder = mkdtempSync(join(tmpdir(), 'longship-ship-scan-'))
const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const CONFIG = `
sources: [{ path: app.log, service: shop }]
telemetry: { listen: 127.0.0.1:0 }
admin: { listen: 127.0.0.1:0 }
scan:
  folder: state
  rules: [{ name: boom, pattern: 'boom (?P<why>.+)', severity: critical, cooldown: '0' }, { name: half, pattern: 'a(b' }]
  patterns: {}
`

interface Ship {
  readonly url: string
  err(): string
  kill(signal: NodeJS.Signals): Promise<void>
}

test('an event goes to the API, to Loki and over a kill -9; a rule of the API lasts; who has no token learns nothing', {
  timeout: PATIENCE_MS,
}, async (t) => {
  const double = await startDouble({})
  t.after(() => double.close())
  writeFileSync(join(folder, 'longship.yaml'), CONFIG)
  writeFileSync(join(folder, 'app.log'), '2026-11-21T10:00:00Z ERROR boom in the engine\n')
  const first = await start(double.url)
  assert.match(first.err(), /rule \\"half\\" is left out: .*missing closing \)/)
  const file = join(folder, 'state/admin-token')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const token = readFileSync(file, 'utf8').trim()
  assert.ok(!first.err().includes(token), 'log lines are kept and read by others')
  assert.equal((await fetch(`${first.url}/api/v1/events`)).status, 401)
  const events = () => ask<{ events: { message: string; seq: number }[] }>(first.url, token, '/events')
  await until(async () => (await events()).events.length === 1)
  assert.equal((await events()).events[0]!.message, 'boom in the engine')

  const made = { name: 'made', pattern: 'made up' }
  const { id } = await ask<{ id: string }>(first.url, token, '/rules', made)
  appendFileSync(join(folder, 'app.log'), '2026-11-21T10:00:01Z INFO made up\n')
  await until(async () => (await events()).events.length === 2)
  const before = (await events()).events
  await first.kill('SIGKILL')

  const second = await start(double.url)
  const again = await ask<{ events: unknown[] }>(second.url, token, '/events')
  assert.deepEqual(again.events, before)
  const { rules } = await ask<{ rules: { id: string }[] }>(second.url, token, '/rules?origin=api')
  assert.deepEqual(
    rules.map((rule) => rule.id),
    [id],
  )
  const found = () => double.distinct().map(({ line }) => JSON.parse(line) as { event?: string; message: string })
  await until(async () => found().filter(({ event }) => event === 'rule_hit').length === 2)
  await second.kill('SIGTERM')
  assert.equal(found().filter(({ message }) => message === 'boom in the engine').length, 2, 'the line, and its event')
})

async function start(loki: string): Promise<Ship> {
  const child = spawn(process.execPath, [resolve('dist/cli.js'), 'ship', '--config', 'longship.yaml', '--to', loki], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.add(child)
  const exit = once(child, 'exit')
  let text = ''
  child.stderr!.on('data', (part: Buffer) => {
    text += part
  })
  await until(async () => {
    assert.equal(child.exitCode, null, text)
    return /rules, triggers and events/.test(text)
  })
  return {
    url: /url=(http:\S+)/.exec(text)![1]!,
    err: () => text,
    async kill(signal) {
      child.kill(signal)
      await exit
    },
  }
}

async function ask<T>(url: string, token: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  assert.ok(response.ok, `${path}: ${response.status}`)
  return (await response.json()) as T
}

/** Until the test's own time is up. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50)
}
