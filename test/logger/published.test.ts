/** What users get: longship/logger from the built package, imported and required, with types that a strict tsc takes. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { newFolder } from './programs.ts'

const run = promisify(execFile)

const PROGRAMS: Readonly<Record<string, string>> = {
  'imports.mts': `import { createLogger, withContext, type Logger } from 'longship/logger'
    const logger: Logger = createLogger({ service: 'user' })
    logger.event('provision.start', { workspace_id: 'ws-1' })
    // @ts-expect-error a workspace's id is text
    const wrong: Parameters<typeof logger.event<'provision.start'>> = ['provision.start', { workspace_id: 1 }]
    withContext({ correlation_id: 'c-1' }, () => logger.info('imported', { a: wrong.length }))`,
  'requires.cts': `import { createLogger } from 'longship/logger'
    createLogger({ service: 'user' }).info('required')`,
}

test('import and require, types under node16 and nodenext', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/longship'))
  symlinkSync(resolve('node_modules/@types'), join(folder, 'node_modules/@types'))
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(folder, name), text)
  const tsc = resolve('node_modules/typescript/bin/tsc')
  for (const module of ['node16', 'nodenext']) {
    const flags = ['--strict', '--module', module, '--target', 'es2022', '--types', 'node', '--outDir', 'out']
    await run(process.execPath, [tsc, ...flags, ...Object.keys(PROGRAMS)], { cwd: folder }).catch(
      ({ stdout }: { stdout: string }) => assert.fail(stdout),
    )
  }
  for (const [name, message] of [
    ['imports.mjs', 'imported'],
    ['requires.cjs', 'required'],
  ]) {
    const { stdout, stderr } = await run(process.execPath, [join('out', name!)], { cwd: folder })
    assert.match(stdout, new RegExp(`"service":"user","node":"user".*"message":"${message}"`))
    assert.equal(stderr, '')
  }
})

test('everything that is exported is said what it is for', () => {
  const index = readFileSync('logger/index.ts', 'utf8')
  const guide = readFileSync('docs/logger.md', 'utf8')
  const values = [...index.matchAll(/export \{([^}]*)\} from/g)]
    .flatMap(([, names]) => names!.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
  const missing = values.filter((name) => !guide.includes(name) && !/^[A-Z]/.test(name))
  assert.deepEqual(missing, [])
})

test('examples/logger/api.mjs: one id on all lines of a request, and a clean end', async (t) => {
  const child = spawn(process.execPath, ['examples/logger/api.mjs'], {
    env: { ...process.env, PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'info' },
  })
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      text += String(part)
      resolve()
    })
  })
  const answer = await fetch(`http://127.0.0.1:${lines()[0]?.port}/orders/7`, {
    headers: { 'X-Correlation-ID': 'c-7' },
  })
  assert.equal(await answer.text(), 'ordered\n')
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
  const ofRequest = lines().filter(({ correlation_id }) => correlation_id === 'c-7')
  const events = ofRequest.map(({ event, step, status }) => [event, step, status].filter(Boolean).join(' '))
  assert.deepEqual(events.slice(0, 3), ['operation_start started', 'step_start reserve started', 'step_info reserve'])
  assert.ok(events.includes('step_info attempt-1 retrying') && events.includes('operation_end completed'))
  assert.equal(events.at(-1), 'http_request')
})
