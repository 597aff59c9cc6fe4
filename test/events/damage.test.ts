/** What a kill, a full disk and a failing one leave behind: whole events and counts, never a wrong event. */
import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EventDisk, type EventFile, realDisk } from '../../shipper/events/disk.ts'
import type { LogEvent } from '../../shipper/events/event.ts'
import { everything, newEvent, newFolder, numbers, openLog, segmentsOf } from './folder.ts'

/** A folder with these events and what is known of it. */
async function written(count: number): Promise<{ folder: string; events: LogEvent[]; path: string; bytes: Buffer }> {
  const folder = newFolder()
  const { log } = openLog(folder)
  const events: LogEvent[] = []
  for (let i = 0; i < count; i++) events.push(log.append(newEvent({ message: `m ${i} ä` })) as LogEvent)
  await log.close()
  const [path] = segmentsOf(folder)
  return { folder, events, path, bytes: readFileSync(path) }
}

/** A copy of the folder in which the segment holds other bytes. */
function damaged(folder: string, path: string, bytes: Uint8Array, name: string): string {
  const copy = join(newFolder(), name)
  mkdirSync(copy)
  copyFileSync(join(folder, 'sequence.json'), join(copy, 'sequence.json'))
  writeFileSync(join(copy, basename(path)), bytes)
  return copy
}

test('a tail that is torn at any byte is cut at the last whole event, and counted', async () => {
  const { folder, events, path, bytes } = await written(3)
  const ends: number[] = []
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1)
  assert.equal(ends.length, 3)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const copy = damaged(folder, path, bytes.subarray(0, cut), `cut${cut}`)
    const { log } = openLog(copy)
    const whole = ends.filter((end) => end <= cut).length
    assert.deepEqual(everything(log).toReversed(), events.slice(0, whole), `cut at ${cut}`)
    assert.equal(log.stats().torn_bytes, cut - (ends[whole - 1] ?? 0), `cut at ${cut}`)
    const next = log.append(newEvent()) as LogEvent
    assert.equal(next.seq, 4, 'a number that was given is not given again')
    await log.close()
    const again = openLog(copy).log
    assert.deepEqual(everything(again).toReversed(), [...events.slice(0, whole), next], `after cut at ${cut}`)
    assert.deepEqual([again.stats().torn_bytes, again.stats().damaged], [0, 0])
    await again.close()
  }
})

test('a bit that flips anywhere costs the events it stands in, and makes none', async () => {
  const { folder, events, path, bytes } = await written(3)
  const known = new Map(events.map((event) => [event.seq, event]))
  let lost = 0
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] ^= 1 << (at % 8)
    const { log } = openLog(damaged(folder, path, flipped, `flip${at}`))
    const found = everything(log)
    for (const event of found) assert.deepEqual(event, known.get(event.seq), `bit of byte ${at}`)
    assert.ok(found.length >= 1, `byte ${at}: ${found.length}`)
    // Upper and lower case of a checksum's digit differ in a bit; what it says does not.
    if (found.length < 3) assert.ok(log.stats().damaged > 0, `byte ${at}: nothing was counted`)
    lost += 3 - found.length
    await log.close()
  }
  assert.ok(lost >= bytes.length, `${lost} events were lost to ${bytes.length} flips`)
})

test('a bit that flips while the log is open is no wrong event either', async () => {
  const { folder, events, path, bytes } = await written(3)
  const { log } = openLog(folder)
  const flipped = Buffer.from(bytes)
  flipped[bytes.indexOf('m 1')] ^= 4
  writeFileSync(path, flipped)
  assert.deepEqual(everything(log), [events[2], events[0]])
  assert.deepEqual(log.since(0, { limit: 10 }), [events[0], events[2]])
})

test('lines of others, and events that come twice, are no events', async () => {
  const { folder, events, path, bytes } = await written(2)
  const line = bytes.subarray(0, bytes.indexOf(10) + 1)
  writeFileSync(path, Buffer.concat([Buffer.from('\n{}\nno event\n'), bytes, line]))
  const { log, problems } = openLog(folder)
  assert.deepEqual(everything(log).toReversed(), events)
  assert.equal(log.stats().damaged, 4)
  assert.match(problems.join('\n'), /4 lines are no whole event and are passed over/)
})

/** A disk that fails on demand. */
class FailingDisk {
  code: string | undefined
  /** Bytes of a write that still get through. */
  room = 0
  canTruncate = true
  readonly disk: EventDisk

  constructor() {
    this.disk = {
      ...realDisk,
      open: (path) => this.file(realDisk.open(path)),
      replace: (path, text) => {
        this.check()
        realDisk.replace(path, text)
      },
    }
  }

  check(): void {
    if (this.code !== undefined) throw Object.assign(new Error(this.code), { code: this.code })
  }

  private file(file: EventFile): EventFile {
    return {
      ...file,
      write: (bytes, at) => {
        if (this.code !== undefined) file.write(bytes.subarray(0, this.room), at)
        this.check()
        file.write(bytes, at)
      },
      truncate: (size) => {
        if (!this.canTruncate) this.check()
        file.truncate(size)
      },
    }
  }
}

