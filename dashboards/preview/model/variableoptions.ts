/** A variable of a dashboard → where its values come from, which of them stay, and which are chosen at first. */
import type { Filter, VariableModel } from './dashboard.ts'
import { ALL, type Variable } from './variables.ts'

/** `label` undefined: the names of labels themselves. `stream`: only of streams that this selects, '' for all. */
export interface OptionQuery {
  readonly label: string | undefined
  readonly stream: string
}

/** Grafana saves the data source's query as an object, older ones as label_values({…}, name). */
export function readOptionQuery(query: unknown): OptionQuery | undefined {
  if (typeof query === 'object' && query !== null) {
    const { type, label, stream } = query as { type?: number; label?: string; stream?: string }
    if (type === 0) return { label: undefined, stream: '' }
    return label === undefined ? undefined : { label, stream: stream ?? '' }
  }
  const text = String(query ?? '').trim()
  if (/^label_names\(\s*\)$/.test(text)) return { label: undefined, stream: '' }
  const values = /^label_values\(\s*(?:(\{.*\})\s*,\s*)?(\w+)\s*\)$/s.exec(text)
  return values === null ? undefined : { label: values[2], stream: values[1] ?? '' }
}

/** Values that need no question: of custom, interval, constant, text box and data source variables. */
export function fixedOptions({ type, query, options }: VariableModel): string[] {
  if (type === 'textbox' || type === 'constant') return [typeof query === 'string' ? query : '']
  if (type === 'datasource') return ['loki']
  if (type !== 'custom' && type !== 'interval') return []
  if (typeof query !== 'string') return (options ?? []).map(({ value }) => value).filter((value) => value !== ALL)
  return query
    .split(/(?<!\\),/)
    .map((part) => part.replaceAll('\\,', ',').trim())
    .map((part) => /^.+? : (.+)$/.exec(part)?.[1] ?? part)
    .filter((part) => part !== '')
}

/** The variable's own regular expression keeps, and may take a part of, each value; then its order. */
export function refine(values: readonly string[], { regex, sort = 0 }: VariableModel): string[] {
  const pattern = regex === undefined || regex === '' ? undefined : readRegex(regex)
  const kept =
    pattern === undefined
      ? [...values]
      : values.flatMap((value) => {
          const found = pattern.exec(value)
          return found === null ? [] : [found[1] ?? found[0]]
        })
  const compare = COMPARE.get(Math.ceil(sort / 2))
  const unique = [...new Set(kept)]
  if (sort === 0 || compare === undefined) return unique
  unique.sort(compare)
  return sort % 2 === 0 ? unique.reverse() : unique
}

const COMPARE: ReadonlyMap<number, (a: string, b: string) => number> = new Map([
  [1, (a, b) => (a < b ? -1 : 1)],
  [2, (a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0])],
  [3, (a, b) => a.toLowerCase().localeCompare(b.toLowerCase())],
])

function readRegex(text: string): RegExp | undefined {
  const [, body, flags] = /^\/(.*)\/([imsu]*)$/s.exec(text) ?? [undefined, text, '']
  try {
    return new RegExp(body, flags)
  } catch {
    return undefined
  }
}

/** `given`: of the address. Without it what the dashboard was saved with, else All, else the first. */
export function choose(model: VariableModel, options: readonly string[], given: readonly string[]): Variable {
  if (model.type === 'textbox') {
    const saved = model.current?.value ?? model.query
    return { model, options, chosen: [given[0] ?? (typeof saved === 'string' ? saved : '')] }
  }
  if (given.length > 0) return { model, options, chosen: given.includes(ALL) ? [ALL] : given }
  const saved = [model.current?.value ?? []]
    .flat()
    .map(String)
    .filter((value) => value !== '')
  if (saved.includes(ALL)) return { model, options, chosen: [ALL] }
  const known = saved.filter((value) => options.includes(value))
  if (known.length > 0) return { model, options, chosen: known }
  if (model.includeAll === true) return { model, options, chosen: [ALL] }
  return { model, options, chosen: options.slice(0, 1) }
}

/** key|operator|value, as Grafana writes ad-hoc filters into the address; | is __gfp__ there. */
export function readFilter(text: string): Filter | undefined {
  const [key, operator, ...rest] = text.split('|').map((part) => part.replaceAll('__gfp__', '|'))
  return operator === undefined || key === '' ? undefined : { key, operator, value: rest.join('|') }
}

export function writeFilter({ key, operator, value }: Filter): string {
  return [key, operator, value].map((part) => part.replaceAll('|', '__gfp__')).join('|')
}
