/** $name, ${name:format}, [[name]] and Grafana's built-ins in queries, titles and links. */
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

const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}/g

/** In LogQL: several values, and those of variables that could be several, are escaped for a regex. */
export function interpolateQuery(text: string, scope: Scope): string {
  return replace(text, scope, (variable) => {
    const { multi, includeAll } = variable.model
    const values = valuesOf(variable)
    if (isOwnAll(variable)) return variable.model.allValue!
    if (multi !== true && includeAll !== true) return values.join('|').replaceAll("'", "\\'")
    return values.map(escapeRegexInQuery).join('|')
  })
}

/** In titles, text and links. */
export function interpolateText(text: string, scope: Scope, format = 'glob'): string {
  return replace(text, scope, (variable) => applyFormat(format, variable))
}

function replace(text: string, scope: Scope, fallback: (variable: Variable) => string): string {
  return text.replace(REFERENCE, (whole, plain, square, squareFormat, curly, path, format) => {
    const name: string = plain ?? square ?? curly
    const how: string | undefined = squareFormat ?? format
    const variable = scope.variables.get(name)
    if (variable === undefined) {
      const value = scope.builtIn(name, path)
      if (value === undefined) return whole
      return how === 'percentencode' || how === 'queryparam' ? encodeURIComponent(value) : value
    }
    return how === undefined ? fallback(variable) : applyFormat(how, variable)
  })
}

export function valuesOf({ chosen, options }: Variable): readonly string[] {
  return chosen.includes(ALL) ? options : chosen
}

function isOwnAll({ chosen, model }: Variable): boolean {
  return chosen.includes(ALL) && typeof model.allValue === 'string' && model.allValue !== ''
}

function applyFormat(format: string, variable: Variable): string {
  if (isOwnAll(variable) && format !== 'text' && format !== 'queryparam') return variable.model.allValue!
  const values = valuesOf(variable)
  const write = FORMATS.get(format.split(':')[0]) ?? FORMATS.get('glob')!
  return write(values, variable)
}

type Write = (values: readonly string[], variable: Variable) => string

const FORMATS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['glob', (values) => (values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? ''))],
  ['raw', (values) => values.join(',')],
  ['csv', (values) => values.join(',')],
  ['pipe', (values) => values.join('|')],
  ['regex', (values) => (values.length === 1 ? escapeRegex(values[0]) : `(${values.map(escapeRegex).join('|')})`)],
  ['json', (values) => JSON.stringify(values.length === 1 ? values[0] : values)],
  ['doublequote', (values) => values.map((value) => `"${value.replaceAll('"', '\\"')}"`).join(',')],
  ['singlequote', (values) => values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(',')],
  ['percentencode', (values) => encodeURIComponent(values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? ''))],
  ['text', (values, { chosen }) => (chosen.includes(ALL) ? 'All' : values.join(' + '))],
  ['queryparam', (_, { chosen, model }) => queryParams(model.name, chosen)],
])

export function queryParams(name: string, chosen: readonly string[]): string {
  return chosen.map((value) => `var-${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Twice: once for the regex, once for the quotes that it stands in. */
function escapeRegexInQuery(text: string): string {
  return text
    .replace(/\\/g, '\\\\\\\\')
    .replace(/[$^*{}[\]+?.()|]/g, '\\\\$&')
    .replaceAll("'", "\\\\'")
}

/** Names that a text refers to. */
export function references(text: string): Set<string> {
  return new Set([...text.matchAll(REFERENCE)].map(([, plain, square, , curly]) => plain ?? square ?? curly))
}
