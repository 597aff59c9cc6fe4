/**
 * A line shipped by Promtail or Alloy gets the labels, metadata and time that Longship gives it, but where docs/agents.md
 * says so. promtail.json and alloy.json are what real ones made of the samples (scripts/stack/record.ts).
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

/** Of which there is a recording. */
const AGENTS = ['promtail', 'alloy'] as const

/** What Longship and an agent make of one line. */
interface Pair {
  readonly ours: Entry
  readonly theirs: Entry
}

const pairs = new Map<string, readonly Pair[]>()
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
  const entries = await entriesOf(url)
  for (const agent of AGENTS) pairs.set(agent, pairUp(entries, recorded(agent)))
})

function recorded(agent: string): Entry[] {
  return JSON.parse(readFileSync(`test/stack/${agent}.json`, 'utf8')) as Entry[]
}

/** By the first line of their text, in the order of their times. */
function pairUp(entries: readonly Entry[], others: readonly Entry[]): Pair[] {
  const queues = queuesOf(entries)
  return others.flatMap((theirs) => {
    const ours = queues.get(firstLine(theirs))?.shift()
    return ours === undefined ? [] : [{ ours, theirs }]
  })
}

function queuesOf(entries: readonly Entry[]): Map<string, Entry[]> {
  const map = new Map<string, Entry[]>()
  for (const entry of [...entries].sort((a, b) => (a.time < b.time ? -1 : 1))) {
    map.set(firstLine(entry), [...(map.get(firstLine(entry)) ?? []), entry])
  }
  return map
}

function firstLine({ line }: Entry): string {
  return line.split('\n')[0]!
}

for (const agent of AGENTS) {
  test(`${agent}: the facts were recorded with the stages and the samples as they are now`, () => {
    const shape = readFileSync(`test/stack/${agent}.sha256`, 'utf8').trim()
    assert.equal(shape, shapeOf(allStages()), `run scripts/stack/record.ts ${agent} again`)
    const { length } = pairs.get(agent)!
    assert.ok(length > 0.95 * linesRead, `${length} of ${linesRead} lines were found in both`)
  })

  test(`${agent}: labels, metadata and times are the same, but for the differences that are known`, () => {
    const { found, examples } = differencesOf(pairs.get(agent)!)
    assert.deepEqual(found, DIFFERENCES, examples.slice(0, 20).join('\n'))
  })
}

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

function differencesOf(all: readonly Pair[]) {
  const found: Record<string, Record<string, number>> = {}
  const examples: string[] = []
  for (const { ours, theirs } of all) {
    const [expected, actual] = [valuesOf(ours), valuesOf(theirs)]
    const format = ours.metadata['format']!
    for (const name of Object.keys(expected)) {
      if (expected[name] === actual[name]) continue
      found[format] ??= {}
      found[format][name] = (found[format][name] ?? 0) + 1
      examples.push(`${name}: ${expected[name]} / ${actual[name]} in ${ours.line}`)
    }
  }
  return { found, examples }
}

function valuesOf({ time, labels, metadata }: Entry): Record<string, string | undefined> {
  return {
    time,
    ...Object.fromEntries(LABELS.map((name) => [name, labels[name]])),
    ...Object.fromEntries(METADATA_FIELDS.map((name) => [name, metadata[name]])),
  }
}
