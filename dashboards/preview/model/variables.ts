/** $name, ${name:format}, [[name]] and Grafana's built-ins in queries, titles and links. */
import { formatVariable, REFERENCE, VARIABLE_FORMATS } from '../../../loki/testing/variables.ts'
import type { VariableModel } from './dashboard.ts'

export interface Variable {
  readonly model: VariableModel
  /** What is chosen; ['$__all'] for All. */
  readonly chosen: readonly string[]
  /** Everything that could be. */
  readonly options: readonly string[]
}

export const ALL = '$__all'

/** Names that are not variables of the dashboard: __range_s, __data.fields.x … ; undefined: not known, left as it is. */
export type BuiltIn = (name: string, path: string | undefined) => string | undefined

export interface Scope {
  readonly variables: ReadonlyMap<string, Variable>
  readonly builtIn: BuiltIn
}

/** In LogQL: several values, and those of variables that could be several, are escaped for a regex. */
export function interpolateQuery(text: string, scope: Scope): string {
  return replace(text, scope, undefined)
}

/** In titles, text and links. */
export function interpolateText(text: string, scope: Scope): string {
  return replace(text, scope, 'glob')
}

/** `usual`: the format of references that name none. */
function replace(text: string, scope: Scope, usual: string | undefined): string {
  return text.replace(REFERENCE, (whole, plain, square, squareFormat, curly, path, curlyFormat) => {
    const name: string = plain ?? square ?? curly
    const format: string | undefined = squareFormat ?? curlyFormat ?? usual
    const variable = scope.variables.get(name)
    if (variable !== undefined) return applyFormat(variable, format)
    const value = scope.builtIn(name, path)
    if (value === undefined) return whole
    return format === 'percentencode' || format === 'queryparam' ? encodeURIComponent(value) : value
  })
}

export function valuesOf({ chosen, options }: Variable): readonly string[] {
  return chosen.includes(ALL) ? options : chosen
}

function applyFormat(variable: Variable, format: string | undefined): string {
  const { model, chosen } = variable
  const isAll = chosen.includes(ALL)
  if (format === 'queryparam') return queryParams(model.name, chosen)
  if (format === 'text' && isAll) return 'All'
  const isMulti = model.multi === true || model.includeAll === true
  const known = format === undefined || VARIABLE_FORMATS.has(format) ? format : 'glob'
  if (isAll && model.allValue) return formatVariable({ values: [model.allValue], isMulti, isRaw: true }, known)
  return formatVariable({ values: valuesOf(variable), isMulti }, known)
}

export function queryParams(name: string, chosen: readonly string[]): string {
  return chosen.map((value) => `var-${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}

/** Names that a text refers to. */
export function references(text: string): Set<string> {
  return new Set([...text.matchAll(REFERENCE)].map(([, plain, square, , curly]) => plain ?? square ?? curly))
}
