/** A folder of the lookout that cannot be used: whoever starts Longship reads where and why, and no stack. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig, type ScanConfig } from '../shipper/config.ts'
import { LongshipError } from '../shipper/errors.ts'
import { openLookout } from '../shipper/lookout.ts'
import { createLog } from '../shipper/telemetry.ts'

function opener(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'longship-lookout-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const configFile = join(home, 'longship.yaml')
  const folder = join(home, 'state/scan')
  writeFileSync(configFile, `sources: [{ path: x.log }]\nscan: { folder: ${folder} }\nadmin: { listen: 'off' }\n`)
  const config = loadConfig({ path: configFile, env: {} })
  const scan = config.scan as ScanConfig
  const log = createLog({ write: () => {} })
  return { folder, open: () => openLookout({ config: { ...config, scan }, configFile, secretKey: undefined, log }) }
}

test("its folder is made, with those above it, for the shipper's user alone", async (t) => {
  const { folder, open } = opener(t)
  await open().close()
  for (const path of [folder, dirname(folder), join(folder, 'events')]) assert.equal(statSync(path).mode & 0o777, 0o700)
})

/** What is a folder where a file should be, or a file where a folder should be. */
const BLOCKED = ['', 'events', 'events/lock', 'triggers.json', 'triggers.json.cursors', 'admin-token']

for (const name of BLOCKED) {
  test(`no use: ${name || 'the folder itself'}`, (t) => {
    const { folder, open } = opener(t)
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (name === '' || name === 'events') writeFileSync(path, 'in the way')
    else mkdirSync(join(path, 'sub'), { recursive: true })
    assert.throws(open, (error: Error) => error instanceof LongshipError && error.message.includes(path))
  })
}
