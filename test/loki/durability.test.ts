import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { NOW, ns, stream } from './harness.ts'

async function withDirectory(run: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'longship-store-'))
  try {
    await run(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Opened {
  push(body: object, tenant?: string): number
  lines(tenant?: string): string[]
  metadata(): string[]
  readonly warnings: string[]
  close(): Promise<void>
}

function open(dir: string, options: { now?: () => number; retention?: number } = {}): Opened {
  const warnings: string[] = []
  const server = createServer({
    data: dir,
    now: options.now ?? (() => NOW),
    warn: (message) => warnings.push(message),
    limits: {
      discover_log_levels: false,
      retention_period: options.retention ?? 0,
      ingestion_rate_mb: 1e6,
      ingestion_burst_size_mb: 1e6,
    },
  })
  const eachEntry = <T>(
    tenant: string,
    read: (bytes: Buffer, start: number, middle: number, end: number) => T,
  ): T[] => {
    const found: T[] = []
    for (const one of server.store.tenant(tenant).streams.values()) {
      for (const block of one.blocks) {
        for (let i = 0; i < block.count; i++) {
          found.push(
            read(block.bytes, i === 0 ? 0 : block.ends[2 * i - 1]!, block.ends[2 * i]!, block.ends[2 * i + 1]!),
          )
        }
      }
    }
    return found
  }
  return {
    warnings,
    push: (body, tenant = 'fake') => server.push(Buffer.from(JSON.stringify(body)), { format: 'json', tenant }).status,
    lines: (tenant = 'fake') =>
      eachEntry(tenant, (bytes, start, middle) => bytes.toString('utf8', start, middle)).sort(),
    metadata: () =>
      eachEntry('fake', (bytes, _, middle, end) => {
        const id = bytes[middle]!
        return `${server.store.tenant('fake').names.list[id]}=${bytes.toString('utf8', middle + 2, end)}`
      }).sort(),
    close: () => server.close(),
  }
}

const segmentsOf = (dir: string) =>
  readdirSync(join(dir, 'segments'))
    .sort()
    .map((name) => join(dir, 'segments', name))

test('entries, tenants, metadata and its names survive restarts', async () => {
  await withDirectory(async (dir) => {
    for (const [index, name] of ['x', 'y', 'x'].entries()) {
      const store = open(dir)
      assert.equal(store.push(stream({ app: 'a' }, [[ns(index), `line ${index}`, { [name]: `v${index}` }]])), 204)
      assert.equal(store.push(stream({ app: 'a' }, [[ns(index), `other ${index}`]]), 'other'), 204)
      await store.close()
    }
    const store = open(dir)
    assert.deepEqual(store.lines(), ['line 0', 'line 1', 'line 2'])
    assert.deepEqual(store.lines('other'), ['other 0', 'other 1', 'other 2'])
    assert.deepEqual(store.metadata(), ['x=v0', 'x=v2', 'y=v1'])
    assert.deepEqual(store.warnings, [])
    await store.close()
  })
})

test('a torn tail is cut off with a warning, wherever it tore', async () => {
  await withDirectory(async (dir) => {
    const first = open(dir)
    first.push(stream({ app: 'a' }, [[ns(), 'kept']]))
    const [path] = segmentsOf(dir)
    const whole = readFileSync(path!).length
    first.push(stream({ app: 'a' }, [[ns(1), 'torn off']]))
    await first.close()
    const full = readFileSync(path!)
    for (let size = full.length - 1; size > whole; size -= 7) {
      writeFileSync(path!, full.subarray(0, size))
      const store = open(dir)
      assert.deepEqual(store.lines(), ['kept'])
      assert.match(store.warnings[0]!, /are no whole record and were cut off/)
      await store.close()
      assert.equal(readFileSync(path!).length, whole)
    }
    appendFileSync(path!, Buffer.alloc(4096))
    const store = open(dir)
    assert.equal(store.push(stream({ app: 'a' }, [[ns(2), 'after']])), 204)
    await store.close()
    const again = open(dir)
    assert.deepEqual(again.lines(), ['after', 'kept'])
    await again.close()
  })
})

test('a damaged record in the middle costs that record only', async () => {
  await withDirectory(async (dir) => {
    const store = open(dir)
    for (const word of ['one', 'two', 'three']) store.push(stream({ app: 'a' }, [[ns(), word]]))
    await store.close()
    const [path] = segmentsOf(dir)
    const bytes = readFileSync(path!)
    bytes[bytes.indexOf('two')]! ^= 1
    writeFileSync(path!, bytes)
    const again = open(dir)
    assert.deepEqual(again.lines(), ['one', 'three'])
    assert.match(again.warnings[0]!, /damaged bytes were skipped/)
    await again.close()
  })
})

test('retention drops whole segments and blocks', async () => {
  await withDirectory(async (dir) => {
    let now = NOW
    const hour = 3_600_000
    const store = open(dir, { now: () => now, retention: 2 * hour })
    store.push(stream({ app: 'old' }, [[ns(), 'old']]))
    now += 3 * hour
    store.push(stream({ app: 'new' }, [[ns(3 * hour), 'new']]))
    assert.equal(segmentsOf(dir).length, 2)
    await store.close()
    const again = open(dir, { now: () => now, retention: 2 * hour })
    assert.deepEqual(again.lines(), ['new'])
    assert.equal(segmentsOf(dir).length, 1)
    await again.close()
  })
})

test('a directory serves one server at a time; a lock of a process that is gone is taken over', async () => {
  await withDirectory(async (dir) => {
    const store = open(dir)
    assert.throws(() => open(dir), /is in use by process \d+; stop it or name another with --data/)
    await store.close()
    writeFileSync(join(dir, 'lock'), '999999999 1')
    const again = open(dir)
    await again.close()
    assert.equal(existsSync(join(dir, 'lock')), false)
  })
})

test('when the disk is full, the push gets 500 and nothing of it is there', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('no /dev/full here')
  await withDirectory(async (dir) => {
    const store = open(dir)
    symlinkSync('/dev/full', join(dir, 'segments', '00000001.seg'))
    assert.equal(store.push(stream({ app: 'a' }, [[ns(), 'first']])), 500)
    assert.deepEqual(store.lines(), [])
    assert.match(store.warnings[0]!, /no space left for the data directory/)
    assert.equal(store.push(stream({ app: 'a' }, [[ns(1), 'second']])), 204, 'the next segment has room')
    await store.close()
    const again = open(dir)
    assert.deepEqual(again.lines(), ['second'])
    await again.close()
  })
})

/** Pushes numbered entries one after the other and says which were acknowledged. */
const CHILD = `
import { createServer } from './loki/server/server.ts'
const server = createServer({ data: process.argv[2], port: 0, limits: { ingestion_rate_mb: 1e6, ingestion_burst_size_mb: 1e6, reject_old_samples: false } })
const { url } = await server.listen()
for (let i = Number(process.argv[3]); ; i++) {
  const values = Array.from({ length: 20 }, (_, k) => [String(BigInt(Date.now()) * 1000000n + BigInt(k)), 'entry ' + i + '.' + k + ' ' + 'x'.repeat((i * 37) % 500)])
  const body = JSON.stringify({ streams: [{ stream: { app: 'a' + (i % 3) }, values }] })
  const response = await fetch(url + '/loki/api/v1/push', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  if (response.status !== 204) throw new Error(await response.text())
  process.stdout.write(i + '\\n')
}
`

test('kill -9 in the middle of pushes loses nothing that was acknowledged', { timeout: 60_000 }, async () => {
  await withDirectory(async (dir) => {
    const script = join(dir, 'child.mts')
    // Beside the repository's root, so that its imports resolve.
    writeFileSync(script, CHILD.replace("'./loki/", `'${process.cwd()}/loki/`))
    const data = join(dir, 'data')
    let acknowledged = -1
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--import', 'tsx', script, data, String(acknowledged + 1)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const wanted = acknowledged + 25 + round * 13
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line)
        if (acknowledged >= wanted) break
      }
      child.kill('SIGKILL')
      await new Promise((resolve) => child.on('close', resolve))
    }
    const store = open(data)
    const found = new Map<string, number>()
    for (const line of store.lines()) {
      const [, id, fill] = /^entry (\d+\.\d+) (x*)$/.exec(line)!
      assert.equal(fill!.length, (Number(id!.split('.')[0]) * 37) % 500, 'the line is whole')
      found.set(id!, (found.get(id!) ?? 0) + 1)
    }
    for (let i = 0; i <= acknowledged; i++) {
      for (let k = 0; k < 20; k++) assert.ok(found.has(`${i}.${k}`), `entry ${i}.${k} of ${acknowledged} is lost`)
    }
    await store.close()
  })
})

test('a directory that cannot be used is an error that names it', async () => {
  await withDirectory((dir) => {
    writeFileSync(join(dir, 'file'), '')
    assert.throws(() => open(join(dir, 'file', 'data')), /cannot use the data directory .*file.data/)
  })
})

test('an emptied segment is no error', async () => {
  await withDirectory(async (dir) => {
    const store = open(dir)
    store.push(stream({ app: 'a' }, [[ns(), 'x']]))
    await store.close()
    truncateSync(segmentsOf(dir)[0]!, 0)
    const again = open(dir)
    assert.deepEqual(again.lines(), [])
    await again.close()
  })
})
