/** What tells one generation of a file from another: the same after a restart, another one after rotation and truncation. */
import assert from 'node:assert/strict'
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openPositions } from '../../shipper/sources/positions.ts'
import { Follower, temporaryDirectory } from './harness.ts'

const LINES = 'cannot bind\nnext\n'

function follow(directory: string): Follower {
  return new Follower({
    paths: [join(directory, '*.log')],
    positions: openPositions(join(directory, 'positions.json')),
  })
}

function generationsOf({ origins }: Follower): (string | undefined)[] {
  return [...origins.values()].map(({ generation }) => generation)
}

test('a file that is truncated and says the same again is another generation, each time', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  const follower = follow(directory)
  for (let i = 0; i < 3; i++) {
    writeFileSync(path, LINES)
    await follower.tick()
    truncateSync(path, 0)
    await follower.tick()
  }
  const generations = generationsOf(follower)
  assert.equal(generations.length, 3)
  assert.equal(new Set(generations).size, 3)
  assert.ok(generations.every((each) => each !== undefined))
  await follower.stop()
})

test('a file that takes the place of a renamed or deleted one is another generation', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  const follower = follow(directory)
  writeFileSync(path, LINES)
  await follower.tick()
  renameSync(path, join(directory, 'app.log.1'))
  writeFileSync(path, LINES)
  await follower.tick()
  rmSync(path)
  await follower.tick()
  writeFileSync(path, LINES)
  await follower.tick(8000)
  assert.equal(new Set(generationsOf(follower)).size, 3)
  await follower.stop()
})

test('after a restart it is the same generation: also when nothing was acknowledged, truncated before, or renamed since', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  const first = follow(directory)
  writeFileSync(path, LINES)
  await first.tick()
  const [before] = generationsOf(first)
  await first.stop()
  const second = follow(directory)
  await second.tick()
  assert.deepEqual(generationsOf(second), [before])
  truncateSync(path, 0)
  await second.tick()
  writeFileSync(path, LINES)
  await second.tick()
  const after = generationsOf(second).at(-1)
  assert.notEqual(after, before)
  await second.stop()
  renameSync(path, join(directory, 'other.log'))
  const third = follow(directory)
  await third.tick()
  assert.deepEqual(generationsOf(third), [after])
  await third.stop()
})

test('a file that was truncated while Longship was down is another generation', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  const first = follow(directory)
  writeFileSync(path, LINES)
  await first.tick()
  first.commitAll()
  await first.stop()
  truncateSync(path, 0)
  writeFileSync(path, 'cannot bind\n')
  const second = follow(directory)
  await second.tick()
  assert.deepEqual(second.lines, ['cannot bind'])
  assert.notEqual(generationsOf(second)[0], generationsOf(first)[0])
  await second.stop()
})
