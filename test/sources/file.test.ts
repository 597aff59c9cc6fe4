import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openPositions } from '../../shipper/sources/positions.ts'
import { Follower, temporaryDirectory } from './harness.ts'

const numbered = (from: number, to: number, word = 'line') =>
  Array.from({ length: to - from + 1 }, (_, i) => `${word} ${from + i}\n`).join('')

const list = (from: number, to: number, word = 'line') => numbered(from, to, word).trimEnd().split('\n')

/** A file, a follower of it, and what it says after the test's actions. */
async function follow(
  options: {
    paths?: string[]
    from?: 'start' | 'end'
    maxOpenFiles?: number
    positions?: boolean
    directory?: string
  } = {},
) {
  const directory = options.directory ?? temporaryDirectory()
  const path = join(directory, 'app.log')
  const positions = options.positions ? openPositions(join(directory, 'state', 'positions.json')) : undefined
  const { from, maxOpenFiles } = options
  const paths = (options.paths ?? ['app.log']).map((name) => join(directory, name))
  const follower = new Follower({ paths, from, maxOpenFiles, positions, rotateWaitMs: 2000 } as never)
  return { directory, path, follower }
}

test('files: reads what is there, then what is appended; says idle once', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  appendFileSync(path, 'line 4\nline ')
  await follower.tick()
  appendFileSync(path, '5\n')
  await follower.tick(3000)
  assert.deepEqual(follower.lines, list(1, 5))
  assert.equal(follower.texts.size, 1)
  assert.equal(follower.idle.length, 3)
  await follower.stop()
  assert.deepEqual(follower.ended, [])
})

test('files: a path that is not there yet is a problem once, and read from its first byte when it comes, even from: end', async () => {
  const { path, follower } = await follow({ from: 'end' })
  await follower.tick(3000)
  assert.equal(follower.problems.length, 1)
  assert.match(follower.problems[0]!, /app\.log does not exist/)
  writeFileSync(path, numbered(1, 2))
  await follower.tick()
  assert.deepEqual(follower.lines, list(1, 2))
  await follower.stop()
})

test('files: from end leaves what is there, but not the beginning of a last line', async () => {
  const { path, follower } = await follow({ from: 'end' })
  writeFileSync(path, 'old 1\nold 2\nhalf')
  await follower.tick()
  appendFileSync(path, ' a line\nnew\n')
  await follower.tick()
  assert.deepEqual(follower.lines, ['half a line', 'new'])
  await follower.stop()
})

test('rotation by rename: both files are read while the writer still holds the old one; the old ends after its wait', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  renameSync(path, `${path}.1`)
  appendFileSync(`${path}.1`, numbered(4, 5))
  writeFileSync(path, numbered(6, 7))
  await follower.tick()
  appendFileSync(`${path}.1`, numbered(8, 8))
  appendFileSync(path, numbered(9, 9))
  await follower.tick(5000)
  assert.deepEqual(follower.lines.sort(), list(1, 9))
  assert.equal(follower.texts.size, 2)
  const [first] = follower.origins.keys()
  assert.deepEqual(follower.ended, [first])
  await follower.stop()
})

test('rotation: the old generation is read to its end before the new one', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 1))
  await follower.tick()
  appendFileSync(path, numbered(2, 3000))
  renameSync(path, `${path}.1`)
  writeFileSync(path, numbered(3001, 3002))
  await follower.tick()
  assert.deepEqual(follower.lines, list(1, 3002))
  await follower.stop()
})

test('rotation under a pattern that finds the renamed file too: nothing is read twice', async () => {
  const { path, follower } = await follow({ paths: ['app.log*'] })
  for (let generation = 0; generation < 4; generation++) {
    appendFileSync(path, numbered(generation * 10 + 1, generation * 10 + 5))
    await follower.tick()
    appendFileSync(path, numbered(generation * 10 + 6, generation * 10 + 10))
    for (let older = generation; older > 0; older--) renameSync(`${path}.${older}`, `${path}.${older + 1}`)
    renameSync(path, `${path}.1`)
  }
  await follower.tick(4000)
  assert.deepEqual(follower.lines, list(1, 40))
  await follower.stop()
})

