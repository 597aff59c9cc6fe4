/** Inputs and spool together: what is on the disk was stored, and no push takes more memory than it may. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Inputs, openInputs } from '../../shipper/inputs/index.ts'
import { EntryReader, entryBytes, writeEntry } from '../../shipper/spool/entry.ts'
import { portOf } from './catch.ts'

const MiB = 1024 * 1024

async function withInputs(
  maxBytes: number,
  run: (push: (body: unknown) => Promise<Response>, inputs: Inputs) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'longship-inputs-'))
  const listen = { host: '127.0.0.1', port: 0 }
  const push = {
    listen,
    bearer_token: undefined,
    tls: undefined,
    max_body_bytes: 8 * MiB,
    max_unpacked_bytes: 32 * MiB,
  }
  const inputs = await openInputs({ inputs: { syslog: undefined, push }, spool: { folder, max_bytes: maxBytes } })
  const url = `http://127.0.0.1:${portOf(inputs.addresses, 'push')}/loki/api/v1/push`
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  try {
    await run((body) => fetch(url, { method: 'POST', headers, body: gzipSync(JSON.stringify(body)) }), inputs)
  } finally {
    await inputs.close()
    rmSync(folder, { recursive: true })
  }
}

test('long labels before each of many short lines: refused before they fill the memory', async () => {
  await withInputs(512 * MiB, async (push, inputs) => {
    const stream = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`l${i}`, 'v'.repeat(2000)]))
    const values = Array.from({ length: 200_000 }, (_, i) => [String(1_700_000_000_000_000_000n + BigInt(i)), 'a'])
    const before = process.memoryUsage().arrayBuffers
    const response = await push({ streams: [{ stream, values }] })
    assert.equal(response.status, 413)
    assert.ok(process.memoryUsage().arrayBuffers - before < 100 * MiB)
    assert.equal(inputs.spoolBytes, 0)
    assert.equal(inputs.refused.get('push_large'), 1)
    assert.equal((await push({ streams: [{ stream, values: values.slice(0, 100) }] })).status, 204)
  })
})

test('a push that is larger than the spool is not told to come again', async () => {
  await withInputs(16 * MiB, async (push) => {
    const line = 'x'.repeat(MiB)
    const values = Array.from({ length: 20 }, (_, i) => [String(1_700_000_000_000_000_000n + BigInt(i)), line])
    assert.equal((await push({ streams: [{ stream: { app: 'a' }, values }] })).status, 413)
  })
})

test('the size of an entry is known without writing it', () => {
  const place = { input: 'loki', around: { service: 'grün' }, labels: [['a', 'b']] } as const
  const metadata = [
    ['trace_id', 'abc'],
    ['user', 'x'.repeat(100)],
  ] as const
  const entry = { time: { seconds: 1, nanos: 2 }, place, metadata, text: 'ü'.repeat(50) }
  const written = writeEntry(entry).length
  assert.ok(Math.abs(entryBytes(entry) - written) < 10, `${entryBytes(entry)}, ${written}`)
})

test('a sender with ever other places is read, and takes no more memory than another', () => {
  const reader = new EntryReader()
  const time = { seconds: 1, nanos: 2 }
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 400; i++) {
    const place = { input: 'loki', around: {}, labels: [['pod', `${i}${'p'.repeat(MiB)}`]] } as const
    const text = reader.read(writeEntry({ time, place, metadata: [], text: `line ${i}` }))?.text
    assert.equal(text, `line ${i}`)
  }
  assert.ok(process.memoryUsage().heapUsed - before < 250 * MiB)
})
