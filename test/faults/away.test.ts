/** Loki away, or silent, while logs come and rotate: nothing is lost, memory stays bounded, positions stay behind. */
import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { startDouble } from '../loki-double/double.ts'
import type { Stored } from '../loki-double/rules.ts'
import { Longship, Place, sleep, until } from './harness.ts'
import { assertAllCame, eventText } from './numbered.ts'

const MiB = 1024 * 1024

function follow(place: Place, url: string, settings: Record<string, unknown>, paths: readonly string[]): Longship {
  const config = place.config({ positions: { every: '50ms' }, batch: { max_wait: '100ms' }, ...settings })
  const positions = place.path('positions.json')
  return new Longship(['ship', '--to', url, '--config', config, '--positions', positions, ...paths], { place })
}

/** The furthest offset that is kept. */
function keptOffset(place: Place): number {
  if (!existsSync(place.path('positions.json'))) return 0
  const { files } = JSON.parse(place.read('positions.json')) as { files: { offset: number }[] }
  return Math.max(0, ...files.map(({ offset }) => offset))
}

function came(stored: readonly Stored[], text: string): boolean {
  return stored.some(({ line }) => line.includes(text))
}

test('refused, then 500s, then silence, then back', async (t) => {
  const place = new Place()
  // A port that nobody listens on until later.
  const first = await startDouble()
  const port = Number(new URL(first.url).port)
  await first.close()
  const now = Date.now()
  let count = 0
  const append = (more: number) => {
    const lines = Array.from({ length: more }, () => eventText(count, now + count++))
    appendFileSync(place.path('app.log'), lines.join(''))
  }
  append(2000)
  const longship = follow(place, first.url, { loki: { timeout: '700ms' } }, [place.path('app.log')])
  await until(() => longship.stderr.includes('nothing listens'), 'the refusal to be told')
  append(500)
  await sleep(400)
  assert.equal(keptOffset(place), 0, 'positions moved on while nothing was delivered')
  const double = await startDouble({ port, script: '500*6,503*3,hang*2' })
  t.after(() => double.close())
  await until(() => double.requests.length >= 3, 'tries against 500s')
  assert.equal(keptOffset(place), 0, 'positions moved on at a 500')
  append(500)
  await until(() => new Set(double.stored.map(({ line }) => line)).size >= count, 'everything to come')
  assert.match(longship.stderr, /Loki takes batches again/)
  assert.equal(await longship.stop(), 0, longship.stderr)
  const { surplus } = assertAllCame(double.stored, count)
  assert.equal(surplus, 0)
  assert.equal(place.deadLetters.length, 0)
  assert.ok(keptOffset(place) > 0)
})

test('memory is bounded while 120 MB wait', async (t) => {
  const place = new Place()
  const double = await startDouble({ script: 'ok*2,hang*1000' })
  t.after(() => double.close())
  const path = place.write('app.log', '')
  const text = 'words of a line that goes on for a while, '.repeat(20)
  const longship = follow(place, double.url, { loki: { timeout: '60s' } }, [path])
  let n = 0
  const fill = (bytes: number) => {
    while (bytes > 0) {
      let block = ''
      for (let i = 0; i < 1000; i++)
        block += `{"time":"${new Date().toISOString()}","level":"info","seq":${n++},"msg":"${text}"}\n`
      appendFileSync(path, block)
      bytes -= block.length
    }
  }
  fill(6 * MiB)
  await until(() => double.requests.length >= 3, 'the first pushes')
  await sleep(500)
  const before = longship.memory
  fill(120 * MiB)
  let highest = 0
  for (let i = 0; i < 15; i++) {
    await sleep(100)
    highest = Math.max(highest, longship.memory)
  }
  await longship.kill()
  assert.ok(before > 0 || process.platform !== 'linux')
  assert.ok(highest - before < 40 * MiB, `memory grew by ${(highest - before) / MiB} MiB`)
  assert.ok(highest < 300 * MiB, `memory is ${highest / MiB} MiB`)
})

