/** The token of the API: made once, kept for its owner alone. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { adminToken } from '../../shipper/admin/token.ts'

function inFolder(use: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'longship-token-'))
    try {
      await use(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

test(
  'a token is made of 32 random bytes, in a file that only its owner reads, and kept over restarts',
  inFolder((folder) => {
    const scan = join(folder, 'a', 'scan')
    const made = adminToken(undefined, scan)
    assert.equal(made.file, join(scan, 'admin-token'))
    assert.equal(Buffer.from(made.token, 'base64url').length, 32)
    assert.equal(readFileSync(made.file, 'utf8'), `${made.token}\n`)
    assert.equal(statSync(made.file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(scan), ['admin-token'])
    assert.deepEqual(adminToken(undefined, scan), made)
    assert.notEqual(adminToken(undefined, join(folder, 'b')).token, made.token)
  }),
)

test(
  'a configured one is taken as it is, and nothing is written',
  inFolder((folder) => {
    assert.deepEqual(adminToken('configured-token-of-mine', folder), {
      token: 'configured-token-of-mine',
      file: undefined,
    })
    assert.deepEqual(readdirSync(folder), [])
  }),
)

test(
  'a file that others may read is closed to them; one that holds something else is not guessed at',
  inFolder((folder) => {
    const { file, token } = adminToken(undefined, folder)
    chmodSync(file!, 0o644)
    assert.equal(adminToken(undefined, folder).token, token)
    assert.equal(statSync(file!).mode & 0o777, 0o600)
    for (const text of ['', 'short\n', `${token}${token}\n`, `${token.slice(1)}!\n`]) {
      writeFileSync(file!, text)
      assert.throws(() => adminToken(undefined, folder), /admin-token holds no token that longship made: delete it/)
    }
  }),
)

test(
  'a folder that cannot be used is named',
  inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '')
    assert.throws(
      () => adminToken(undefined, join(folder, 'file', 'scan')),
      /cannot keep the admin token in .*admin-token: /,
    )
  }),
)

test(
  'processes that begin at once have one token',
  inFolder(async (folder) => {
    const code = `import { adminToken } from './shipper/admin/token.ts'; console.log(adminToken(undefined, ${JSON.stringify(folder)}).token)`
    const run = () => promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code])
    const tokens = await Promise.all(Array.from({ length: 4 }, run))
    assert.equal(new Set(tokens.map(({ stdout }) => stdout)).size, 1)
    assert.deepEqual(readdirSync(folder), ['admin-token'])
  }),
)