test('a stalled consumer: five rotations meanwhile lose nothing, compressed and deleted ones neither', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 2000))
  follower.isStalled = false
  await follower.settle()
  follower.isStalled = true
  for (let generation = 1; generation <= 5; generation++) {
    // The source looks around beside the reader, once a second.
    await follower.tick()
    for (let older = generation - 1; older > 0; older--) renameSync(`${path}.${older}`, `${path}.${older + 1}`)
    renameSync(path, `${path}.1`)
    writeFileSync(path, numbered(generation * 2000 + 1, (generation + 1) * 2000))
  }
  await follower.tick()
  writeFileSync(`${path}.5.gz`, gzipSync(readFileSync(`${path}.5`)))
  for (const generation of [3, 4, 5]) rmSync(`${path}.${generation}`)
  follower.isStalled = false
  await follower.tick(4000)
  assert.deepEqual(follower.lines, list(1, 12000))
  assert.deepEqual(follower.problems, [])
  await follower.stop()
})

test('rotations that nobody saw between two looks are found beside the file', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  for (let generation = 1; generation <= 3; generation++) {
    for (let older = generation - 1; older > 0; older--) renameSync(`${path}.${older}`, `${path}.${older + 1}`)
    renameSync(path, `${path}.1`)
    // Creation times are told apart by milliseconds.
    for (const start = Date.now(); Date.now() < start + 3; );
    writeFileSync(path, numbered(generation * 3 + 1, generation * 3 + 3))
  }
  await follower.tick(2000)
  assert.deepEqual(follower.lines, list(1, 12))
  await follower.stop()
})

test('copytruncate: the file goes on from 0, and what was not read of it is read from the copy', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 50))
  await follower.tick()
  appendFileSync(path, numbered(51, 52))
  copyFileSync(path, `${path}.1`)
  truncateSync(path, 0)
  appendFileSync(path, numbered(53, 54))
  await follower.tick(3000)
  assert.deepEqual(follower.lines, list(1, 54))
  await follower.stop()
})

test('copytruncate under a pattern that finds the copy: a line appended to the copy is read, nothing twice', async () => {
  const { path, follower } = await follow({ paths: ['app.log*'] })
  writeFileSync(path, numbered(1, 2))
  await follower.tick()
  copyFileSync(path, `${path}.1`)
  truncateSync(path, 0)
  appendFileSync(`${path}.1`, numbered(3, 3))
  await follower.tick(3000)
  assert.deepEqual(follower.lines, list(1, 3))
  await follower.stop()
})

test('truncated and written anew to more than before, between two looks', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  writeFileSync(path, numbered(10, 90))
  await follower.tick()
  assert.deepEqual(follower.lines, [...list(1, 3), ...list(10, 90)])
  await follower.stop()
})

test('truncated and written anew to exactly the same length', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  writeFileSync(path, numbered(4, 6))
  await follower.tick()
  assert.deepEqual(follower.lines, list(1, 6))
  await follower.stop()
})

test('deleted while unread: drained from the descriptor, then it ends', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 4000))
  await follower.settle()
  follower.isStalled = true
  rmSync(path)
  await follower.tick()
  follower.isStalled = false
  await follower.tick(4000)
  assert.deepEqual(follower.lines, list(1, 4000))
  assert.equal(follower.ended.length, 1)
  await follower.stop()
})

test('deleted and made again: the new file is read from its first byte', async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  rmSync(path)
  await follower.tick(4000)
  writeFileSync(path, numbered(4, 9))
  await follower.tick()
  rmSync(path)
  writeFileSync(path, numbered(10, 10))
  await follower.tick(4000)
  assert.deepEqual(follower.lines, list(1, 10))
  await follower.stop()
})

