/** kill -9 in a loop: nothing is lost, and what comes again is at most one batch a kill, the same to the byte. */
import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { test } from 'node:test'
import { startDouble } from '../loki-double/double.ts'
import { Longship, Place, sleep, until } from './harness.ts'
import { assertAllCame, eventText } from './numbered.ts'

const KILLS = 12
const MAX_ENTRIES = 300
/** More than a batch holds, so that batches are sealed both by count and by age. */
const BURST = 450

test(`${KILLS} times kill -9 while a writer appends`, async (t) => {
  const place = new Place()
  // Answers late: an entry is often stored and not yet acknowledged when the kill comes.
  const double = await startDouble({ script: 'slow:60*100000' })
  const config = place.config({
    batch: { max_entries: MAX_ENTRIES, max_wait: '100ms' },
    positions: { every: '50ms' },
    push: { retry: { min: '20ms', max: '200ms' } },
  })
  const writer = startWriter([place.path('a.log'), place.path('b.log')])
  t.after(() => writer.stop())
  t.after(() => double.close())
  const random = seeded(20_261_121)
  const ship = () =>
    new Longship(
      [
        'ship',
        '--to',
        double.url,
        '--config',
        config,
        '--positions',
        place.path('positions.json'),
        place.path('*.log'),
      ],
      {
        place,
      },
    )
  for (let kill = 0; kill < KILLS; kill++) {
    const before = double.requests.length
    const longship = ship()
    await until(() => double.requests.length > before + 2, `pushes after start ${kill}\n${longship.stderr}`)
    await sleep(random() * 400)
    await longship.kill()
  }
  const count = await writer.stop()
  double.setScript('')
  const last = ship()
  const hasAll = () => double.stored.length >= count && new Set(double.stored.map(({ line }) => line)).size >= count
  await until(hasAll, `${count} events`).catch(() => {})
  assert.equal(await last.stop(), 0, last.stderr)
  const { repeated, surplus } = assertAllCame(double.stored, count)
  assert.ok(surplus <= KILLS * MAX_ENTRIES, `${surplus} entries came again, more than a batch a kill`)
  assert.ok(repeated > 0, 'no kill hit a batch on its way: this test shows nothing')
  assert.equal(place.deadLetters.length, 0)
})

/** Appends numbered events, in bursts whose ends cut lines in two; event n goes to file n % 2. */
function startWriter(paths: readonly string[]): { stop(): Promise<number> } {
  let isStopped = false
  let next = 0
  const run = async () => {
    let torn: (() => void) | undefined
    while (!isStopped) {
      for (let i = 0; i < BURST; i++) {
        torn?.()
        torn = undefined
        const path = paths[next % paths.length]!
        const text = eventText(next++, Date.now())
        const cut = i === BURST - 1 ? text.length >> 1 : text.length
        appendFileSync(path, text.slice(0, cut))
        if (cut < text.length) torn = () => appendFileSync(path, text.slice(cut))
      }
      await sleep(30)
    }
    torn?.()
    return next
  }
  const done = run()
  return {
    stop() {
      isStopped = true
      return done
    },
  }
}

/** mulberry32: the same moments in every run, as far as a machine's load lets them be. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
