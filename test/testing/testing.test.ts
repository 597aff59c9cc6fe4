/** What `longship test` prints for test files, from text: test/testing/*.txt. UPDATE=1 writes the outputs anew. */
import assert from 'node:assert/strict'
import { normalize } from 'node:path'
import { test } from 'node:test'
import picomatch from 'picomatch'
import { globSync } from 'tinyglobby'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import { reportFile, summary } from '../../loki/testing/report.ts'
import { runFile } from '../../loki/testing/run.ts'
import { normalizeRaw } from '../../shipper/commands/testing/rawlines.ts'
import { readCase, writeCase } from './corpus.ts'

const plain = (text: string) => text
const report = { paint: { good: plain, bad: plain, dim: plain, bold: plain }, columns: 160, isTimed: false }

for (const path of globSync('test/testing/*.txt').sort()) {
  const one = readCase(path)
  test(path, async () => {
    const [file = ''] = one.files.keys()
    const outcome = await runFile(file, {
      open: openEmbedded,
      normalize: normalizeRaw,
      isRemote: false,
      readFile(name) {
        const text = one.files.get(normalize(name))
        if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${name}'`)
        return text
      },
      glob: (pattern) => [...one.files.keys()].filter((name) => picomatch(normalize(pattern))(name)),
      isWanted: () => true,
      now: () => 0,
    })
    const output = `${reportFile(outcome, report)}${summary([outcome], report, 0)}\n`
    if (process.env['UPDATE'] === '1') writeCase(one, output)
    else assert.equal(output, one.output)
  })
}
