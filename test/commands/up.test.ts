/** `longship up` as a user starts it: dist/cli.js in a folder of its own. Needs `npm run build`, which `npm test` does. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandOf, EXAMPLES, exampleUrl, FOLLOWED_ID } from '../../shipper/demo/examples.ts'

const CLI = resolve('dist/cli.js')
const PATIENCE_MS = 60_000

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('samples, examples that find data, live demo, Ctrl-C', { timeout: PATIENCE_MS }, async () => {
  const up = start(['--port', '0'])
  await up.until(/Ctrl-C stops/)
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(up.out())![0]
  assert.match(up.out(), /rejected 0, lost 0/)
  assert.match(up.out(), /formats +\d{2,3} found/)
  assert.ok(!up.out().includes('\x1b'), 'no colours outside of a terminal')
  for (const example of EXAMPLES) {
    assert.ok(up.out().includes(commandOf(url, example)), example.title)
    assert.ok((await resultOf(exampleUrl(url, example))).length > 0, example.title)
  }
  const followed = await resultOf(exampleUrl(url, EXAMPLES.find(({ query }) => query.includes(FOLLOWED_ID))!))
  assert.deepEqual(
    new Set(followed.map(({ stream }) => stream['service'])),
    new Set(['telegram_bot', 'api', 'langgraph', 'worker-spawner']),
  )
  const page = await fetch(url)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /<script type="module" src="\/preview\/page-\w+\.js">/)
  const live = `{service="langgraph"} | correlation_id="msg_5000_live"`
  const liveUrl = `${url}/loki/api/v1/query_range?${new URLSearchParams({ query: live })}`
  while ((await resultOf(liveUrl)).length === 0) await sleep(100)
  assert.equal((await createWebhook(up)).status, 201, 'a webhook can be tried without a key of one’s own')
  const stopped = Date.now()
  up.child.kill('SIGINT')
  // npm passes a Ctrl-C on that the terminal sends as well: still one.
  up.child.kill('SIGINT')
  assert.equal(await up.exit, 0)
  assert.ok(Date.now() - stopped < 3000, `${Date.now() - stopped} ms`)
  assert.match(up.out(), /balance: read ([\d,]+) = delivered \1 \+ rejected 0 \+ dropped 0\n$/)
  assert.equal(up.err(), '')
})

test('a port that is taken: the next free one, and it says so', { timeout: PATIENCE_MS }, async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  try {
    const up = start(['--port', String(port), '--once'])
    assert.equal(await up.exit, 0)
    const [, taken] = new RegExp(`port ${port} is taken, so it listens on (\\d+)`).exec(up.out())!
    assert.notEqual(Number(taken), port)
    assert.ok(up.out().includes(`http://127.0.0.1:${taken}`))
    assert.match(up.out(), /rejected 0, lost 0/)
  } finally {
    holder.close()
  }
})

test('--data keeps the samples and does not ship them twice; SIGTERM ends it too', {
  timeout: PATIENCE_MS,
}, async () => {
  const folder = newFolder()
  const first = start(['--port', '0', '--once', '--data', 'kept'], folder)
  assert.equal(await first.exit, 0)
  const second = start(['--port', '0', '--data', 'kept', '--no-demo'], folder)
  await second.until(/Ctrl-C stops/)
  assert.match(second.out(), /are in kept since an earlier start/)
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(second.out())![0]
  assert.ok((await resultOf(exampleUrl(url, EXAMPLES[0]!))).length > 0)
  assert.equal((await createWebhook(second)).status, 409, 'what is kept needs a key that lasts')
  second.child.kill('SIGTERM')
  assert.equal(await second.exit, 0)
})

test('LONGSHIP_SECRET_KEY seals the secrets of triggers that --data keeps', { timeout: PATIENCE_MS }, async () => {
  const folder = newFolder()
  const key = { LONGSHIP_SECRET_KEY: 'a key that is long enough' }
  for (const [env, error] of [
    [key, undefined],
    [key, undefined],
    [{}, /LONGSHIP_SECRET_KEY is another one/],
  ] as const) {
    const up = start(['--port', '0', '--no-demo', '--data', 'kept'], folder, env)
    await up.until(/Ctrl-C stops/)
    const { triggers } = (await (await ask(up, 'GET')).json()) as { triggers: { error?: string }[] }
    if (triggers.length === 0) assert.equal((await createWebhook(up)).status, 201)
    else assert.match(triggers[0]!.error ?? '', error ?? /^$/)
    up.child.kill('SIGTERM')
    assert.equal(await up.exit, 0)
  }
})

test('wrong usage ends with 2 and one line', { timeout: PATIENCE_MS }, async () => {
  for (const [args, message] of [
    [['--port', 'http'], /^longship: --port must be a number from 0 to 65535, got "http"\.\n$/],
    [['--nope'], /^longship: unknown option '--nope'.*"longship up --help"\.\n$/],
    [['--host', '192.0.2.1'], /^longship: cannot listen on 192\.0\.2\.1:3100: .*\n$/],
  ] as const) {
    const up = start(args)
    assert.equal(await up.exit, 2, args.join(' '))
    assert.match(up.err(), message)
  }
})

interface Up {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  out(): string
  err(): string
  /** Waits until stdout holds it; fails when the process ends before. */
  until(pattern: RegExp): Promise<void>
}

function createWebhook(up: Up): Promise<Response> {
  return ask(up, 'POST', { name: 'hook', url: 'https://hooks.example.com/in/secret', enabled: false })
}

/** The triggers' API, with the token that stands in the address of the page. */
function ask(up: Up, method: string, body?: object): Promise<Response> {
  const [, url, token] = /(http:\S+)\/events#token=([\w-]+)/.exec(up.out())!
  const headers = { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) }
  return fetch(`${url}/api/v1/triggers`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

function start(args: readonly string[], cwd = newFolder(), env: Record<string, string> = {}): Up {
  assert.ok(existsSync(CLI), 'dist/cli.js is missing: npm run build')
  const child = spawn(process.execPath, [CLI, 'up', ...args], {
    cwd,
    env: { ...process.env, LONGSHIP_SECRET_KEY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  after(() => child.kill('SIGKILL'))
  const exit = once(child, 'close').then(([code]) => code as number | null)
  const until = async (pattern: RegExp) => {
    while (!pattern.test(out)) {
      await Promise.race([once(child.stdout, 'data'), exit])
      if (child.exitCode !== null && !pattern.test(out)) assert.fail(`ended with ${child.exitCode}: ${out}${err}`)
    }
  }
  return { child, exit, out: () => out, err: () => err, until }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longship-up-'))
  folders.push(folder)
  return folder
}

async function resultOf(url: string): Promise<{ stream: Record<string, string> }[]> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return ((await response.json()) as { data: { result: { stream: Record<string, string> }[] } }).data.result
}
