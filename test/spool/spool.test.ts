/** The spool's law: what append() called stored comes out, whatever happens to power and disk, until it was committed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LongshipError } from '../../shipper/errors.ts'
import { frameBytes, payloadOf } from '../../shipper/spool/frame.ts'
import { openSpool, type Spool } from '../../shipper/spool/spool.ts'
import { MemoryDisk, seeded } from './power.ts'

const MiB = 1024 * 1024

function open(disk: MemoryDisk, maxBytes = 64 * 1024): Promise<Spool> {
  return openSpool({ folder: '/spool', maxBytes, disk, lock: () => () => {}, saveMs: 0 })
}

interface Read {
  readonly text: string
  /** Where its frame ends in the spool. */
  readonly end: number
}

/** Everything that can be read without waiting, and what was said about it. */
async function drain(spool: Spool): Promise<{ read: Read[]; problems: string[]; carried: unknown }> {
  const stop = new AbortController()
  const read: Read[] = []
  const problems: string[] = []
  let carried: unknown
  const events = spool.events(stop.signal)[Symbol.asyncIterator]()
  for (;;) {
    const next = events.next()
    const quiet = new Promise<undefined>((resolve) => setImmediate(() => setImmediate(resolve, undefined)))
    const result = await Promise.race([next, quiet])
    if (result === undefined) {
      stop.abort()
      await next
      return { read, problems, carried }
    }
    const event = result.value
    if (event.kind === 'problem') problems.push(event.message)
    if (event.kind !== 'data') continue
    carried ??= event.carried
    const bytes = Buffer.from(event.bytes)
    for (let at = 0; at < bytes.length; ) {
      const payload = payloadOf(bytes, at)
      at += frameBytes(payload)
      read.push({ text: payload.toString(), end: event.offset + at })
    }
  }
}

const texts = ({ read }: { read: Read[] }) => read.map(({ text }) => text)
const payloads = (...lines: string[]) => lines.map((line) => Buffer.from(line))

test('what was stored comes out in order, also after a restart, until it was committed', async () => {
  const disk = new MemoryDisk(seeded(1))
  const first = await open(disk)
  assert.equal(await first.append(payloads('a', 'b')), 'stored')
  assert.equal(await first.append(payloads('c')), 'stored')
  const { read } = await drain(first)
  assert.deepEqual(texts({ read }), ['a', 'b', 'c'])
  first.commit(first.origin, read[0].end, { clock: [1] })
  await first.close()
  const second = await open(disk)
  const again = await drain(second)
  assert.deepEqual(texts(again), ['b', 'c'])
  assert.deepEqual(again.carried, { clock: [1] }, 'what travels with the position comes back with it')
  second.commit(second.origin, again.read[1].end)
  await second.close()
  assert.deepEqual([...disk.files.keys()], ['/spool/acknowledged'], 'nothing is left when all is committed')
  const third = await open(disk)
  assert.equal(await third.append(payloads('d')), 'stored')
  assert.deepEqual(texts(await drain(third)), ['d'])
})

test("another source's commit changes nothing", async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk)
  await spool.append(payloads('a'))
  spool.commit({ id: spool.origin.id + 1, path: 'x', name: 'x' }, MiB)
  await spool.close()
  assert.deepEqual(texts(await drain(await open(disk))), ['a'])
})

test('it is full at its limit, and takes more when segments were acknowledged', async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk, 8000)
  const line = 'x'.repeat(188)
  let stored = 0
  while ((await spool.append(payloads(line))) === 'stored') stored++
  assert.equal(stored, 40)
  assert.ok(spool.bytes <= 8000)
  const onDisk = [...disk.files.values()].reduce((bytes, { now }) => bytes + now.length, 0)
  assert.equal(onDisk, 8000)
  let isRoom = false
  const room = spool.room(new AbortController().signal).then(() => {
    isRoom = true
  })
  const { read } = await drain(spool)
  spool.commit(spool.origin, read[3].end)
  await Promise.resolve()
  assert.ok(!isRoom, 'a part of a segment makes no room')
  spool.commit(spool.origin, read[4].end)
  await room
  assert.equal(await spool.append(payloads(line)), 'stored')
})

test('a group is stored whole or not at all', async () => {
  const spool = await open(new MemoryDisk(seeded(1)), 2000)
  await spool.append(payloads('z'))
  assert.equal(await spool.append(payloads('y'.repeat(900), 'y'.repeat(900), 'y'.repeat(160))), 'full')
  assert.deepEqual(texts(await drain(spool)), ['z'])
})

