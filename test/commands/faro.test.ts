/** `longship faro` before a Loki, and `longship serve` as both: a browser's payload is in Loki, a clean end delivers. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newFolder, startLoki } from '../logger/programs.ts'

const PAYLOAD = {
  meta: { app: { name: 'shop', environment: 'demo' } },
  logs: [{ message: 'order placed', level: 'info' }],
}

/** The first http URL that it prints. */
async function start(t: TestContext, ...argv: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'shipper/cli.ts', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  for await (const part of child.stderr!) {
    text += String(part)
    const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0]
    if (url !== undefined) return { child, url }
  }
  return assert.fail(text)
}

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/collect`, { method: 'POST', body: JSON.stringify(PAYLOAD), headers })

test('longship faro: key and origin asked for, delivered at SIGTERM', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const flags = [
    '--port',
    '0',
    '--to',
    loki.url,
    '--faro-key',
    'k',
    '--faro-origin',
    'https://shop.example',
    '--spool',
    newFolder(),
  ]
  const { child, url } = await start(t, 'faro', ...flags)
  assert.equal((await fetch(`${url}/-/ready`)).status, 200)
  assert.equal((await post(url)).status, 401)
  const origin = { Origin: 'https://shop.example', 'x-api-key': 'k' }
  assert.equal((await post(url, origin)).status, 202)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const records = await loki.records('{app="shop", kind="log", env="demo", node="browser"}')
  assert.deepEqual(
    records.map(({ message }) => message),
    ['order placed'],
  )
})

test('longship faro with Loki away: browsers are answered, lines are spooled and delivered by the next start', async (t) => {
  const spool = join(newFolder(), 'spool')
  const first = await start(t, 'faro', '--port', '0', '--to', 'http://127.0.0.1:9', '--spool', spool)
  assert.equal((await post(first.url)).status, 202)
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
  assert.equal(readdirSync(spool).length, 1)
  const loki = await startLoki()
  t.after(() => loki.close())
  await start(t, 'faro', '--port', '0', '--to', loki.url, '--spool', spool)
  for (let i = 0; i < 100 && readdirSync(spool).length > 0; i++) await new Promise((done) => setTimeout(done, 50))
  assert.equal((await loki.records('{app="shop"}')).length, 1)
})

test('longship serve receives browsers as well', async (t) => {
  const { url } = await start(t, 'serve', '--port', '0', '--data', 'memory')
  assert.equal((await post(url, { Origin: 'https://evil.example' })).status, 403)
  assert.equal((await post(url)).status, 202)
  const ask = async () => {
    const answer = await fetch(
      `${url}/loki/api/v1/query_range?${new URLSearchParams({ query: '{kind="log"}', since: '1h' })}`,
    )
    return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length
  }
  for (let i = 0; i < 100 && (await ask()) === 0; i++) await new Promise((done) => setTimeout(done, 50))
  assert.equal(await ask(), 1)
})
