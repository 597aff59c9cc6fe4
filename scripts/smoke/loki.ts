/** Lines in every format go in; LogQL finds them, normalized, with labels, metadata and rules. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../shipper/assemble.ts'
import { loadConfig } from '../../shipper/config.ts'
import { formats } from '../../shipper/formats/index.ts'
import { runShipping } from '../../shipper/shipping.ts'
import { createLog } from '../../shipper/telemetry.ts'
import { type Check, expect, getJson } from './run.ts'

interface Vector {
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[]
  }
}
interface Rules {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly { name: string; state?: string; health: string; lastError?: string }[]
    }[]
  }
}

/** Marks this run's lines, so that a second run does not find those of the first. */
const RUN = `smoke-${Date.now().toString(36)}`
const SELECTOR = `{env="${RUN}"}`
const SOON_MS = 20_000
/** Samples are old: Loki has them moved to the last week, which it looks up in its store only (docs/delivery.md). */
const WEEK = '192h'
const FLUSHED_MS = 90_000
/** An alert's group is evaluated once a minute, and waits for as long as its \`for\` says. */
const ALERT_MS = 400_000

export function lokiChecks(url: string, alert: boolean): Check[] {
  const ask = (query: string) => getJson<Vector>(`${url}/loki/api/v1/query?${new URLSearchParams({ query })}`)
  const rules = () =>
    getJson<Rules>(`${url}/prometheus/api/v1/rules`).then(({ data }) => data.groups.flatMap((group) => group.rules))
  const firing: Check = {
    name: 'an alert fires',
    withinMs: ALERT_MS,
    async look() {
      const names = (await rules()).filter(({ state }) => state === 'firing').map(({ name }) => name)
      expect(names.length > 0, 'none fires')
      return names.join(', ')
    },
  }
  return [
    {
      name: 'Loki is ready',
      withinMs: SOON_MS,
      async look() {
        const { ok, status } = await fetch(`${url}/ready`)
        expect(ok, `${url}/ready: ${status}`)
        return url
      },
    },
    { name: 'lines of every format are delivered', withinMs: 0, look: () => ship(url) },
    {
      name: 'and found, each by its format',
      withinMs: FLUSHED_MS,
      async look() {
        await fetch(`${url}/flush`, { method: 'POST' })
        const { data } = await ask(`sum by (format) (count_over_time(${SELECTOR} | format!="" [${WEEK}]))`)
        const found = new Set(data.result.map(({ metric }) => metric['format']))
        const missing = formats.map(({ name }) => name).filter((name) => !found.has(name))
        expect(missing.length === 0, `missing: ${missing.join(', ')}`)
        return `${found.size} formats`
      },
    },
    {
      name: 'labels: service, node, level',
      withinMs: SOON_MS,
      async look() {
        const { data } = await ask(
          `sum by (level) (count_over_time(${SELECTOR.replace('}', ', service!="", node!=""}')} [1h]))`,
        )
        const levels = data.result.map(({ metric }) => metric['level'])
        expect(levels.includes('error') && levels.includes('info'), `levels: ${levels.join(', ')}`)
        return levels.sort().join(', ')
      },
    },
    {
      name: 'durations are numbers',
      withinMs: SOON_MS,
      async look() {
        const query = `max(max_over_time(${SELECTOR} | duration_ms > 0 | unwrap duration_ms | __error__="" [${WEEK}]))`
        const value = Number((await ask(query)).data.result[0]?.value[1])
        expect(value > 0, `${query}: ${value}`)
        return `up to ${value} ms`
      },
    },
    {
      name: 'rules are loaded, and none is broken',
      withinMs: SOON_MS,
      async look() {
        const all = await rules()
        expect(all.length > 0, 'no rules')
        const broken = all
          .filter(({ health }) => health === 'err')
          .map(({ name, lastError }) => `${name}: ${lastError}`)
        expect(broken.length === 0, broken.join('; '))
        return `${all.length} rules`
      },
    },
    ...(alert ? [firing] : []),
  ]
}

/** The samples of all formats. */
async function ship(url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-smoke-'))
  try {
    const config = loadConfig({
      env: {},
      flags: {
        loki: { url },
        env: RUN,
        sources: [{ path: ['samples/formats/*.log'], env: RUN }],
        labels: { max_values_per_label: 5000 },
        push: { dead_letter: join(folder, 'dead-letters.jsonl') },
        telemetry: { listen: 'off' },
      },
    })
    const { summary } = await runShipping({
      config,
      once: true,
      positions: undefined,
      log: createLog({ level: 'error' }),
      showProgress: false,
      assemble,
    })
    expect(
      summary.read > 0 && summary.delivered === summary.read,
      `read ${summary.read}, delivered ${summary.delivered}, ${JSON.stringify(summary.rejected)}`,
    )
    return `${summary.delivered} lines`
  } finally {
    rmSync(folder, { recursive: true })
  }
}
