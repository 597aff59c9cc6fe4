/** Everything that is made from dashboards/: for `npm run generate` and `longship dashboards`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { dashboardsFor } from './index.ts'
import { dashboardJson } from './lib/dashboard.ts'
import type { Slo } from './lib/slo.ts'
import { lint, type Problem } from './lint/index.ts'
import { HEAD, ruleFiles } from './rules/files.ts'

/** Where objectives stand unless they are asked for elsewhere. */
export const SLO_FILE = 'dashboards/slos.yaml'

const DASHBOARDS = 'grafana/dashboards'
/** Where files are made. Those of others may lie beside them: ours say that they are generated. */
const OURS = [`${DASHBOARDS}/longship-*.json`, 'docs/runbooks/*.md', 'loki/rules/*.yaml', 'test/rules/*.test.yaml']

/** Path → text. */
export function buildFiles(slos: readonly Slo[]): Map<string, string> {
  const files = dashboardsFor(slos).map((dashboard): [string, string] => [
    `${DASHBOARDS}/${dashboard.uid}.json`,
    `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
  ])
  return new Map([...files, ...ruleFiles(slos)])
}

export interface Drift {
  /** Missing, or not as it would be made. */
  readonly stale: readonly { readonly path: string; readonly says: string }[]
  /** Made once, and no more: of an objective or an alert that is gone. */
  readonly leftover: readonly string[]
}

export function driftOf(files: ReadonlyMap<string, string>, folder: string): Drift {
  const stale = [...files].flatMap(([path, text]) => {
    const says = difference(read(join(folder, path)), text)
    return says === undefined ? [] : [{ path, says }]
  })
  const leftover = globSync(OURS, { cwd: folder, expandDirectories: false })
    .filter((path) => !files.has(path) && isGenerated(read(join(folder, path)) ?? ''))
    .sort()
  return { stale, leftover }
}

export function lintFiles(files: ReadonlyMap<string, string>): Problem[] {
  return [...files].flatMap(([path, text]) => (path.startsWith(DASHBOARDS) ? lint(JSON.parse(text)) : []))
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isGenerated(text: string): boolean {
  return text.slice(0, 200).includes(HEAD) || /"tags": \[\s*"longship",\s*"generated"/.test(text)
}

function difference(got: string | undefined, expected: string): string | undefined {
  if (got === expected) return undefined
  if (got === undefined) return 'is not there'
  const lines = got.split('\n')
  const at = expected.split('\n').findIndex((line, index) => line !== lines[index])
  return at < 0 ? `line ${expected.split('\n').length} and after should not be there` : `line ${at + 1} differs`
}
