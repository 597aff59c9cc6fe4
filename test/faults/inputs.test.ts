/** Inputs and their spool as a process of its own: outages and kill -9 lose nothing that a sender was told is taken. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type LokiDouble, startDouble } from '../loki-double/double.ts'
import { Longship, Place, sleep, until } from './harness.ts'

const KILLS = 6

/** Its address in its own words: push http://127.0.0.1:43211 → 43211. */
async function portOf(longship: Longship, start: string): Promise<number> {
  const pattern = new RegExp(`${start}:(\\d+)`)
  await until(() => pattern.test(longship.stderr), `${start}\n${longship.stderr}`)
  return Number(pattern.exec(longship.stderr)?.[1])
}

async function begin(t: TestContext, script: string, inputs: Record<string, unknown>) {
  const place = new Place()
  const double = await startDouble({ script })
  t.after(() => double.close())
  const config = place.config({ inputs, batch: { max_wait: '50ms' }, spool: { max_bytes: '16MiB' } })
  const start = () => new Longship(['ship', '--to', double.url, '--config', config, '--json'], { place })
  return { double, start }
}

/** Lines item-… that Loki has, by number. */
function numbersOf(double: LokiDouble): Set<number> {
  return new Set(double.stored.map(({ line }) => Number(/\bitem-(\d+)/.exec(line)?.[1])))
}

const push = (port: number, from: number, count: number) =>
  fetch(`http://127.0.0.1:${port}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      streams: [
        {
          stream: { app: 'shop' },
          values: Array.from({ length: count }, (_, i) => [
            `${Date.now()}${String(i).padStart(6, '0')}`,
            `level=info msg=item-${from + i}`,
          ]),
        },
      ],
    }),
  })

test(`${KILLS} times kill -9 under pushes: whatever got its 204 is in Loki`, async (t) => {
  const { double, start } = await begin(t, 'slow:30*100000', { push: { listen: '127.0.0.1:0' } })
  const taken: number[] = []
  let next = 0
  let isKilled = false
  for (let kill = 0; kill < KILLS; kill++) {
    const longship = start()
    const port = await portOf(longship, 'push http://127.0.0.1')
    isKilled = false
    const senders = Array.from({ length: 4 }, async () => {
      while (!isKilled) {
        const from = next
        next += 20
        const status = await push(port, from, 20).then(
          ({ status }) => status,
          () => 0,
        )
        if (status === 204) taken.push(...Array.from({ length: 20 }, (_, i) => from + i))
      }
    })
    // By what was taken, not by the clock: a slow machine is killed among pushes as well.
    const enough = taken.length + 100 + 40 * kill
    await until(() => taken.length >= enough, `${enough} taken\n${longship.stderr}`)
    await longship.kill()
    isKilled = true
    await Promise.all(senders)
  }
  assert.ok(taken.length > 500, `${taken.length} taken: this test shows nothing`)
  const before = numbersOf(double)
  assert.ok(
    taken.some((n) => !before.has(n)),
    'no kill left anything in the spool: this test shows nothing',
  )
  double.setScript('')
  const last = start()
  await until(() => {
    const has = numbersOf(double)
    return taken.every((n) => has.has(n))
  }, `all that was taken\n${last.stderr}`)
  assert.equal(await last.stop(), 0, last.stderr)
})

test('Loki away: the spool takes what comes and hands it over, normalized, once Loki is back', async (t) => {
  const inputs = { push: { listen: '127.0.0.1:0' }, syslog: { tcp: '127.0.0.1:0' } }
  const { double, start } = await begin(t, '503*100000', inputs)
  const longship = start()
  const port = await portOf(longship, 'push http://127.0.0.1')
  assert.equal((await push(port, 0, 10)).status, 204)
  const socket = connect(await portOf(longship, 'syslog tcp 127.0.0.1'), '127.0.0.1')
  await once(socket, 'connect')
  socket.end(
    '<11>1 2026-11-21T10:00:00Z web-7 nginx 12 - - upstream failed item-10\n65 <14>1 2026-11-21T10:00:01Z web-7 cron 13 - - job finished item-11',
  )
  await once(socket.resume(), 'close')
  await sleep(300)
  await longship.kill()
  assert.equal(double.stored.length, 0)
  double.setScript('')
  const again = start()
  await until(() => numbersOf(double).size === 12, `twelve lines\n${again.stderr}`, 20_000)
  const syslog = double.stored.filter(({ line }) => /item-1[01]\b/.test(line)).map(({ stream }) => stream)
  assert.deepEqual(syslog.map((text) => /level="(\w+)"/.exec(text)?.[1]).sort(), ['error', 'info'])
  assert.ok(
    syslog.every((text) => /service="(nginx|cron)"/.test(text)),
    syslog.join(),
  )
  assert.ok(double.stored.some(({ stream }) => stream.includes('service="shop"') && stream.includes('level="info"')))
  assert.equal(await again.stop(), 0, again.stderr)
  const { read, delivered, dropped, pending } = JSON.parse(again.stdout)
  assert.deepEqual({ read, delivered, dropped, pending }, { read: 12, delivered: 12, dropped: {}, pending: 0 })
})

test('a full spool answers 429, and takes more once Loki has taken some', async (t) => {
  const { double, start } = await begin(t, '503*100000', { push: { listen: '127.0.0.1:0' } })
  const longship = start()
  const port = await portOf(longship, 'push http://127.0.0.1')
  let taken = 0
  let status = 204
  while (status === 204 && taken < 1_000_000) {
    status = (await push(port, taken, 20_000)).status
    if (status === 204) taken += 20_000
  }
  assert.equal(status, 429)
  assert.ok(taken >= 60_000, `${taken} fit into 16 MiB`)
  double.setScript('')
  await until(() => double.stored.length >= taken, `${taken} lines in Loki\n${longship.stderr}`)
  assert.equal((await push(port, taken, 10)).status, 204)
  await until(() => numbersOf(double).size === taken + 10, 'all of them')
  assert.equal(await longship.stop(), 0, longship.stderr)
})

test('Loki is given up: it ends, and what was taken is there for the next start', async (t) => {
  const place = new Place()
  const double = await startDouble({ script: '503*100000' })
  t.after(() => double.close())
  const inputs = { push: { listen: '127.0.0.1:0' } }
  const quick = { min: '20ms', max: '50ms' }
  const start = (retry: Record<string, string>) => {
    const config = place.config({ inputs, batch: { max_wait: '50ms' }, push: { retry: { ...quick, ...retry } } })
    return new Longship(['ship', '--to', double.url, '--config', config, '--json'], { place })
  }
  const first = start({ give_up_after: '300ms' })
  assert.equal((await push(await portOf(first, 'push http://127.0.0.1'), 0, 10)).status, 204)
  assert.equal(await first.exit(15_000), 1, first.stderr)
  double.setScript('')
  const second = start({})
  await until(() => numbersOf(double).size === 10, 'all ten', 15_000)
  assert.equal(await second.stop(), 0, second.stderr)
})