test('a symbolic link that turns to another file is a rotation', async () => {
  const { directory, follower } = await follow({ paths: ['current.log'] })
  writeFileSync(join(directory, 'a'), numbered(1, 2))
  symlinkSync('a', join(directory, 'current.log'))
  await follower.tick()
  appendFileSync(join(directory, 'a'), numbered(3, 3))
  writeFileSync(join(directory, 'b'), numbered(4, 5))
  symlinkSync('b', join(directory, 'next'))
  renameSync(join(directory, 'next'), join(directory, 'current.log'))
  await follower.tick()
  assert.deepEqual(follower.lines, list(1, 5))
  await follower.stop()
})

test('one file by two names is read once; a directory, an unreadable loop and a compressed file are problems, the rest goes on', async () => {
  const { directory, path, follower } = await follow({
    paths: ['app.log', 'alias.log', 'folder', 'loop.log', 'old.log.gz'],
  })
  writeFileSync(path, numbered(1, 2))
  symlinkSync('app.log', join(directory, 'alias.log'))
  symlinkSync('loop.log', join(directory, 'loop.log'))
  mkdirSync(join(directory, 'folder'))
  writeFileSync(join(directory, 'old.log.gz'), gzipSync('x\n'))
  await follower.tick(3000)
  assert.deepEqual(follower.lines, list(1, 2))
  assert.equal(follower.problems.length, 3)
  assert.match(
    follower.problems.join('\n'),
    /folder is a directory; name the files in it, for example .*folder\/\*\.log/,
  )
  assert.match(follower.problems.join('\n'), /loop\.log is a symbolic link that leads back/)
  assert.match(follower.problems.join('\n'), /old\.log\.gz is compressed: read it with --once/)
  await follower.stop()
})

test('a file without permission is read when it is given', {
  skip: process.getuid?.() === 0 && 'root reads everything',
}, async () => {
  const { path, follower } = await follow()
  writeFileSync(path, numbered(1, 2))
  chmodSync(path, 0)
  await follower.tick(2000)
  assert.match(follower.problems.join('\n'), /permission denied/)
  chmodSync(path, 0o600)
  await follower.tick(2000)
  assert.deepEqual(follower.lines, list(1, 2))
  await follower.stop()
})

test('more files than descriptors: all are read, fairly, and renamed ones are found by their inode', async () => {
  const { directory, follower } = await follow({ paths: ['*.log'], maxOpenFiles: 8 })
  const names = Array.from({ length: 60 }, (_, i) => join(directory, `${i}.log`))
  for (const [i, name] of names.entries()) writeFileSync(name, `first of ${i}\n`)
  await follower.tick(2000)
  for (const [i, name] of names.entries()) appendFileSync(name, `second of ${i}\n`)
  for (const [i, name] of names.entries()) {
    if (i % 3 !== 0) continue
    renameSync(name, `${name}.1`)
    writeFileSync(name, `third of ${i}\n`)
  }
  await follower.tick(6000)
  assert.equal(follower.lines.length, 140)
  assert.equal(new Set(follower.lines).size, 140)
  assert.deepEqual(follower.problems, [])
  await follower.stop()
})

test('a restart goes on behind what was acknowledged, and completes a partial line once', async () => {
  const { directory, path, follower } = await follow({ positions: true })
  writeFileSync(path, `${numbered(1, 3)}half`)
  await follower.tick()
  follower.commitAll({ clocks: [7] })
  await follower.stop()
  appendFileSync(path, ` done\n${numbered(4, 4)}`)
  const again = await follow({ positions: true, directory })
  await again.follower.tick()
  assert.deepEqual(again.follower.lines, ['half done', 'line 4'])
  assert.deepEqual(again.follower.carried, [{ clocks: [7] }])
  await again.follower.stop()
})

test('what was read but not acknowledged is read again', async () => {
  const { directory, path, follower } = await follow({ positions: true })
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  await follower.stop()
  const again = await follow({ positions: true, directory })
  await again.follower.tick()
  assert.deepEqual(again.follower.lines, list(1, 3))
  await again.follower.stop()
})

