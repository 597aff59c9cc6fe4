/** One process a folder; a lock of one that is gone is taken over, also while nobody has asked how it ended. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockDirectory } from '../shipper/lock.ts'
import { until } from './faults/harness.ts'

const stat = (pid: string) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')

test('a process that was killed and whose parent does not look holds no lock; one that lives does', {
  skip: process.platform !== 'linux',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-lock-'))
  // The shell becomes a program that never asks for its children.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (text) => resolve(String(text).trim())),
    )
    writeFileSync(join(folder, 'lock'), `${pid} ${stat(pid)[19]}`)
    assert.throws(() => lockDirectory(folder), /in use by process/)
    process.kill(Number(pid), 'SIGKILL')
    await until(() => stat(pid)[0] === 'Z', 'its end')
    lockDirectory(folder)()
  } finally {
    parent.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})
