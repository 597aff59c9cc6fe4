/** Files in the embedded engine: a whole file in slices gives what pages give; order, equal lines and memory's end. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfig } from '../../shipper/config.ts'
import { openEmbedded } from '../../shipper/querying/embedded.ts'
import { loadFiles } from '../../shipper/querying/load.ts'
import { pages } from '../../shipper/querying/paging.ts'

const SIGNAL = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'longship-whole-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function open(lines: readonly string[], maxBytes = 1e9) {
  const path = join(folder, 'app.log')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const config = loadConfig({ flags: { sources: [{ path: [path], service: 'app', node: 'n' }] } })
  const { store, problems } = await loadFiles({ config, maxBytes, signal: SIGNAL, onProgress() {} })
  assert.deepEqual(problems, [])
  return openEmbedded(store, 'app.log', SIGNAL)
}

const LEVELS = ['info', 'warn', 'error']

test('a whole file in slices is what pages give, both ways', async () => {
  const lines = [...Array(9000).keys()].map((i) => {
    const time = new Date(Date.UTC(2026, 10, 20, 10, 0, Math.floor(i / 7))).toISOString()
    return JSON.stringify({ time, level: LEVELS[i % 3], msg: `line ${i}`, n: i, correlation_id: `c${i % 11}` })
  })
  const loki = await open(lines)
  const { whole: _, ...paged } = loki
  for (const query of [
    '{service="app"}',
    '{level="error"} | json | n > 4000 | line_format "{{.n}}"',
    '{level="nothing"}',
  ]) {
    for (const isForward of [true, false]) {
      for (const limit of [0, 2500]) {
        const question = { query, range: loki.span!, isForward, limit, batch: 1000 }
        const read = async (from: typeof paged) => {
          const texts: string[] = []
          for await (const { entries } of pages(from, question)) {
            for (const { time, line, labels } of entries) texts.push(JSON.stringify([String(time), line, [...labels]]))
          }
          return texts
        }
        const [inSlices, inPages] = [await read({ ...loki, batch: 100 }), await read(paged)]
        assert.equal(inSlices.length, inPages.length)
        assert.deepEqual(inSlices, inPages)
      }
    }
  }
  await loki.close()
})

test('lines of one time keep their order across streams, equal lines and late ones are all there', async () => {
  const lines: string[] = []
  const add = (second: number, level: string, message: string) =>
    lines.push(`2026-11-20T10:00:${String(second).padStart(2, '0')}Z ${level} ${message}`)
  for (let i = 0; i < 30; i++) add(1, LEVELS[i % 3]!.toUpperCase(), `at once ${i}`)
  add(5, 'INFO', 'same')
  add(5, 'INFO', 'same')
  for (let i = 0; i < 3; i++) add(1, 'INFO', 'late and same')
  add(6, 'INFO', 'last')
  const loki = await open(lines)
  const messages: string[] = []
  const question = { query: '{service="app"}', range: loki.span!, isForward: true, limit: 0 }
  for await (const { entries } of pages(loki, question)) {
    for (const { line } of entries) messages.push(JSON.parse(line).message)
  }
  const atOnce = [...Array(30).keys()].map((i) => `at once ${i}`)
  const late = ['late and same', 'late and same', 'late and same']
  assert.deepEqual(
    messages.filter((text) => text.startsWith('at once')),
    atOnce,
  )
  assert.deepEqual(
    messages.filter((text) => !text.startsWith('at once')),
    [...late, 'same', 'same', 'last'],
  )
  await loki.close()
})

test('more than memory may hold is refused with what to do, not with a crash', async () => {
  const lines = [...Array(20_000).keys()].map((i) => `2026-11-20T10:00:00Z INFO ${'x'.repeat(900)} ${i}`)
  await assert.rejects(open(lines, 4_000_000), /larger than the memory that --max-memory allows/)
})