for (const [code, reason, canTruncate] of [
  ['ENOSPC', 'disk_full', true],
  ['EDQUOT', 'disk_full', true],
  ['EIO', 'disk_failed', true],
  ['EIO', 'disk_failed', false],
] as const) {
  test(`${code}${canTruncate ? '' : ', and nothing can be cut off'}: refused and counted, told once; the log goes on later`, async () => {
    const folder = newFolder()
    const failing = new FailingDisk()
    const { log, problems } = openLog(folder, { disk: failing.disk })
    let told = 0
    log.subscribe(() => told++)
    const stored: (LogEvent | undefined)[] = [log.append(newEvent())]
    failing.canTruncate = canTruncate
    for (let round = 0; round < 3; round++) {
      failing.code = code
      for (failing.room = 0; failing.room < 150; failing.room += 50) assert.equal(log.append(newEvent()), undefined)
      failing.code = undefined
      const event = newEvent()
      stored.push(log.append(event))
      assert.deepEqual(everything(log).toReversed(), stored)
    }
    assert.deepEqual(numbers(stored as LogEvent[]), [1, 2, 3, 4], 'what was refused had no number')
    assert.deepEqual([log.stats().refused, told], [{ [reason]: 9 }, 4])
    assert.deepEqual(
      problems,
      Array(3).fill(`${folder}: cannot be written: ${code}; events are refused and counted`),
      'once a round',
    )
    await log.close()
    const again = openLog(folder).log
    assert.deepEqual(everything(again).toReversed(), stored)
  })
}

test('fdatasync runs in batches; what fails of it is told once, and no file is closed under one', async () => {
  const running = new Set<string>()
  let syncs = 0
  let isBroken = false
  const disk: EventDisk = {
    ...realDisk,
    open(path) {
      const file = realDisk.open(path)
      return {
        ...file,
        async sync() {
          syncs++
          running.add(path)
          await sleep(5)
          running.delete(path)
          if (isBroken) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        },
        close() {
          assert.ok(!running.has(path), 'closed while it is synced')
          file.close()
          throw Object.assign(new Error('EIO'), { code: 'EIO' })
        },
      }
    },
  }
  const { log, problems } = openLog(newFolder(), { disk, syncMs: 1, maxBytes: 8000 })
  for (let i = 0; i < 60; i++) {
    log.append(newEvent())
    if (i % 10 === 0) await sleep(3)
  }
  assert.ok(syncs >= 5 && syncs <= 60, `${syncs}`)
  isBroken = true
  for (let i = 0; i < 30; i++) assert.ok(log.append(newEvent()))
  await sleep(30)
  await log.close()
  assert.equal(running.size, 0)
  assert.equal(problems.length, 1)
  assert.match(problems[0], /what was stored may not survive a power cut: EIO/)
})

test('a key that was refused may come again', () => {
  const failing = new FailingDisk()
  const { log } = openLog(newFolder(), { disk: failing.disk })
  failing.code = 'ENOSPC'
  assert.equal(log.append(newEvent({ key: 'k' })), undefined)
  failing.code = undefined
  assert.ok(log.append(newEvent({ key: 'k' })))
})

test('a number that cannot be reserved is not given', () => {
  const failing = new FailingDisk()
  const { log } = openLog(newFolder(), { disk: failing.disk })
  failing.code = 'ENOSPC'
  failing.room = 10_000
  assert.equal(log.append(newEvent()), undefined)
})

test('a segment that cannot be read is left out and said; the others are there', async () => {
  const folder = newFolder()
  const { log } = openLog(folder, { maxBytes: 8000 })
  for (let i = 0; i < 12; i++) log.append(newEvent())
  await log.close()
  const bad = segmentsOf(folder).at(-1)
  const disk: EventDisk = {
    ...realDisk,
    read(path, into, at) {
      if (path === bad) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      return realDisk.read(path, into, at)
    },
  }
  const { log: again, problems } = openLog(folder, { maxBytes: 8000, disk })
  assert.ok(everything(again).length > 5)
  assert.deepEqual(problems, [`${bad}: cannot be read: EIO; its events are left out`])
  assert.equal(again.append(newEvent())?.seq, 13)
})

test('a folder whose number file is lost gives none again that stands in a segment', async () => {
  const { folder } = await written(3)
  writeFileSync(join(folder, 'sequence.json'), '{"next":')
  const { log } = openLog(folder)
  assert.ok((log.append(newEvent())?.seq ?? 0) > 3)
})

test('what stands behind a torn tail of a killed process is not grown over', async () => {
  const { folder, path, events } = await written(2)
  appendFileSync(path, `deadbeef {"seq":3${' '.repeat(5000)}`)
  const { log } = openLog(folder)
  const next = log.append(newEvent())
  assert.deepEqual(everything(log), [next, ...events.toReversed()])
  assert.equal(statSync(path).size, log.stats().bytes)
})
