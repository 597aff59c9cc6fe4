/** A dashboard's variables above its panels: their values come from the labels, what is chosen stands in the address. */
import { labelNames, labelValues } from '../loki/client.ts'
import { timeBuiltIns } from '../model/builtins.ts'
import type { Filter, VariableModel } from '../model/dashboard.ts'
import type { TimeRange } from '../model/times.ts'
import { choose, fixedOptions, readFilter, readOptionQuery, refine, writeFilter } from '../model/variableoptions.ts'
import { ALL, interpolateQuery, references, type Variable, valuesOf } from '../model/variables.ts'
import { debounce, h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import { createFilters } from './filters.ts'
import { createSelect } from './select.ts'

export interface VariableBar {
  readonly element: HTMLElement
  readonly variables: ReadonlyMap<string, Variable>
  filters(): readonly Filter[]
  /** Absent where the dashboard has no ad-hoc filters. */
  addFilter?(filter: Filter): void
  /** Asks for the values again: those of another time may differ. Whether what is chosen stands for other values now. */
  reload(): Promise<boolean>
}

export async function createVariableBar(
  models: readonly VariableModel[],
  range: () => TimeRange,
  change: () => void,
): Promise<VariableBar> {
  // In the dashboard's order, whichever answer comes first.
  const variables = new Map<string, Variable>(models.map((model) => [model.name, { model, options: [], chosen: [] }]))
  const adhoc = models.filter(({ type }) => type === 'adhoc')
  // Links take them along like what is chosen.
  const keepFilters = () => {
    for (const model of adhoc)
      variables.set(model.name, { model, options: [], chosen: filtersIn(model).map(writeFilter) })
  }
  keepFilters()
  const shown = new Map<string, () => void>()
  const load = async (model: VariableModel) => {
    const given = here().params.getAll(`var-${model.name}`)
    const known = variables.get(model.name)
    const options = await optionsOf(model, variables, range()).catch(() => known?.options ?? [])
    variables.set(model.name, choose(model, options, given))
  }
  const plain = models.filter(({ type }) => type !== 'adhoc')
  const names = new Set(plain.map(({ name }) => name))
  const selects = ({ query }: VariableModel) => [...referencesIn(query)].some((name) => names.has(name))
  const reload = async () => {
    const before = JSON.stringify([...variables.values()].map(valuesOf))
    await Promise.all(plain.filter((model) => !selects(model)).map(load))
    // In their order: one may select by those before it.
    for (const model of plain.filter(selects)) await load(model)
    for (const show of shown.values()) show()
    return JSON.stringify([...variables.values()].map(valuesOf)) !== before
  }
  await reload()
  const set = async (model: VariableModel, chosen: readonly string[]) => {
    variables.set(model.name, { ...variables.get(model.name)!, chosen })
    setParams({ [`var-${model.name}`]: chosen })
    for (const other of dependents(plain, model.name)) {
      await load(other)
      shown.get(other.name)?.()
    }
    change()
  }
  const changeFilters = () => {
    keepFilters()
    change()
  }
  const element = h('div', { class: 'variables', role: 'group', 'aria-label': 'Variables' })
  for (const model of models) {
    if (model.hide === 2 || ['constant', 'datasource'].includes(model.type)) continue
    const made =
      model.type === 'adhoc'
        ? filtersOf(model, range, changeFilters)
        : controlOf(model, variables, (chosen) => set(model, chosen))
    element.append(made.element)
    shown.set(model.name, made.show)
  }
  const addFilter = (filter: Filter) => {
    writeFilters(adhoc[0], [...filtersIn(adhoc[0]), filter])
    shown.get(adhoc[0].name)?.()
    changeFilters()
  }
  const canFilter = adhoc.length > 0 ? { addFilter } : {}
  return { element, variables, filters: () => adhoc.flatMap(filtersIn), reload, ...canFilter }
}

function dependents(models: readonly VariableModel[], name: string): VariableModel[] {
  return models.filter(({ query }) => referencesIn(query).has(name))
}

function referencesIn(query: unknown): ReadonlySet<string> {
  return query === undefined ? new Set() : references(JSON.stringify(query))
}

async function optionsOf(model: VariableModel, variables: ReadonlyMap<string, Variable>, range: TimeRange) {
  if (model.type !== 'query') return fixedOptions(model)
  const asked = readOptionQuery(model.query)
  if (asked === undefined) return []
  const raw = { from: String(range.from), to: String(range.to) }
  const stream = interpolateQuery(asked.stream, { variables, builtIn: timeBuiltIns({ range, raw }) })
  const values = asked.label === undefined ? await labelNames(range) : await labelValues(asked.label, range, stream)
  return refine(values, model)
}

type Control = { readonly element: HTMLElement; show(): void }

function controlOf(
  model: VariableModel,
  variables: ReadonlyMap<string, Variable>,
  set: (chosen: readonly string[]) => void,
): Control {
  const label = model.label || model.name
  const title = model.description ?? undefined
  const current = () => variables.get(model.name)!
  if (model.type === 'textbox')
    return textBox(
      label,
      title,
      () => current().chosen[0] ?? '',
      (text) => set([text]),
    )
  return createSelect({
    label,
    title,
    isMulti: model.multi === true,
    hasAll: model.includeAll === true,
    options: () => current().options,
    chosen: () => current().chosen,
    choose: (values) => set(values.length === 0 && model.includeAll === true ? [ALL] : values),
  })
}

/** Typing asks nothing until it rests. */
const REST_MS = 400

function textBox(label: string, title: string | undefined, value: () => string, set: (text: string) => void): Control {
  const later = debounce(REST_MS, () => input.value !== value() && set(input.value))
  const input = h('input', { value: value(), spellcheck: 'false', autocomplete: 'off', oninput: later })
  return {
    element: h('label', { class: 'text-variable', title }, h('span', { class: 'label' }, label), input),
    show: () => {
      if (document.activeElement !== input) input.value = value()
    },
  }
}

function filtersIn({ name, filters }: VariableModel): Filter[] {
  const { params } = here()
  const written = params.getAll(`var-${name}`)
  return written.length === 0 ? [...(filters ?? [])] : written.flatMap((text) => readFilter(text) ?? [])
}

/** None at all is written too, where the dashboard has some of its own. */
function writeFilters({ name, filters: own = [] }: VariableModel, filters: readonly Filter[]): void {
  const written = filters.map(writeFilter)
  setParams({ [`var-${name}`]: written.length === 0 && own.length > 0 ? '' : written })
}

function filtersOf(model: VariableModel, range: () => TimeRange, change: () => void): Control {
  return createFilters({
    label: model.label || model.name,
    range,
    filters: () => filtersIn(model),
    set(filters) {
      writeFilters(model, filters)
      change()
    },
  })
}
