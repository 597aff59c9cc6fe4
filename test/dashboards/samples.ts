/** The bundled samples of the five systems in an embedded Loki, as `longship ship` would have pushed them. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { globSync } from 'tinyglobby'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import type { Target, TestEntry } from '../../loki/testing/target.ts'
import { normalizeRaw } from '../../shipper/commands/testing/rawlines.ts'

/** When the stories begin and end: scripts/samples/story.ts. */
export const START = BigInt(Date.parse('2026-05-05T12:00:00Z')) * 1_000_000n
export const END = BigInt(Date.parse('2026-05-05T12:50:30Z')) * 1_000_000n

export async function openSamples(): Promise<Target> {
  const target = await openEmbedded()
  for (const file of globSync('samples/systems/*').sort()) {
    const service = basename(file).replace(/(-dev)?\.\w+$/, '')
    const text = readFileSync(file, 'utf8')
    const raw = { text, service, node: undefined, env: 'prod', format: 'auto', timezone: 'UTC', now: START }
    const streams = new Map<string, { labels: ReadonlyMap<string, string>; entries: TestEntry[] }>()
    for (const entry of await normalizeRaw(raw)) {
      const key = JSON.stringify([...entry.labels])
      const stream = streams.get(key) ?? { labels: entry.labels, entries: [] }
      streams.set(key, stream)
      stream.entries.push(entry)
    }
    await target.push([...streams.values()])
  }
  return target
}
