/** docs/scan-api.md: every operation has its command there, the commands run, and the answers look as they are shown. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createRouter } from '../../shipper/admin/router.ts'
import { operations } from '../../shipper/admin/routes/index.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { type Real, withReal } from './real.ts'
import { TOKEN, withSite } from './site.ts'

const DOCUMENT = readFileSync('docs/scan-api.md', 'utf8')
/** Commands, each with the answer that is shown behind it. */
const EXAMPLES = [...DOCUMENT.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```json\n([\s\S]*?)```)?/g)].map(
  ([, command, answer]) => ({
    command: command!,
    answer: answer === undefined ? undefined : JSON.parse(answer),
  }),
)
const [PRELUDE, ...COMMANDS] = EXAMPLES

test('the shown problem, statuses and addresses are those of the server', () => {
  assert.match(
    PRELUDE!.command,
    /^API=http:\/\/127\.0\.0\.1:9081\/api\/v1\nTOKEN=\$\(cat \.longship\/scan\/admin-token\)\napi\(\) /,
  )
  const { properties } = JSON.parse(readFileSync('schema/longship.schema.json', 'utf8'))
  assert.equal(properties.admin.properties.listen.default, '127.0.0.1:9081')
  assert.equal(properties.scan.properties.folder.default, '.longship/scan')
})

test('every operation has a command', () => {
  const find = createRouter(operations)
  const shown = COMMANDS.map(({ command }) => {
    const method = / -X ([A-Z]+)/.exec(command)?.[1] ?? (/ -d '\{/.test(command) ? 'POST' : 'GET')
    const path = /"\$(?:API|\{API%\/api\/v1\})([^"?]*)/.exec(command)![1]!
    const id = find(method, path.startsWith('/loki') ? path : `/api/v1${path}`)?.operation?.id
    assert.ok(id, `${command} is none`)
    return id
  })
  assert.deepEqual(
    operations.map(({ id }) => id).filter((id) => !shown.includes(id)),
    [],
  )
})

/** Ids that are made up stand in the document as these. */
function realIds({ triggers }: Real): (command: string) => string {
  return (command) =>
    command
      .replace('trigger_5b1e0c9a7d24', triggers.list()[0]?.id ?? 'none')
      .replace('letter_0a1b2c3d4e5f', triggers.deadLetters()[0]?.id ?? 'none')
}

async function hit({ scanner, triggers }: Real): Promise<void> {
  const text = { message: 'OOM' } as LogRecord['text']
  const base = {
    timestamp: { seconds: 1_795_262_400, nanos: 0 },
    timestamp_source: 'line',
    level: 'error',
    node: 'n',
  } as const
  const record = {
    ...base,
    service: 'shop',
    env: undefined,
    text,
    duration_ms: undefined,
    format: 'plain',
    fields: new Map(),
  }
  for (let i = 0; i < 2; i++)
    scanner.watch('c').see({ ...record, timestamp: { ...base.timestamp, nanos: i } } as unknown as LogRecord, '')
  while (triggers.deadLetters().length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
}

function run(command: string, url: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const prelude = PRELUDE!.command.replace(/^API=.*/m, `API=${url}/api/v1`).replace(/^TOKEN=.*/m, `TOKEN=${TOKEN}`)
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${prelude}${command}`], { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

test('the commands run as they stand, and the answers look as they are shown', async (t) => {
  if ((await run('curl --version', '')).code !== 0) return t.skip('no curl here')
  const options = { random: () => Buffer.from('3f2a9c0d1e4b', 'hex'), resolve: async () => ['127.0.0.1'] }
  await withReal(options, (real) =>
    withSite({ ...real, now: Date.now }, async ({ url }) => {
      for (const { command, answer } of COMMANDS) {
        if (command.includes('/dead-letters"')) await hit(real)
        const { code, stdout, stderr } = await run(realIds(real)(command).replace('--max-time 60', '--max-time 1'), url)
        if (command.includes('/stream')) {
          assert.equal(code, 28, stderr)
          assert.match(stdout, /^retry: 3000\n\n/)
          continue
        }
        assert.equal(code, 0, `${command}${stderr}`)
        const got = JSON.parse(stdout)
        const isRefused = command.includes('eror')
        if (!isRefused) assert.ok(!('errors' in got), `${command}${stdout}`)
        if (isRefused) assert.deepEqual(got, answer)
        else if (answer !== undefined) assert.deepEqual(Object.keys(got).sort(), Object.keys(answer).sort(), command)
      }
    }),
  )
})