test('rotation while Loki is silent: renamed, copied and truncated, several at once', async (t) => {
  const place = new Place()
  const double = await startDouble({ script: 'ok,hang*2' })
  t.after(() => double.close())
  const now = Date.now()
  let count = 0
  const events = (more: number) => Array.from({ length: more }, () => eventText(count, now + count++)).join('')
  const renamed = place.path('renamed.log')
  const copied = place.path('copied.log')
  writeFileSync(renamed, events(50))
  writeFileSync(copied, events(50))
  // Looks often, so that one falls between two rotations on a busy machine too.
  const config = { loki: { timeout: '2500ms' }, positions: { every: '100ms' } }
  const longship = follow(place, double.url, config, [renamed, copied])
  await until(() => double.requests.length >= 2, 'a push that hangs')
  for (let turn = 0; turn < 3; turn++) {
    appendFileSync(renamed, events(1500))
    for (let i = 3; i > 0; i--) if (existsSync(`${renamed}.${i}`)) renameSync(`${renamed}.${i}`, `${renamed}.${i + 1}`)
    renameSync(renamed, `${renamed}.1`)
    writeFileSync(renamed, events(200))
    appendFileSync(copied, events(400))
    // Once: content that came and was truncated away unread stands in no copy that could be told from others.
    if (turn === 0) copyFileSync(copied, `${copied}.1`)
    if (turn === 0) truncateSync(copied)
    await sleep(1100)
    appendFileSync(copied, events(100))
  }
  const hasAll = () => new Set(double.stored.map(({ line }) => line)).size >= count
  await until(hasAll, `${count} events`).catch(() => {})
  assert.equal(await longship.stop(), 0, longship.stderr)
  assertAllCame(double.stored, count)
})

test('SIGTERM and SIGINT: exit 0, positions kept, nothing comes again', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const place = new Place()
    const double = await startDouble()
    t.after(() => double.close())
    const now = Date.now()
    let count = 0
    const append = (more: number) => {
      const lines = Array.from({ length: more }, () => eventText(count, now + count++))
      appendFileSync(place.path('app.log'), lines.join(''))
    }
    for (let start = 0; start < 2; start++) {
      append(701)
      const before = double.stored.length
      const longship = follow(place, double.url, {}, [place.path('app.log')])
      // The second stops in the middle of its work.
      const enough = start < 1 ? count : before + 1
      await until(() => double.stored.length >= enough, `start ${start}: ${enough} of ${count}`)
      append(100)
      const begun = Date.now()
      assert.equal(await longship.stop(signal), 0, longship.stderr)
      assert.ok(Date.now() - begun < 5000)
    }
    // One line more: what it delivers shows that it is up and hears signals.
    append(1)
    const last = follow(place, double.url, {}, [place.path('app.log')])
    await until(() => double.stored.length >= count, 'the rest')
    assert.equal(await last.stop(signal), 0)
    const { surplus } = assertAllCame(double.stored, count)
    assert.equal(surplus, 0, 'entries came again after a clean stop')
  }
})

test('Loki silent: a signal waits for its deadline, a second one does not; nothing is lost', async (t) => {
  const place = new Place()
  const double = await startDouble({ script: 'hang*1000' })
  t.after(() => double.close())
  writeFileSync(place.path('app.log'), Array.from({ length: 50 }, (_, n) => eventText(n, Date.now())).join(''))
  const patient = follow(place, double.url, { shutdown_deadline: '1s' }, [place.path('app.log')])
  await until(() => double.requests.length > 0, 'a push')
  const begun = Date.now()
  assert.equal(await patient.stop('SIGTERM', 5000), 1, 'what was not delivered must show in the exit code')
  assert.ok(Date.now() - begun >= 900, 'did not wait for its deadline')
  const hurried = follow(place, double.url, { shutdown_deadline: '60s' }, [place.path('app.log')])
  await until(() => double.requests.length > 1, 'a push')
  hurried.child.kill('SIGINT')
  // A terminal's Ctrl-C may come twice at once, from npm too: that is one.
  await sleep(800)
  assert.equal(hurried.hasEnded, false)
  await hurried.stop('SIGINT', 2000)
  double.setScript('')
  const last = follow(place, double.url, {}, [place.path('app.log')])
  await until(() => came(double.stored, 'n49:'), 'everything')
  assert.equal(await last.stop(), 0)
  assertAllCame(double.stored, 50)
})
