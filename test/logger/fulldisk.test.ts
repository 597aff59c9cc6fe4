/** A disk that is full in the middle of a line: no torn line, and a count that is true. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { newFolder } from './programs.ts'

const ROOT = resolve(import.meta.dirname, '../..')

test('what does not fit on the disk is said to be lost, and what is there is whole', async () => {
  const dir = newFolder()
  const program = `
    import { createSpool } from ${JSON.stringify(join(ROOT, 'logger/transports/spool.ts'))}
    const spool = createSpool({ dir: ${JSON.stringify(dir)}, service: 'x', maxBytes: 1e9 })
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ i, text: 'x'.repeat(100) }))
    console.log(JSON.stringify([spool.write(lines), spool.write(['{"i":-1}'])]))`
  // The limit of a file's size stands for the disk's: a write takes what fits, and the next one fails. 2048 × 512 bytes.
  const command = `ulimit -f 2048; exec "$0" --import tsx --input-type=module -e "$1"`
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program], { cwd: ROOT })
  const written = JSON.parse(stdout) as [number, number]
  assert.ok(written[0] > 0 && written[0] < 30_000)
  const lines = readFileSync(join(dir, readdirSync(dir)[0]!), 'utf8')
    .trim()
    .split('\n')
  const numbers = lines.map((line) => (JSON.parse(line) as { i: number }).i)
  assert.deepEqual(numbers.slice(0, written[0]), [...Array(written[0]).keys()])
  assert.equal(numbers.length, written[0] + written[1])
})