test('rotated while Longship was down: the rest of the old file first, then the new from its first byte', async () => {
  const { directory, path, follower } = await follow({ positions: true, from: 'end' })
  await follower.tick()
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  follower.commitAll()
  await follower.stop()
  appendFileSync(path, numbered(4, 5))
  renameSync(path, `${path}.1`)
  writeFileSync(path, numbered(6, 8))
  const again = await follow({ positions: true, directory, from: 'end' })
  await again.follower.tick(4000)
  assert.deepEqual(again.follower.lines, list(4, 8))
  again.follower.commitAll()
  await again.follower.stop()
  const third = await follow({ positions: true, directory })
  await third.follower.tick()
  assert.deepEqual(third.follower.lines, [])
  await third.follower.stop()
})

test('stopped while several generations were not read to their end: the rest of all of them comes', async () => {
  const { directory, path, follower } = await follow({ positions: true })
  writeFileSync(path, numbered(1, 3))
  await follower.tick()
  follower.commitAll()
  // From here on Loki takes nothing: what is read of three generations is not acknowledged.
  for (const generation of [1, 2]) {
    appendFileSync(path, numbered(generation * 10, generation * 10 + 3))
    renameSync(path, `${path}.${generation}`)
    writeFileSync(path, numbered(generation * 10 + 4, generation * 10 + 9))
    await follower.tick(500)
  }
  await follower.stop()
  for (const rotations of [0, 1]) {
    if (rotations > 0) renameSync(path, `${path}.3`)
    if (rotations > 0) writeFileSync(path, numbered(30, 31))
    const again = await follow({ positions: true, directory })
    await again.follower.tick(500)
    assert.deepEqual(again.follower.lines.sort(), [...list(10, 29), ...(rotations > 0 ? list(30, 31) : [])])
    if (rotations > 0) again.follower.commitAll()
    await again.follower.stop()
  }
  const last = await follow({ positions: true, directory })
  await last.follower.tick(4000)
  assert.deepEqual(last.follower.lines, [])
  await last.follower.stop()
})

test('copytruncate while Longship was down: new content only, and what the copy still holds unread', async () => {
  const { directory, path, follower } = await follow({ positions: true })
  writeFileSync(path, numbered(1, 30))
  await follower.tick()
  follower.commitAll()
  await follower.stop()
  appendFileSync(path, numbered(31, 32))
  copyFileSync(path, `${path}.1`)
  truncateSync(path, 0)
  appendFileSync(path, numbered(33, 90))
  const again = await follow({ positions: true, directory })
  await again.follower.tick(4000)
  assert.deepEqual(again.follower.lines, list(31, 90))
  await again.follower.stop()
})

for (const isShifted of [true, false]) {
  const how = isShifted ? 'its copy moved on' : 'into the same copy'
  test(`copytruncate for the second time while Longship was down, ${how}: the youngest copy is read on`, async () => {
    const { directory, path, follower } = await follow({ positions: true })
    writeFileSync(path, numbered(1, 30))
    await follower.tick()
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
    appendFileSync(path, numbered(31, 120))
    await follower.tick(8000)
    follower.commitAll()
    await follower.stop()
    appendFileSync(path, numbered(121, 124))
    if (isShifted) renameSync(`${path}.1`, `${path}.2`)
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
    appendFileSync(path, numbered(125, 150))
    const again = await follow({ positions: true, directory })
    await again.follower.tick(4000)
    assert.deepEqual(again.follower.lines, list(121, 150))
    await again.follower.stop()
  })
}

for (const waitMs of [1000, 20_000]) {
  test(`copytruncate into the same copy again, ${waitMs} ms later: its rest once, and known after a restart`, async () => {
    const { directory, path, follower } = await follow({ positions: true })
    writeFileSync(path, numbered(1, 30))
    await follower.tick()
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
    appendFileSync(path, numbered(31, 120))
    await follower.tick(1000)
    await follower.tick(waitMs)
    follower.commitAll()
    appendFileSync(path, numbered(121, 124))
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
    await follower.tick(1000)
    appendFileSync(path, numbered(125, 150))
    await follower.tick(1000)
    assert.deepEqual(follower.lines, list(1, 150))
    await follower.stop()
    const again = await follow({ positions: true, directory })
    await again.follower.tick(4000)
    assert.deepEqual(again.follower.lines, list(121, 150))
    await again.follower.stop()
  })
}

