/** `longship test` as a command: exit codes, files found, reports, and the same files against a Loki over HTTP. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createServer } from '../../loki/server/server.ts'

const CLI = resolve('shipper/cli.ts')
const TSX = pathToFileURL(resolve('node_modules/tsx/dist/esm/index.mjs')).href

const folder = mkdtempSync(join(tmpdir(), 'longship-testing-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const GOOD = `
tests:
  - name: one line
    input_streams: [{ stream: { a: b }, lines: [x] }]
    logql_expr_test: [{ expr: 'sum(count_over_time({a="b"}[1m]))', eval_time: 0s, exp_samples: [{ value: 1 }] }]
  - name: another
    input_streams: [{ stream: { a: b }, lines: [x] }]
    logql_expr_test: [{ expr: '{a="b"}', eval_time: 0s, exp_logs: [{ line: x }] }]
`
writeFileSync(join(folder, 'good.test.yaml'), GOOD)
writeFileSync(join(folder, 'bad.yaml'), GOOD.replace('value: 1', 'value: 2'))

function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const all = ['--import', TSX, CLI, 'test', ...args]
    execFile(process.execPath, all, { cwd: folder }, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

test('every *.test.yaml below the folder, when none is named', async () => {
  const { code, out } = await run([])
  assert.equal(code, 0)
  assert.match(
    out,
    /^good\.test\.yaml\n {2}pass one line \(1 check, \d+ ms\)\n {2}pass another .*\n2 tests passed, 0 failed \(2 checks, \d+ ms\)\n$/,
  )
})

test('a failed test ends with 1, stands in the report and in JUnit’s XML', async () => {
  const { code, out } = await run(['bad.yaml', '--run', 'ONE', '--junit', 'junit.xml'])
  assert.equal(code, 1)
  assert.match(out, /FAIL one line[\s\S]*expected │ got\n {6}≠ \{\} 2 {5}│ \{\} 1/)
  assert.ok(!out.includes('another') && !out.includes('\x1b'))
  const xml = readFileSync(join(folder, 'junit.xml'), 'utf8')
  assert.match(xml, /<testsuites tests="1" failures="1" errors="0">/)
  assert.match(xml, /<testcase name="one line" classname="bad\.yaml" file="bad\.yaml" line="3" time="[\d.]+">/)
  assert.match(
    xml,
    /expr: sum\(count_over_time\(\{a=&quot;b&quot;\}\[1m\]\)\)\nat: 0s\n {2}expected: \{\} 2\n {2}got: \{\} 1</,
  )
})

test('files that cannot be used, and wrong usage, end with 2', async () => {
  writeFileSync(join(folder, 'broken.yaml'), 'tests: [{ nam: x }]')
  const broken = await run(['broken.yaml', 'good.test.yaml', 'missing.yaml'])
  assert.equal(broken.code, 2)
  assert.match(broken.out, /broken\.yaml:1:11: tests\[0\]\.nam is not known\. .* Did you mean "name"\?/)
  assert.match(broken.out, /missing\.yaml: cannot be read: ENOENT/)
  assert.match(broken.out, /2 tests passed, 0 failed, 2 files cannot be used/)
  const nothing = await run(['*.yml'])
  assert.equal(nothing.code, 2)
  assert.match(nothing.err, /no test file matches \*\.yml/)
  const unknown = await run(['--run', 'nobody is called this'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /no test is called "nobody is called this"/)
})

test('the examples pass, here and against a Loki with its defaults', async (t) => {
  const here = await run([resolve('examples/tests')])
  assert.equal(here.code, 0, here.out)
  const server = createServer({ port: 0, data: 'memory' })
  const { url } = await server.listen()
  t.after(() => server.close())
  const there = await run([resolve('examples/tests'), '--addr', url])
  assert.equal(there.code, 0, there.out + there.err)
  const count = (text: string) => /\d+ tests passed, 0 failed \(\d+ checks/.exec(text)?.[0]
  assert.equal(count(there.out), count(here.out))
  const streams = [...server.store.findTenant('fake').streams.keys()]
  assert.ok(streams.length > 0 && streams.every((labels) => labels.includes('longship_test=')))
  const differs = await run(['bad.yaml', '--addr', url])
  assert.equal(differs.code, 1)
})

test('a Loki that is not there ends with 1 and says so', async () => {
  const { code, out } = await run(['good.test.yaml', '--addr', 'http://127.0.0.1:9'])
  assert.equal(code, 1)
  assert.match(out, /cannot push to http:\/\/127\.0\.0\.1:9\/loki\/api\/v1\/push/)
})