test('the power is cut at every step: nothing stored is lost, nothing comes out that was not sent', async () => {
  let cuts = 0
  for (let seed = 1; seed <= 12; seed++) {
    for (let steps = 0; ; steps++) {
      const { stored, sent, committed, isDone, disk } = await runUntilCut(seed, steps)
      if (isDone) break
      cuts++
      const where = `seed ${seed}, cut at step ${steps}`
      const spool = await open(disk.afterPowerCut())
      const found = await drain(spool)
      const came = new Set(texts(found))
      assert.deepEqual(
        stored.filter((text) => !came.has(text) && !committed.has(text)),
        [],
        where,
      )
      assert.deepEqual(
        [...came].filter((text) => !sent.has(text)),
        [],
        where,
      )
      // Blocks that came to the disk in another order look like damage: said once, though nobody was promised them.
      assert.ok((spool.dropped.get('spool_damaged') ?? 0) <= 1, where)
      assert.equal(await spool.append(payloads('after')), 'stored', where)
      assert.deepEqual(texts(await drain(spool)), ['after'], where)
    }
  }
  assert.ok(cuts > 500, `${cuts} cuts`)
})

/** Appends, reads and commits by turns until the power is cut. */
async function runUntilCut(seed: number, steps: number) {
  const random = seeded(seed)
  const disk = new MemoryDisk(random)
  const stored: string[] = []
  const sent = new Set<string>()
  const committed = new Set<string>()
  const seen: Read[] = []
  const result = (isDone: boolean) => ({ stored, sent, committed, isDone, disk })
  disk.stepsLeft = steps
  try {
    const spool = await open(disk, 4000)
    for (let round = 0; round < 12; round++) {
      const groups = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, group) =>
        Array.from(
          { length: 1 + Math.floor(random() * 4) },
          (_, i) => `${round}.${group}.${i} ${'z'.repeat(random() * 90)}`,
        ),
      )
      for (const text of groups.flat()) sent.add(text)
      const answers = await Promise.all(groups.map((group) => spool.append(payloads(...group))))
      stored.push(...groups.filter((_, i) => answers[i] === 'stored').flat())
      seen.push(...(await drain(spool)).read)
      const upTo = Math.floor(random() * (seen.length + 1))
      // A position is about all that stands before it.
      for (const { text } of seen.slice(0, upTo)) committed.add(text)
      if (upTo > 0) spool.commit(spool.origin, seen[upTo - 1].end)
    }
    await spool.close()
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EIO', `${(error as Error).stack}`)
  }
  return result(disk.stepsLeft > 0)
}

test('flipped bits cost the frames that they are in, and are counted', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed)
    const disk = new MemoryDisk(random)
    const spool = await open(disk, MiB)
    const sent = Array.from({ length: 60 }, (_, i) => `${i} ${'w'.repeat(random() * 60)}`)
    for (const text of sent) await spool.append(payloads(text))
    await spool.close()
    const [path] = [...disk.files.keys()].filter((name) => name.endsWith('.spool'))
    const flips = 1 + Math.floor(random() * 3)
    const size = disk.size(path)
    for (let i = 0; i < flips; i++) disk.flip(path, Math.floor(random() * size))
    const again = await open(disk, MiB)
    const found = await drain(again)
    const came = texts(found)
    assert.ok(came.length >= sent.length - flips, `seed ${seed}: ${came.length} of ${sent.length} after ${flips} flips`)
    assert.ok(came.length < sent.length, `seed ${seed}: nothing that is damaged comes out`)
    assert.deepEqual(
      sent.filter((text) => came.includes(text)),
      came,
      `seed ${seed}: whole, in order`,
    )
    const told = (again.dropped.get('spool_damaged') ?? 0) + (again.tornBytes > 0 ? 1 : 0)
    assert.ok(told >= 1 && found.problems.length >= 1, `seed ${seed}: it is said`)
  }
})

test('a segment that somebody deleted is a gap, not the end', async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk, 8000)
  for (let i = 0; i < 20; i++) await spool.append(payloads(`${i} ${'x'.repeat(180)}`))
  await spool.close()
  const paths = [...disk.files.keys()].filter((name) => name.endsWith('.spool')).sort()
  disk.files.delete(paths[1])
  const again = await open(disk, 8000)
  const found = await drain(again)
  assert.ok(texts(found).length < 20 && texts(found).at(-1)?.startsWith('19 '))
  assert.match(found.problems.join(), /damaged and passed over/)
})

test('a disk that fails refuses, says so, and loses nothing of before and after', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const disk = new MemoryDisk(seeded(seed))
    const spool = await open(disk)
    assert.equal(await spool.append(payloads('before')), 'stored')
    disk.failing = 'ENOSPC'
    assert.equal(await spool.append(payloads('refused', 'refused too')), 'failed')
    disk.failing = undefined
    assert.equal(await spool.append(payloads('after')), 'stored')
    const found = await drain(spool)
    assert.deepEqual(texts(found), ['before', 'after'])
    assert.match(found.problems.join(), /the disk is full/)
    await spool.close()
    assert.deepEqual(texts(await drain(await open(disk.afterPowerCut()))), ['before', 'after'], `seed ${seed}`)
  }
})