test('once: in the order given, gzip of several members, no end of line, then the source ends', async () => {
  const directory = temporaryDirectory()
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const torn = gzipSync(numbered(1, 5000, 'torn'))
  const paths = [
    file('z.log', 'z\n'),
    file('b.gz', Buffer.concat([gzipSync('member 1\n'), gzipSync('member 2\n')])),
    file('a.log', 'a without end'),
    file('torn.gz', torn.subarray(0, torn.length - 200)),
    file('x.log.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0])),
    join(directory, 'missing.log'),
    join(directory, '*.none'),
  ]
  const follower = new Follower({ paths, once: true })
  await follower.run()
  await follower.source.close()
  assert.deepEqual(follower.lines.slice(0, 4), ['z', 'member 1', 'member 2', 'a without end'])
  assert.equal(follower.ended.length, 4)
  const problems = follower.problems.join('\n')
  assert.match(problems, /torn\.gz is no whole gzip file/)
  assert.match(problems, /x\.log\.zst is compressed with zstd/)
  assert.match(problems, /missing\.log does not exist/)
  assert.match(problems, /\*\.none no file matches/)
  assert.equal(follower.problems.length, 4)
})

test('once: of a damaged gzip file everything before the damage is read', async () => {
  const directory = temporaryDirectory()
  const text = numbered(1, 20_000)
  const whole = gzipSync(text)
  const flipped = Buffer.from(whole)
  flipped[whole.length >> 1] ^= 0xff
  const cases: readonly [name: string, bytes: Buffer, least: number][] = [
    ['garbage.gz', Buffer.concat([whole, Buffer.from('not gzip')]), text.length],
    ['small.gz', Buffer.concat([gzipSync('one\n'), Buffer.from('not gzip')]), 4],
    ['second.gz', Buffer.concat([whole, Buffer.from([0x1f, 0x8b, 9, 9])]), text.length],
    ['checksum.gz', Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8, 1)]), text.length],
    ['torn.gz', whole.subarray(0, whole.length - 2), text.length],
    ['half.gz', whole.subarray(0, whole.length >> 1), text.length * 0.3],
    ['flipped.gz', flipped, text.length * 0.3],
  ]
  for (const [name, bytes, least] of cases) {
    const path = join(directory, name)
    writeFileSync(path, bytes)
    const follower = new Follower({ paths: [path], once: true })
    await follower.run()
    const read = follower.texts.values().next().value ?? ''
    assert.ok(read.length >= least, `${name}: ${read.length} of ${least}`)
    const good = name === 'flipped.gz' ? read.slice(0, least) : read
    assert.ok((name === 'small.gz' ? 'one\n' : text).startsWith(good), name)
    assert.deepEqual(follower.problems, [
      `${path} is no whole gzip file; its first ${read.length} bytes of text were read`,
    ])
  }
  const padded = join(directory, 'padded.gz')
  writeFileSync(padded, Buffer.concat([whole, Buffer.alloc(512)]))
  const follower = new Follower({ paths: [padded], once: true })
  await follower.run()
  assert.deepEqual(
    [...follower.texts.values(), follower.problems],
    [text, []],
    'zeros behind it, as tapes have, are none',
  )
})

test('positions that cannot be written are told, reading goes on, and they are written when they can be', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  writeFileSync(path, numbered(1, 3))
  let isFull = true
  const saved: unknown[] = []
  const positions = {
    loaded: [],
    isFirstRun: true,
    warning: undefined,
    save: async (list: readonly unknown[]) => {
      if (isFull) throw new Error('positions cannot be written to p.json: the disk is full')
      saved.push(list)
    },
  }
  const follower = new Follower({ paths: [path], positions })
  await follower.tick(3000)
  follower.commitAll()
  await follower.tick(3000)
  assert.deepEqual(follower.lines, list(1, 3))
  assert.deepEqual(follower.problems, ['positions positions cannot be written to p.json: the disk is full'])
  isFull = false
  await follower.tick(3000)
  assert.equal((saved.at(-1) as { offset: number }[])[0]!.offset, 21)
  await follower.stop()
})
