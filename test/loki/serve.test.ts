import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { harness, stream } from './harness.ts'

const SCRIPT = "import { run } from './shipper/commands/serve.ts'; process.exitCode = await run(process.argv.slice(1))"

interface Running {
  readonly child: ChildProcess
  /** What it said on stderr until now. */
  said(): string
  /** Resolves when stderr matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  readonly exit: Promise<number | null>
}

function serve(...args: string[]): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', SCRIPT, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stderr.on('data', (part) => (text += part))
  child.stdout.on('data', (part) => (text += part))
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text)
        if (match !== null) resolve(match)
      }
      child.stderr.on('data', look)
      child.on('close', () => reject(new Error(`ended without ${pattern}: ${text}`)))
      look()
    })
  return { child, said: () => text, until, exit }
}

test('serve: pushes survive a clean stop by SIGTERM', { timeout: 40_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'longship-serve-'))
  try {
    const config = join(dir, 'loki.yaml')
    writeFileSync(config, 'limits_config: { discover_log_levels: false }\nring: { kvstore: memberlist }\n')
    const now = `${Date.now()}000000`
    for (const round of [1, 2]) {
      const server = serve('--port', '0', '--data', join(dir, 'data'), '--config', config)
      const [, url] = await server.until(/listening on (http:\/\/127\.0\.0\.1:\d+)/)
      assert.match(server.said(), /warning: .*not used by the embedded server: ring.kvstore\n/)
      const loki = harness(url!)
      if (round === 1) assert.equal((await loki.push(stream({ app: 'a' }, [[now, 'kept']]))).status, 204)
      const { text } = await loki.get('/loki/api/v1/query_range', { query: '{app="a"}' })
      assert.deepEqual(JSON.parse(text).data.result, [
        { stream: { app: 'a', service_name: 'a' }, values: [[now, 'kept']] },
      ])
      server.child.kill('SIGTERM')
      assert.equal(await server.exit, 0)
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test('serve: wrong usage, a wrong file and a taken port end with 2 and say why', { timeout: 60_000 }, async () => {
  const holder = createHttp().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  const taken = String((holder.address() as AddressInfo).port)
  const cases: [string[], RegExp][] = [
    [['--port', 'x'], /--port.*Must be from 0 to 65535/],
    [['--nope'], /unknown option '--nope'/],
    [['--port', '0', '--data', '/proc/longship/x'], /cannot use the data directory \/proc\/longship\/x: E/],
    [['--port', '0', '--data', '/dev/null/x'], /cannot use the data directory \/dev\/null\/x: E(NOTDIR|EXIST)/],
    [['--config', '/nowhere.yaml', '--data', 'memory'], /cannot read \/nowhere.yaml/],
    [
      ['--port', taken, '--data', 'memory'],
      new RegExp(
        `cannot listen on 127.0.0.1:${taken}: the port is taken; stop what holds it, or name another with --port`,
      ),
    ],
  ]
  for (const [args, message] of cases) {
    const server = serve(...args)
    assert.equal(await server.exit, 2, args.join(' '))
    assert.match(server.said(), message)
  }
  const help = serve('--help')
  assert.equal(await help.exit, 0)
  assert.match(help.said(), /--data <dir>/)
  holder.close()
})

test('nextPorts takes the next free port', async () => {
  const holder = createHttp().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  const { port } = holder.address() as AddressInfo
  const server = createServer({ port, nextPorts: 50, data: 'memory' })
  const listening = await server.listen()
  assert.ok(listening.port > port)
  await server.close()
  holder.close()
})

test('a full store refuses with 500 and says what to do', async () => {
  const server = createServer({ port: 0, data: 'memory', maxBytes: 1 })
  const now = `${Date.now()}000000`
  const push = (line: string) =>
    server.push(Buffer.from(JSON.stringify(stream({ app: 'a' }, [[now, line]]))), { format: 'json' })
  assert.equal(push('one').status, 204)
  const { status, message } = push('two')
  assert.equal(status, 500)
  assert.match(message, /the embedded store is full .*retention_period.*--max-memory/)
  await server.close()
})
