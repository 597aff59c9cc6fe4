/** Grafana, asked as a browser would: is it up, does it know Loki, are dashboards and alert rules there? */
import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { parse } from 'yaml'
import { DATA_SOURCE_UID } from '../../stack/facts.ts'
import { type Check, expect, getJson } from './run.ts'

const SOON_MS = 30_000

/** `password` of admin: rules are not shown to who only looks. */
export function grafanaChecks(url: string, password: string | undefined): Check[] {
  const headers: Record<string, string> =
    password === undefined ? {} : { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` }
  const ask = <Answer>(path: string) => getJson<Answer>(`${url}${path}`, headers)
  const rules: Check = {
    name: 'Grafana has the alert rules',
    withinMs: SOON_MS,
    async look() {
      const { groups } = parse(readFileSync('grafana/provisioning/alerting/longship.yaml', 'utf8'))
      const wanted: string[] = groups.flatMap(({ rules }: { rules: { uid: string }[] }) => rules.map(({ uid }) => uid))
      const found = new Set((await ask<{ uid: string }[]>('/api/v1/provisioning/alert-rules')).map(({ uid }) => uid))
      const missing = wanted.filter((uid) => !found.has(uid))
      expect(missing.length === 0, `missing: ${missing.join(', ')}`)
      return `${wanted.length} rules`
    },
  }
  return [
    {
      name: 'Grafana is up',
      withinMs: SOON_MS,
      look: async () => (await ask<{ version: string }>('/api/health')).version ?? 'up',
    },
    {
      name: 'Grafana reaches Loki',
      withinMs: SOON_MS,
      async look() {
        const path = `/api/datasources/proxy/uid/${DATA_SOURCE_UID}/loki/api/v1/labels`
        const { data } = await ask<{ data: string[] }>(path)
        expect(
          ['service', 'node', 'level'].every((name) => data.includes(name)),
          `labels: ${data.join(', ')}`,
        )
        return data.join(', ')
      },
    },
    {
      name: 'Grafana has every dashboard',
      withinMs: SOON_MS,
      async look() {
        const wanted: string[] = globSync('grafana/dashboards/*.json').map(
          (path) => JSON.parse(readFileSync(path, 'utf8')).uid,
        )
        const found = new Set(
          (await ask<{ uid: string }[]>('/api/search?type=dash-db&limit=1000')).map(({ uid }) => uid),
        )
        const missing = wanted.filter((uid) => !found.has(uid))
        expect(wanted.length > 0 && missing.length === 0, `missing: ${missing.join(', ')}`)
        return `${wanted.length} dashboards`
      },
    },
    ...(password === undefined ? [] : [rules]),
  ]
}