test('an entry that is larger than a block comes out whole', async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk, 8 * MiB)
  const large = 'L'.repeat(1.5 * MiB)
  await spool.append(payloads('small', large, 'last'))
  assert.deepEqual(texts(await drain(spool)), ['small', large, 'last'])
})

test('an acknowledged place that is torn or foreign sends what is there again', async () => {
  for (const text of ['', '{"off', 'null', '{"offset":-4}', '{"offset":19}', '[]']) {
    const disk = new MemoryDisk(seeded(1))
    const spool = await open(disk)
    await spool.append(payloads('a', 'b'))
    const { read } = await drain(spool)
    spool.commit(spool.origin, read[0].end)
    await spool.close()
    await disk.replace('/spool/acknowledged', text)
    assert.deepEqual(texts(await drain(await open(disk))), ['a', 'b'], text)
  }
})

test('an acknowledged place with a flipped bit passes over nothing', async () => {
  const random = seeded(7)
  for (let at = 0; at < 40; at++) {
    const disk = new MemoryDisk(random)
    const spool = await open(disk)
    await spool.append(payloads(...Array.from({ length: 30 }, (_, i) => `${i}`.padStart(20, '.'))))
    const { read } = await drain(spool)
    spool.commit(spool.origin, read[4].end, { clock: [1] })
    await spool.close()
    if (at >= disk.size('/spool/acknowledged')) break
    disk.flip('/spool/acknowledged', at)
    const again = texts(await drain(await open(disk)))
    assert.ok(again.length >= 25, `byte ${at}: ${again.length} of 25`)
  }
})

test('what is larger than the spool is told apart from what finds no room now', async () => {
  const spool = await open(new MemoryDisk(seeded(1)), 8000)
  assert.equal(await spool.append(payloads('x'.repeat(9000))), 'large')
  assert.equal(await spool.append(payloads('x'.repeat(7000))), 'stored')
  assert.equal(await spool.append(payloads('x'.repeat(7000))), 'full')
})

test('a spool of which all is acknowledged has room again, whatever the segment in hand holds', async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk, 8000)
  for (let i = 0; i < 5; i++) {
    assert.equal(await spool.append(payloads(`${i}${'x'.repeat(7000)}`)), 'stored', `push ${i}`)
    const { read } = await drain(spool)
    assert.deepEqual(
      read.map(({ text }) => text[0]),
      [`${i}`],
    )
    spool.commit(spool.origin, read[0].end)
  }
  await spool.close()
  assert.deepEqual([...disk.files.keys()], ['/spool/acknowledged'])
})

test('a disk that fails is said at once and once, also while nobody reads because Loki is away', async () => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk)
  const told: string[] = []
  spool.listen((path, message) => told.push(`${path} ${message}`))
  for (let round = 1; round <= 2; round++) {
    disk.failing = 'ENOSPC'
    for (let i = 0; i < 3; i++) assert.equal(await spool.append(payloads('refused')), 'failed')
    assert.equal(told.length, round)
    assert.match(told.at(-1)!, /^\/spool cannot be written: the disk is full; what arrives is refused$/)
    disk.failing = undefined
    assert.equal(await spool.append(payloads('after')), 'stored')
  }
})

test('a clock that is set back keeps nothing from being written down', async (t) => {
  const disk = new MemoryDisk(seeded(1))
  const spool = await open(disk)
  await spool.append(payloads('a', 'b'))
  const { read } = await drain(spool)
  const kept = () => disk.files.get('/spool/acknowledged')?.now.toString() ?? ''
  const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  spool.commit(spool.origin, read[0].end)
  await settled()
  t.mock.method(Date, 'now', () => 1_000_000)
  spool.commit(spool.origin, read[1].end)
  await settled()
  assert.match(kept(), new RegExp(`"offset":${read[1].end}\\b`))
})

test('a folder that cannot be made, or read, is said with its name', async () => {
  const cannot = () => {
    throw new Error('EACCES: permission denied')
  }
  for (const way of ['makeFolder', 'list'] as const) {
    const disk = Object.assign(new MemoryDisk(seeded(1)), { [way]: cannot })
    await assert.rejects(
      openSpool({ folder: '/spool', maxBytes: 1 << 20, disk, lock: () => () => {} }),
      (error: Error) => error instanceof LongshipError && /\/spool.*EACCES/.test(error.message),
    )
  }
})
