/** Links that lead nowhere beside a log: whoever may write to a folder of logs must not end the shipper with one. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openPositions } from '../../shipper/sources/positions.ts'
import { Follower, temporaryDirectory } from './harness.ts'

test('a rotation beside links to themselves is followed', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'app.log')
  symlinkSync('app.log.2', join(directory, 'app.log.2'))
  symlinkSync('other', join(directory, 'other'))
  writeFileSync(path, 'one\n')
  const positions = openPositions(join(directory, 'positions.json'))
  const follower = new Follower({ paths: [path], positions })
  await follower.tick()
  renameSync(path, join(directory, 'app.log.1'))
  writeFileSync(join(directory, 'app.log.1'), 'two\n', { flag: 'a' })
  writeFileSync(path, 'three\n')
  await follower.tick()
  assert.deepEqual([...follower.texts.values()].join('').split('\n').filter(Boolean).sort(), ['one', 'three', 'two'])
})

const CLI = join(import.meta.dirname, '../../shipper/cli.ts')
const TSX = import.meta.resolve('tsx')

/** A command line, and what it says of the link `loop`. */
const COMMANDS: readonly (readonly [string[], RegExp])[] = [
  [['scan', 'app.log', '--rules', 'loop'], /cannot read loop: ELOOP/],
  [['test', 'loop'], /loop/],
  [['ship', '--once', '--to', 'http://127.0.0.1:1', 'l[o]op', 'loop'], /loop/],
]

for (const [args, said] of COMMANDS) {
  test(`longship ${args.join(' ')}, where loop is a link to itself`, async () => {
    const cwd = temporaryDirectory()
    symlinkSync('loop', join(cwd, 'loop'))
    symlinkSync('l[o]op', join(cwd, 'l[o]op'))
    writeFileSync(join(cwd, 'app.log'), 'a line\n')
    const printed = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--import', TSX, CLI, ...args], { cwd, timeout: 60_000 }, (_, out, err) =>
        resolve(out + err),
      )
    })
    assert.match(printed, said)
    assert.doesNotMatch(printed, /node:fs|^\s+at /m, 'a message, no crash')
  })
}
