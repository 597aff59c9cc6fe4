/**
 * Go's text/template for line_format, label_format and alerts' annotations. A template ends by itself: what loops, repeats
 * or pads is bounded. Functions and data are arguments.
 */
import { BUILTINS } from './builtins.ts'
import type { Functions, GoFunction } from './call.ts'
import { executeTemplate } from './execute.ts'
import type { ArgNode, BodyNode, PipeNode } from './nodes.ts'
import { NUMBER_FUNCTIONS } from './numberfunctions.ts'
import { parseTemplate, type Template } from './parser.ts'
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
}

/** `functions` beside Go's own. Throws TemplateError with Go's message. */
export function compileTemplate(name: string, text: string, functions: Functions): CompiledTemplate {
  const all: Functions = new Map<string, GoFunction>([...BUILTINS, ...functions])
  const template = parseTemplate(name, text, (called) => all.has(called))
  return {
    run: (data) => executeTemplate(template, all, data),
    fields: fieldsOf(template.root),
    onlyField: onlyFieldOf(template),
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

function onlyFieldOf({ root }: Template): string | undefined {
  const [first, second] = root
  if (first?.kind !== 'action' || second !== undefined) return undefined
  const [command, next] = first.pipe.commands
  const field = command?.args[0]
  if (next !== undefined || command!.args.length !== 1 || field?.kind !== 'field') return undefined
  return field.names.length === 1 ? field.names[0] : undefined
}

/** Loki's listNodeFields: it looks into branches and pipelines, not into chains. */
function fieldsOf(nodes: readonly BodyNode[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case 'action':
        return fieldsOfPipe(node.pipe)
      case 'if':
      case 'with':
      case 'range':
        return [...fieldsOfPipe(node.pipe), ...fieldsOf(node.list), ...fieldsOf(node.otherwise ?? [])]
      default:
        return []
    }
  })
}

function fieldsOfPipe(pipe: PipeNode): string[] {
  return pipe.commands.flatMap(({ args }) => args.flatMap(fieldsOfArg))
}

function fieldsOfArg(arg: ArgNode): string[] {
  if (arg.kind === 'field') return [...arg.names]
  return arg.kind === 'pipe' ? fieldsOfPipe(arg) : []
}
