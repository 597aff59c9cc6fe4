/**
 * Ships files to a Loki with the rules of a file, or none: what scripts/bench/scan.ts measures, bundled by it.
 * argv: URL of Loki, file of rules, "with" or "without" (the file is read then too, as a longship.yaml would be), log files.
 */
import { readFileSync } from 'node:fs'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { readRuleFile } from '../../shipper/scan/rule-file.ts'
import { createScanner } from '../../shipper/scan/scanner.ts'
import { makeSnapshot } from '../../shipper/scan/snapshot.ts'

const [url, rulesFile, how, ...files] = process.argv.slice(2)
const config = loadConfig({ env: {}, flags: { loki: { url }, sources: [{ path: files }] } })
let events = 0
const rules = readRules(rulesFile)
const scanner = how === 'with' ? scannerOf(rules) : undefined
const { pipeline, close } = assemble({
  config,
  once: true,
  positions: undefined,
  scanner,
  onPush() {},
  onProblem: (path, message) => console.error(`${path}: ${message}`),
})
const never = new AbortController().signal
await pipeline.run(never, never)
await close()
const { rules: counts = {}, dropped } = scanner?.stats() ?? {}
const hits = Object.entries(counts).filter(([, each]) => each.hits > 0)
console.log(JSON.stringify({ events, dropped, hits: Object.fromEntries(hits.map(([id, each]) => [id, each.hits])) }))

function readRules(path: string): readonly RuleSettings[] {
  const file = readRuleFile(readFileSync(path, 'utf8'))
  if ('fault' in file) throw new Error(`${path}: ${file.fault}`)
  return file.rules
}

function scannerOf(rules: readonly RuleSettings[]) {
  const snapshot = makeSnapshot(
    1,
    rules.map((settings) => ({ settings, origin: 'folder' })),
  )
  const failed = snapshot.views.filter(({ error }) => error !== undefined)
  if (failed.length > 0) throw new Error(failed.map(({ id, error }) => `${id}: ${error}`).join('\n'))
  return createScanner({
    rulebook: { snapshot },
    bucket: { burst: 20, per_minute: 60 },
    emit: () => events++,
    now: Date.now,
  })
}
