/** However a program ends, its lines are in Loki, or in the spool and in Loki after the next start. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Ended, newFolder, runProgram, startLoki } from './programs.ts'

/** Nothing listens on port 9 (discard) of this machine. */
const AWAY = 'http://127.0.0.1:9'

const ENDS: readonly (readonly [string, string, Partial<Ended>, string | undefined])[] = [
  ['process.exit right after the line', `logger.error('last words'); process.exit(3)`, { code: 3 }, undefined],
  ['an exception nobody caught', `logger.info('before'); throw new RangeError('last words')`, { code: 1 }, undefined],
  ['a rejection nobody caught', `Promise.reject(new RangeError('last words'))`, { code: 1 }, undefined],
  [
    'SIGTERM',
    `logger.error('last words'); setInterval(() => {}, 1000); console.log('up')`,
    { signal: 'SIGTERM' },
    'SIGTERM',
  ],
  [
    'SIGTERM that the program handles',
    `process.on('SIGTERM', () => { logger.error('last words'); process.exit(0) }); setInterval(() => {}, 1000); console.log('up')`,
    { code: 0 },
    'SIGTERM',
  ],
  ['nothing left to do', `logger.error('last words')`, { code: 0 }, undefined],
  ['close() with Loki away', `logger.error('last words'); await logger.close(200)`, { code: 0 }, undefined],
]

for (const [name, body, ending, signal] of ENDS) {
  test(`${name}: spooled while Loki is away, delivered once by the next start`, async (t) => {
    const spool = join(newFolder(), 'spool')
    const ended = await runProgram(AWAY, spool, body, signal as NodeJS.Signals | undefined)
    for (const [key, value] of Object.entries(ending)) assert.equal(ended[key as keyof Ended], value, ended.stderr)
    const [file, ...more] = readdirSync(spool)
    assert.equal(more.length, 0)
    assert.equal(statSync(join(spool, file!)).mode & 0o077, 0, 'owner only')
    const spooled = readFileSync(join(spool, file!), 'utf8').trim().split('\n')
    assert.match(spooled.join('\n'), /last words/)

    const loki = await startLoki()
    t.after(() => loki.close())
    const next = await runProgram(loki.url, spool, `logger.info('second life'); await logger.close()`)
    assert.equal(next.code, 0, next.stderr)
    const records = await loki.records()
    assert.equal(records.length, spooled.length + 1)
    assert.equal(
      records.filter((record) => JSON.stringify(record).includes('last words')).length,
      spooled.filter((line) => line.includes('last words')).length,
    )
    assert.deepEqual(readdirSync(spool), [])
  })
}

test('a program that handles the signal once, and did so before there was a logger, ends when it wants to', async () => {
  const spool = join(newFolder(), 'spool')
  const handler = `process.once('SIGTERM', () => setTimeout(() => { logger.error('last words'); process.exit(0) }, 50))`
  const body = `setInterval(() => {}, 1000); console.log('up')`
  const ended = await runProgram(AWAY, spool, body, 'SIGTERM', handler)
  assert.equal(ended.code, 0, ended.stderr)
  assert.match(readFileSync(join(spool, readdirSync(spool)[0]!), 'utf8'), /last words/)
})

test('a crash is a fatal line with the error, its type and stack', async () => {
  const spool = join(newFolder(), 'spool')
  const ended = await runProgram(AWAY, spool, `throw new RangeError('last words')`)
  assert.match(ended.stderr, /RangeError: last words/, 'Node still says it')
  const line = JSON.parse(readFileSync(join(spool, readdirSync(spool)[0]!), 'utf8')) as Record<string, unknown>
  assert.deepEqual(
    [line.level, line.event, line.error_type, line.error],
    ['fatal', 'process_crashed', 'RangeError', 'last words'],
  )
  assert.match(String(line.stack), /at /)
})

test('a program that has nothing more to do delivers its lines, and timers of ours do not keep it running', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const startedAt = Date.now()
  const ended = await runProgram(
    loki.url,
    join(newFolder(), 'spool'),
    `for (let i = 0; i < 50; i++) logger.info('line ' + i)`,
  )
  assert.equal(ended.code, 0, ended.stderr)
  assert.ok(Date.now() - startedAt < 10_000)
  const records = await loki.records()
  assert.deepEqual(
    records.map(({ message }) => message),
    Array.from({ length: 50 }, (_, i) => `line ${i}`),
  )
})
