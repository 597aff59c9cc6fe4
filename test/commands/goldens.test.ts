/** Commands over files: what they print, from query.txt, scan.txt, patterns.txt, rules.txt and trace.txt. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { run as patterns } from '../../shipper/commands/patterns.ts'
import { run as query } from '../../shipper/commands/query.ts'
import { run as rules } from '../../shipper/commands/rules.ts'
import { run as scan } from '../../shipper/commands/scan.ts'
import { run as trace } from '../../shipper/commands/trace.ts'
import { printed, readGoldens } from './golden.ts'

/** 2026-11-21T12:00:00Z */
const NOW = 1_795_262_400_000

const home = process.cwd()
const folders = mkdtempSync(join(tmpdir(), 'longship-query-'))
after(() => {
  process.chdir(home)
  rmSync(folders, { recursive: true, force: true })
})

for (const [name, run] of [
  ['query', query],
  ['scan', scan],
  ['patterns', patterns],
  ['rules', rules],
  ['trace', trace],
] as const) {
  const path = resolve(home, `test/commands/${name}.txt`)
  // One each: a file of the same name in another of them must not take this one's place.
  const folder = join(folders, name)
  mkdirSync(folder)
  const { cases, rewrite } = readGoldens(path, folder)
  test(`${name}.txt: ${cases.length} commands`, async (context) => {
    assert.ok(cases.length > 5)
    writeFileSync(
      join(folder, 'zipped.log.gz'),
      gzipSync('time=2026-11-20T10:00:00Z level=warn msg="from a gzip file" service=zipped node=z1\n'),
    )
    process.chdir(folder)
    const outputs: string[] = []
    for (const golden of cases) {
      await context.test(golden.name, async () => {
        const output = await printed(run, golden, NOW)
        outputs.push(output)
        if (process.env['UPDATE_GOLDENS'] !== '1') assert.equal(output, golden.expected)
      })
    }
    process.chdir(home)
    if (process.env['UPDATE_GOLDENS'] === '1') rewrite(outputs)
  })
}
