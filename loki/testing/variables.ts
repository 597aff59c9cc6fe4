/**
 * Grafana's variables in a panel's query, as its Loki data source replaces them before it asks: $name, ${name},
 * ${name:format} and [[name]], and the built-in $__interval, $__range, $__rate_interval and $__auto.
 */
import { writePrometheusDuration } from '../logql/units.ts'

export interface Variable {
  readonly values: readonly string[]
  /** With multi or includeAll its values are escaped for a regular expression and joined with |. */
  readonly isMulti: boolean
  /** An "all" value of the dashboard's own: a regular expression already. */
  readonly isRaw?: boolean
}

export interface BuiltIn {
  readonly intervalMs: number
  readonly rangeMs: number
  readonly isInstant: boolean
  readonly startMs: number
  readonly endMs: number
}

/** A reference: $name, or [[name:format]], or ${name.field:format}; one group for each part. */
export const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g

/** Throws for a variable that has no value: what Grafana would send then is no LogQL. */
export function substitute(expr: string, variables: ReadonlyMap<string, Variable>, times: BuiltIn): string {
  const builtIn = builtIns(times)
  return expr.replace(
    REFERENCE,
    (
      whole,
      plain?: string,
      square?: string,
      squareFormat?: string,
      curly?: string,
      _field?: string,
      curlyFormat?: string,
    ) => {
      const name = plain ?? square ?? curly ?? ''
      const format = squareFormat ?? curlyFormat
      const known = builtIn.get(name)
      if (known !== undefined) return known
      const variable = variables.get(name)
      if (variable !== undefined) return formatVariable(variable, format)
      // $1 of label_replace, and what else only looks like a variable.
      if (/^\d/.test(name)) return whole
      const all = [...variables.keys()].map((one) => `$${one}`).join(', ')
      throw new Error(`the variable ${whole} has no value: give it one under "variables". Known: ${all || 'none'}`)
    },
  )
}

function builtIns({ intervalMs, rangeMs, isInstant, startMs, endMs }: BuiltIn): ReadonlyMap<string, string> {
  const interval = writePrometheusDuration(Math.max(1, intervalMs))
  const rangeSeconds = Math.round(rangeMs / 1000)
  return new Map([
    ['__interval', interval],
    ['__interval_ms', String(intervalMs)],
    ['__rate_interval', interval],
    ['__range', `${rangeSeconds}s`],
    ['__range_s', String(rangeSeconds)],
    ['__range_ms', String(rangeMs)],
    ['__auto', isInstant ? `${rangeSeconds}s` : interval],
    ['__from', String(startMs)],
    ['__to', String(endMs)],
  ])
}

/** `format` undefined: as the Loki data source puts it into a query. Throws for a format that Grafana does not have. */
export function formatVariable({ values, isMulti, isRaw }: Variable, format: string | undefined): string {
  if (isRaw === true) return values.join('|')
  if (format !== undefined) {
    const write = VARIABLE_FORMATS.get(format)
    if (write === undefined)
      throw new Error(
        `the format :${format} of a variable is not known. Known: ${[...VARIABLE_FORMATS.keys()].join(', ')}`,
      )
    return write(values)
  }
  if (!isMulti) return quoted(values[0] ?? '')
  return values.map(escapedTwice).join('|')
}

/** The data source escapes single quotes, and for a regular expression inside "…" every backslash twice. */
function quoted(value: string): string {
  return value.replaceAll("'", "\\\\'")
}

function escapedTwice(value: string): string {
  return quoted(value.replaceAll('\\', '\\\\\\\\').replace(/[$^*{}[\]+?.()|]/g, '\\\\$&'))
}

function escapedOnce(value: string): string {
  return value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&')
}

export const VARIABLE_FORMATS: ReadonlyMap<string, (values: readonly string[]) => string> = new Map([
  ['raw', (values) => values.join(',')],
  ['csv', (values) => values.join(',')],
  ['pipe', (values) => values.join('|')],
  ['regex', (values) => (values.length === 1 ? escapedOnce(values[0]!) : `(${values.map(escapedOnce).join('|')})`)],
  ['glob', (values) => (values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? ''))],
  ['doublequote', (values) => values.map((value) => `"${value.replaceAll('"', '\\"')}"`).join(',')],
  ['singlequote', (values) => values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(',')],
  ['json', (values) => (values.length === 1 ? values[0]! : JSON.stringify(values))],
  ['text', (values) => values.join(' + ')],
  ['percentencode', (values) => encodeURIComponent(values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? ''))],
])
