/** Checks of a dashboard's panels: finds the panel's query in the JSON that Grafana saves, fills in its variables, asks. */
import { checkExpr, type ExprContext, stepOf } from './exprtest.ts'
import type { Check } from './outcome.ts'
import { NANOS_PER_MS } from './target.ts'
import type { DashboardTest } from './testfile.ts'
import { substitute, type Variable } from './variables.ts'

export async function checkDashboard(
  context: ExprContext,
  test: DashboardTest,
  place: string,
  readFile: (path: string) => string,
): Promise<Check> {
  const facts = [['panel', `${test.panel} of ${test.dashboard}`] as const]
  const { line } = test.place
  try {
    const dashboard = readDashboard(readFile(test.dashboard), test.dashboard)
    const target = queryOf(panelOf(dashboard, test.panel), test.ref_id)
    const expr = substitute(target.expr, variablesOf(dashboard, test.variables), timesOf(context, test))
    return await checkExpr(context, expr, test, place, line, [...facts, ...writtenAs(target.expr, expr)])
  } catch (error) {
    return { place, line, facts, rows: [], error: (error as Error).message }
  }
}

function writtenAs(written: string, asked: string): [string, string][] {
  return written === asked ? [] : [['query', written]]
}

function timesOf(context: ExprContext, test: DashboardTest) {
  const end = test.end ?? test.eval_time ?? 0
  const start = test.start ?? Math.min(0, end)
  const startMs = Number(context.start / NANOS_PER_MS)
  return {
    intervalMs: stepOf(test, context.intervalMs),
    rangeMs: end - start,
    isInstant: test.end === undefined,
    startMs: startMs + start,
    endMs: startMs + end,
  }
}

type Json = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** Also as the API answers it, and as a Kubernetes-style resource. */
function readDashboard(text: string, file: string): Json {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`)
  }
  if (!isObject(json)) throw new Error(`${file} is no dashboard`)
  if (isObject(json['dashboard'])) return json['dashboard']
  return isObject(json['spec']) ? json['spec'] : json
}

interface Panel {
  readonly title: string
  readonly id: string
  readonly targets: readonly Json[]
}

function panelsOf(dashboard: Json): Panel[] {
  const classic = listOf(dashboard['panels']).flatMap((panel) => [panel, ...listOf(panel['panels'])])
  const elements = isObject(dashboard['elements']) ? Object.values(dashboard['elements']).filter(isObject) : []
  return [...classic.map(classicPanel), ...elements.map(elementPanel)]
}

function classicPanel(panel: Json): Panel {
  return { title: String(panel['title'] ?? ''), id: String(panel['id'] ?? ''), targets: listOf(panel['targets']) }
}

/** Of the v2 schema: elements.NAME.spec.data.spec.queries[].spec.query.spec.expr. */
function elementPanel(element: Json): Panel {
  const spec = isObject(element['spec']) ? element['spec'] : {}
  const queries = listOf(dig(spec, 'data', 'spec', 'queries')).map((query) => {
    const inner = dig(query, 'spec', 'query', 'spec')
    return { ...(isObject(inner) ? inner : {}), refId: dig(query, 'spec', 'refId'), hide: dig(query, 'spec', 'hidden') }
  })
  return { title: String(spec['title'] ?? ''), id: String(spec['id'] ?? ''), targets: queries }
}

function dig(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, name) => (isObject(at) ? at[name] : undefined), value)
}

function panelOf(dashboard: Json, wanted: string): Panel {
  const panels = panelsOf(dashboard)
  const found = panels.filter(({ title }) => title === wanted)
  if (found.length === 0) found.push(...panels.filter(({ id }) => id === wanted))
  const titles = panels.filter(({ targets }) => targets.length > 0).map(({ title, id }) => `"${title}" (${id})`)
  if (found.length === 0) throw new Error(`there is no panel ${JSON.stringify(wanted)}. Known: ${titles.join(', ')}`)
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(', ')
    throw new Error(`several panels are called ${JSON.stringify(wanted)}: name one by its id, of ${ids}`)
  }
  return found[0]!
}

function queryOf(panel: Panel, refId: string | undefined): { readonly expr: string } {
  const queries = panel.targets.filter(({ expr }) => typeof expr === 'string' && expr !== '')
  const shown = queries.filter(({ hide }) => hide !== true)
  const known = queries.map((query) => String(query['refId'] ?? '')).join(', ')
  const found =
    refId === undefined
      ? shown.length === 1
        ? shown[0]
        : undefined
      : queries.find((query) => query['refId'] === refId)
  if (found !== undefined) return { expr: String(found['expr']) }
  if (queries.length === 0) throw new Error(`the panel "${panel.title}" has no LogQL query`)
  if (refId !== undefined) throw new Error(`the panel "${panel.title}" has no query ${refId}. Known: ${known}`)
  throw new Error(`the panel "${panel.title}" has several queries: choose one with ref_id, of ${known}`)
}

/** Those that the dashboard was saved with, and the test's over them. */
function variablesOf(
  dashboard: Json,
  given: ReadonlyMap<string, readonly string[]> | undefined,
): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>()
  const classic = listOf(dig(dashboard, 'templating', 'list'))
  const specs = listOf(dashboard['variables'])
    .map(({ spec }) => spec)
    .filter(isObject)
  for (const variable of [...classic, ...specs]) {
    const isMulti = variable['multi'] === true || variable['includeAll'] === true
    const saved = savedValues(variable)
    if (saved !== undefined) variables.set(String(variable['name']), { isMulti, ...saved })
  }
  for (const [name, values] of given ?? []) {
    variables.set(name, { values, isMulti: variables.get(name)?.isMulti ?? values.length > 1 })
  }
  return variables
}

function savedValues(variable: Json): Pick<Variable, 'values' | 'isRaw'> | undefined {
  const value = dig(variable, 'current', 'value') ?? (variable['type'] === 'constant' ? variable['query'] : undefined)
  const values = (Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]).map(String)
  if (!values.includes('$__all')) return values.length === 0 ? undefined : { values }
  if (typeof variable['allValue'] === 'string' && variable['allValue'] !== '')
    return { values: [variable['allValue']], isRaw: true }
  const options = listOf(variable['options']).map((option) => String(option['value']))
  return { values: options.filter((option) => option !== '$__all') }
}
