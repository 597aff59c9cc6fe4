/** Input that no one should write: each is told, the rest goes on, the balance holds, and every record fits the schema. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import { startDouble } from '../loki-double/double.ts'
import { assertBalance, Longship, Place, shipOnce } from './harness.ts'

const schema = JSON.parse(readFileSync(new URL('../../schema/record.schema.json', import.meta.url), 'utf8'))
const isRecord = new Ajv({ strict: false, allErrors: true }).compile(schema)

const DEEP = 10_000
const HOSTILE_JSON = [
  '{"time":"2026-11-21T10:00:00Z","msg":"lone \\ud800 high","k":"\\udfff","\\ud800":1}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}},"toString":"t","hasOwnProperty":1,"msg":"p"}',
  '{"level":"info","__proto__":"text","constructor":"c","msg":"q","valueOf":null}',
  `{"msg":"deep","a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  `{"msg":"open",${'"a":{'.repeat(DEEP)}`,
  '{"msg":"n","time":1e400,"level":1e999,"duration_ms":-1e308,"service":{"name":["x"]},"node":[]}',
  '{"timestamp":"0000-00-00T00:00:00Z","level":[],"message":null,"service":"","node":"\\u0000"}',
  `__proto__=1 constructor=2 level=info msg="logfmt of ill will" toString=3`,
].join('\n')

/** Deterministic bytes that no text has. */
const BINARY = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17 + 7) & 255))

/** Content by name; how many records come of it, where that can be said beforehand. */
const FILES: readonly (readonly [string, string | Buffer, number?])[] = [
  ['binary.log', BINARY],
  ['invalid.log', Buffer.from('a \xff\xfe b\nc\xc3\n\xed\xa0\x80 surrogate as UTF-8\n', 'latin1'), 3],
  ['nul.log', 'one\0two\n\0\0\0\n', 2],
  ['long.log', `2026-11-21T12:00:00Z ERROR ${'x'.repeat(10 * 1024 * 1024)} end\n2026-11-21T12:00:01Z INFO after\n`, 2],
  ['hostile.log', `${HOSTILE_JSON}\n`, 9],
  ['empty.log', '', 0],
  ['blank.log', '\n\r\n  \n', 0],
  ['unended.log', '2026-11-21T12:00:00Z INFO one\n2026-11-21T12:00:00Z INFO two, without an end', 2],
  ['fake.gz', '2026-11-21T12:00:00Z INFO no gzip at all\n', 1],
]

test('content: every record is valid, nothing is lost', async (t) => {
  for (const [name, content, records] of FILES) {
    const place = new Place()
    const double = await startDouble({ limits: { maxAgeMs: 1e15 } })
    t.after(() => double.close())
    const { code, summary, stderr } = await shipOnce(place, double.url, [place.write(name, content)])
    assert.equal(code, 0, `${name}: ${stderr}`)
    assertBalance(summary, place, double.stored)
    if (records !== undefined) assert.equal(summary.read, records, name)
    assert.equal(summary.pending, 0)
    for (const { line } of double.stored) {
      assert.ok(isRecord(JSON.parse(line)), `${name}: ${JSON.stringify(isRecord.errors)} in ${line.slice(0, 300)}`)
      assert.ok(line.isWellFormed())
    }
  }
})

test('normalize prints valid records too, and nothing else', async () => {
  const place = new Place()
  for (const [name, content] of FILES) {
    if (name.endsWith('.gz')) continue
    const longship = new Longship(['normalize', place.write(name, content)], { place })
    assert.equal(await longship.exit(), 0, longship.stderr)
    for (const line of longship.stdout.split('\n').filter((text) => text !== '')) {
      assert.ok(isRecord(JSON.parse(line)), `${name}: ${JSON.stringify(isRecord.errors)} in ${line.slice(0, 300)}`)
    }
  }
})

test('what cannot be read is told, the rest is shipped, exit 1', async (t) => {
  const place = new Place()
  const double = await startDouble()
  t.after(() => double.close())
  const now = new Date().toISOString()
  const good = place.write('good.log', `${now} INFO good\n`)
  const torn = gzipSync(Array.from({ length: 2000 }, (_, i) => `${now} INFO line ${i * 7919}\n`).join(''))
  place.write('torn.gz', torn.subarray(0, torn.length >> 1))
  mkdirSync(place.path('folder'))
  symlinkSync('nowhere', place.path('dangling.log'))
  symlinkSync('loop.log', place.path('loop.log'))
  execFileSync('mkfifo', [place.path('pipe')])
  const server = createServer().listen(place.path('socket'))
  t.after(() => server.close())
  const wrong = {
    'missing.log': /does not exist/,
    'dangling.log': /does not exist/,
    'loop.log': /leads back to itself/,
    folder: /is a directory/,
    socket: /it is a socket/,
    pipe: /nobody writes to/,
    'torn.gz': /no whole gzip file; its first \d+ bytes/,
    '*.none': /no file matches/,
  }
  const paths = Object.keys(wrong).map((name) => place.path(name))
  const { code, summary, stderr } = await shipOnce(place, double.url, [...paths, good])
  assert.equal(code, 1)
  for (const [name, message] of Object.entries(wrong)) {
    const told = summary.problems.find((problem) => problem.startsWith(`${place.path(name)}:`))
    assert.match(told ?? '', message, `${name}: ${summary.problems.join('\n')}`)
    assert.match(stderr, message)
  }
  assert.equal(summary.problems.length, paths.length)
  assert.ok(
    double.stored.some(({ line }) => line.includes('"good"')),
    'the good file is not there',
  )
  assert.ok(summary.read > 100, 'of the torn gzip file what could be read was not shipped')
  assertBalance(summary, place, double.stored)
})

test('a pipe with a writer is read to its end; a signal ends the wait for one', async (t) => {
  const place = new Place()
  const double = await startDouble()
  t.after(() => double.close())
  execFileSync('mkfifo', [place.path('pipe')])
  const reading = shipOnce(place, double.url, [place.path('pipe')])
  execFileSync('sh', ['-c', 'echo one > pipe'], { cwd: place.directory })
  const { summary } = await reading
  assert.equal(summary.delivered, 1)
  const waiting = new Longship(['ship', '--once', '--json', '--to', double.url, place.path('pipe')], { place })
  setTimeout(() => waiting.child.kill('SIGTERM'), 700)
  await waiting.exit(4000)
})
