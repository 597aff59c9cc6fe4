/** A test file of `longship test`, run on the embedded engine. */
import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import type { FileOutcome } from '../../loki/testing/outcome.ts'
import { runFile } from '../../loki/testing/run.ts'
import { normalizeRaw } from '../../shipper/commands/testing/rawlines.ts'

export function runTestFile(path: string, isWanted: (name: string) => boolean = () => true): Promise<FileOutcome> {
  return runFile(path, {
    open: openEmbedded,
    normalize: normalizeRaw,
    isRemote: false,
    readFile: (file) => readFileSync(file, 'utf8'),
    glob: (pattern) => globSync(pattern, { absolute: true }),
    isWanted,
    now: () => performance.now(),
  })
}
