/** Expands the templates of an alerting rule's labels and annotations, as Prometheus does (template/template.go). */
import type { Functions } from '../../logql/template/call.ts'
import { createExecution } from '../../logql/template/execute.ts'
import { parseTemplate, type Template } from '../../logql/template/parser.ts'
import type { GoMap, Value } from '../../logql/template/values.ts'
import { templateFunctions } from './functions.ts'
import type { Ask, Sample } from './rule.ts'

/** A template's text for one sample; what goes wrong stands in the text, as in Prometheus. */
export type Expand = (template: string, alertName: string, sample: Sample, atMs: number) => Promise<string>

export interface ExpandOptions {
  readonly externalLabels: ReadonlyMap<string, string>
  readonly externalUrl: string
}

/** What stands before every template; when rules are checked, Loki leaves $externalURL out, so that none may use it. */
const CHECKED = '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$value := .Value}}'
const DEFINITIONS = CHECKED.replace('{{$value', '{{$externalURL := .ExternalURL}}{{$value')

const NO_FUNCTION_IS_CALLED = templateFunctions({ atMs: 0, externalUrl: '', query: () => [] })
const isFunction = (name: string) => NO_FUNCTION_IS_CALLED.has(name)

/** Queries that one template may ask. */
const MAX_QUERIES = 100
/** Templates kept parsed. */
const MAX_PARSED = 1000

/** Why a template cannot be used, or undefined. */
export function templateError(template: string, alertName: string): string | undefined {
  try {
    parseTemplate(`__alert_${alertName}`, CHECKED + template, isFunction)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

export function createExpand({ externalLabels, externalUrl }: ExpandOptions, ask: Ask): Expand {
  const parsed = new Map<string, Template>()
  const parse = (text: string, alertName: string) => {
    const key = `${alertName}\n${text}`
    let template = parsed.get(key)
    if (template === undefined) {
      template = parseTemplate(`__alert_${alertName}`, DEFINITIONS + text, isFunction)
      if (parsed.size >= MAX_PARSED) parsed.clear()
      parsed.set(key, template)
    }
    return template
  }
  return async (text, alertName, sample, atMs) => {
    if (!text.includes('{{')) return text
    let doing = 'parsing'
    try {
      const template = parse(text, alertName)
      doing = 'executing'
      return await execute(template, dataOf(sample, externalLabels, externalUrl), { atMs, externalUrl }, ask)
    } catch (error) {
      const message = `error ${doing} template __alert_${alertName}: ${(error as Error).message}`
      return `<error expanding template: ${message}>`
    }
  }
}

type Answer = { readonly value: Value } | { readonly error: string }

/**
 * The engine of templates does not wait, and queries do: a template that meets a query without an answer stops, and is
 * run again with it.
 */
async function execute(
  template: Template,
  data: Value,
  options: { readonly atMs: number; readonly externalUrl: string },
  ask: Ask,
): Promise<string> {
  const answers = new Map<string, Answer>()
  for (;;) {
    let wanted: string | undefined
    const query = (expr: string): Value => {
      const known = answers.get(expr)
      if (known === undefined) {
        wanted = expr
        throw new Error('waits for its answer')
      }
      if ('error' in known) throw new Error(known.error)
      return known.value
    }
    const functions: Functions = templateFunctions({ ...options, query })
    try {
      return createExecution(template, functions)(data)
    } catch (error) {
      if (wanted === undefined) throw error
      if (answers.size >= MAX_QUERIES) throw new Error(`the template asks more than ${MAX_QUERIES} queries`)
      answers.set(wanted, await answerOf(ask, wanted, options.atMs))
    }
  }
}

async function answerOf(ask: Ask, expr: string, atMs: number): Promise<Answer> {
  try {
    return { value: (await ask(expr, atMs)).map(sampleValue) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

function sampleValue({ labels, value }: Sample): GoMap {
  return structOf('*template.sample', [
    ['Labels', stringMap(labels)],
    ['Value', value],
  ])
}

function dataOf(sample: Sample, externalLabels: ReadonlyMap<string, string>, externalUrl: string): GoMap {
  const type =
    'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }'
  return structOf(type, [
    ['Labels', stringMap(sample.labels)],
    ['ExternalLabels', stringMap(externalLabels)],
    ['ExternalURL', externalUrl],
    ['Value', sample.value],
  ])
}

function structOf(typeName: string, fields: readonly (readonly [string, Value])[]): GoMap {
  return { kind: 'map', type: 'struct', typeName, entries: new Map(fields) }
}

function stringMap(labels: ReadonlyMap<string, string>): GoMap {
  return { kind: 'map', type: 'strings', entries: labels }
}
