/**
 * A line shipped by Promtail gets the labels, metadata and time that Longship gives it, but where docs/agents.md says so.
 * promtail.json is what a real Promtail made of the samples (scripts/stack/promtail.ts); Alloy has the same stages.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { writeContainers } from '../../scripts/stack/containers.ts'
import { type Entry, entriesOf, TAKES_ALL } from '../../scripts/stack/entries.ts'
import { shapeOf } from '../../scripts/stack/shape.ts'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import { IDENTIFIERS, METADATA_FIELDS } from '../../shipper/record.ts'
import { runShipping } from '../../shipper/shipping.ts'
import { createLog } from '../../shipper/telemetry.ts'
import { namesOf, type Role } from '../../shipper/terms/keys.ts'
import { allStages } from '../../stack/agents/jobs.ts'
import { split } from '../../stack/agents/names.ts'
import { LABELS } from '../../stack/agents/stages.ts'

const folder = mkdtempSync(join(tmpdir(), 'longship-agents-'))
const server = createServer({
  port: 0,
  data: 'memory',
  limits: TAKES_ALL,
})
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

/** Those that stages.ts looks up. */
const ROLES: readonly Role[] = [
  'timestamp',
  'level',
  'service',
  'node',
  'component',
  'logger',
  'pod',
  'host',
  'env',
  'event',
  'operation',
  'step',
  'status',
  'outcome',
  'success',
  'exit_code',
  'error_type',
  ...IDENTIFIERS,
]

/** By the first line of their text, and the container: what both make of one line. */
let pairs: { readonly ours: Entry; readonly promtail: Entry }[] = []
let linesRead = 0

before(async () => {
  linesRead = writeContainers(folder)
  const { url } = await server.listen()
  const config = loadConfig({
    env: {},
    flags: {
      loki: { url },
      line: 'original',
      redact: { enabled: false },
      sources: [{ path: [join(folder, '*', '*-json.log')], node: 'docker' }],
      push: { dead_letter: 'off' },
      telemetry: { listen: 'off' },
    },
  })
  await runShipping({
    config,
    once: true,
    positions: undefined,
    log: createLog({ level: 'error' }),
    showProgress: false,
    assemble,
  })
  const ours = queues(await entriesOf(url))
  const recorded = JSON.parse(readFileSync('test/stack/promtail.json', 'utf8')) as Entry[]
  pairs = recorded.flatMap((promtail) => {
    const found = ours.get(firstLine(promtail))?.shift()
    return found === undefined ? [] : [{ ours: found, promtail }]
  })
})

function queues(entries: readonly Entry[]): Map<string, Entry[]> {
  const map = new Map<string, Entry[]>()
  for (const entry of [...entries].sort((a, b) => (a.time < b.time ? -1 : 1))) {
    map.set(firstLine(entry), [...(map.get(firstLine(entry)) ?? []), entry])
  }
  return map
}

function firstLine({ line }: Entry): string {
  return line.split('\n')[0]!
}

test('the facts were recorded with the stages and the samples as they are now', () => {
  assert.equal(
    readFileSync('test/stack/promtail.sha256', 'utf8').trim(),
    shapeOf(allStages()),
    'run scripts/stack/promtail.ts again',
  )
  assert.ok(pairs.length > 0.95 * linesRead, `${pairs.length} of ${linesRead} lines were found in both`)
})

test('every name of the tables can be spelled: its words are in stack/agents/names.ts', () => {
  const names = ROLES.flatMap((role) => namesOf(role))
  assert.ok(names.length > 100)
  assert.deepEqual(
    names.filter((name) => split(name) === undefined),
    [],
  )
})

/** Format of the lines → fields in which they differ, with the number of lines: docs/agents.md says why. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ansible: { event: 20, node: 15, outcome: 15, status: 15 },
  structlog: { error_type: 1 },
  structlog_console: {
    duration_ms: 10,
    event: 22,
    job_id: 22,
    level: 22,
    node: 22,
    outcome: 11,
    service: 22,
    time: 22,
  },
}

test('labels, metadata and times are the same, but for the differences that are known', () => {
  const found: Record<string, Record<string, number>> = {}
  const examples: string[] = []
  for (const { ours, promtail } of pairs) {
    const [expected, actual] = [valuesOf(ours), valuesOf(promtail)]
    const format = ours.metadata['format']!
    for (const name of Object.keys(expected)) {
      if (expected[name] === actual[name]) continue
      found[format] ??= {}
      found[format][name] = (found[format][name] ?? 0) + 1
      examples.push(`${name}: ${expected[name]} / ${actual[name]} in ${ours.line}`)
    }
  }
  assert.deepEqual(found, DIFFERENCES, examples.slice(0, 20).join('\n'))
})

function valuesOf({ time, labels, metadata }: Entry): Record<string, string | undefined> {
  return {
    time,
    ...Object.fromEntries(LABELS.map((name) => [name, labels[name]])),
    ...Object.fromEntries(METADATA_FIELDS.map((name) => [name, metadata[name]])),
  }
}
