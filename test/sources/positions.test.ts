import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LongshipError } from '../../shipper/errors.ts'
import { openPositions, type Position } from '../../shipper/sources/positions.ts'
import { temporaryDirectory } from './harness.ts'

const position = (offset: number): Position => ({
  path: '/var/log/app.log',
  dev: 1,
  inode: 2,
  born: 3,
  fingerprint: { length: 4, hash: 'abcd' },
  offset,
  carried: { clock: [1, 2] },
})

const fresh = () => join(temporaryDirectory(), 'deep', 'positions.json')

test('positions: none at first, then what was saved; the generation before is kept', async () => {
  const path = fresh()
  const first = openPositions(path)
  assert.deepEqual([first.loaded, first.isFirstRun, first.warning], [[], true, undefined])
  await first.save([position(10)])
  await first.save([position(20)])
  const second = openPositions(path)
  assert.deepEqual([second.loaded, second.isFirstRun, second.warning], [[position(20)], false, undefined])
  assert.deepEqual(openPositions(`${path}.bak`).loaded, [position(10)])
  assert.equal(existsSync(`${path}.tmp`), false)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

const DAMAGES: readonly [string, (path: string, text: string) => void][] = [
  ['torn', (path, text) => truncateSync(path, text.length >> 1)],
  ['empty', (path) => truncateSync(path, 0)],
  ['all zeroes', (path, text) => writeFileSync(path, Buffer.alloc(text.length))],
  ['garbage', (path) => writeFileSync(path, 'positions: {yaml: 1}')],
  ['changed by hand', (path, text) => writeFileSync(path, text.replace('"offset":20', '"offset":99'))],
  ['JSON of something else', (path) => writeFileSync(path, '[1,2]')],
  ['null', (path) => writeFileSync(path, 'null')],
  ['gone', (path) => rmSync(path)],
]

for (const [name, damage] of DAMAGES) {
  test(`positions: ${name}: the generation before is taken, and said`, async () => {
    const path = fresh()
    const first = openPositions(path)
    await first.save([position(10)])
    await first.save([position(20)])
    damage(path, readFileSync(path, 'utf8'))
    const { loaded, warning, isFirstRun } = openPositions(path)
    assert.deepEqual(loaded, [position(10)])
    assert.match(warning!, /taking .*\.bak: some lines may be sent again/)
    assert.equal(isFirstRun, false)
    damage(`${path}.bak`, readFileSync(`${path}.bak`, 'utf8').replace('10', '20'))
    if (name === 'gone') return
    const none = openPositions(path)
    assert.deepEqual(none.loaded, [])
    assert.match(none.warning!, /starting without positions/)
  })
}

test('positions: entries that are none are refused as a whole', async () => {
  const path = fresh()
  const file = openPositions(path)
  await file.save([{ ...position(1), offset: -1 }])
  assert.match(openPositions(path).warning!, /holds entries that are no positions/)
})

test('positions: of a newer version: an error that says what to do', async () => {
  const path = fresh()
  mkdirSync(join(path, '..'))
  writeFileSync(path, '{"version":2,"files":[]}')
  assert.throws(
    () => openPositions(path),
    (error) =>
      error instanceof LongshipError &&
      error.code === 'positions' &&
      /version 2, written by a newer Longship/.test(error.message),
  )
})

test('positions: a place that cannot be written is a LongshipError, and the file before stays whole', async () => {
  const path = fresh()
  const file = openPositions(path)
  await file.save([position(10)])
  // A directory in the way of the temporary file: stops root as well.
  mkdirSync(`${path}.tmp`)
  writeFileSync(join(`${path}.tmp`, 'x'), '')
  await assert.rejects(file.save([position(20)]), (error) => {
    return (
      error instanceof LongshipError &&
      error.code === 'positions' &&
      /cannot be written to .*shipping goes on/.test(error.message)
    )
  })
  assert.deepEqual(openPositions(path).loaded, [position(10)])
  rmSync(`${path}.tmp`, { recursive: true })
  await file.save([position(30)])
  assert.deepEqual(openPositions(path).loaded, [position(30)])
})

test('positions: a full disk is told as such', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o700)
  const { symlinkSync } = await import('node:fs')
  const path = join(directory, 'positions.json')
  symlinkSync('/dev/full', `${path}.tmp`)
  await assert.rejects(openPositions(path).save([position(1)]), /the disk is full; shipping goes on/)
})
