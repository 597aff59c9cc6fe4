/**
 * Go's text/template for line_format, label_format and alerts' annotations. A template ends by itself: what loops, repeats
 * or pads is bounded. Functions and data are arguments.
 */
import { BUILTINS } from './builtins.ts'
import type { Functions, GoFunction } from './call.ts'
import { createExecution } from './execute.ts'
import { fieldsOf, lookupsOf, onlyFieldOf } from './fields.ts'
import { NUMBER_FUNCTIONS } from './numberfunctions.ts'
import { parseTemplate } from './parser.ts'
import { TEXT_FUNCTIONS } from './textfunctions.ts'
import { timeFunctions } from './timefunctions.ts'
import type { GoMap, Value } from './values.ts'

export type { Functions, GoFunction, Parameter } from './call.ts'
export { TemplateError } from './error.ts'
export type { GoMap, Value } from './values.ts'

export interface CompiledTemplate {
  /** Throws TemplateError with Go's message. */
  run(data: Value): string
  /** Fields of the data that it names, in Loki's way of looking for them; names may be there twice. */
  readonly fields: readonly string[]
  /** {{.name}} alone: the field's name. */
  readonly onlyField: string | undefined
  /** All names that it can look up in the data; undefined when it can reach the data in other ways. */
  readonly lookups: readonly string[] | undefined
}

/** `functions` beside Go's own. Throws TemplateError with Go's message. */
export function compileTemplate(name: string, text: string, functions: Functions): CompiledTemplate {
  const all: Functions = new Map<string, GoFunction>([...BUILTINS, ...functions])
  const template = parseTemplate(name, text, (called) => all.has(called))
  return {
    run: createExecution(template, all),
    fields: fieldsOf(template.root),
    onlyField: onlyFieldOf(template.root),
    lookups: lookupsOf(template.root),
  }
}

/** Loki's functions. `now`: the clock, milliseconds since 1970. */
export function lokiFunctions(now: () => number = Date.now): Functions {
  return new Map<string, GoFunction>([...TEXT_FUNCTIONS, ...NUMBER_FUNCTIONS, ...timeFunctions(now)])
}

/** map[string]string: a name that is not there is ''. */
export function textMap(entries: ReadonlyMap<string, string>): GoMap {
  return { kind: 'map', type: 'strings', entries }
}
