/** Calls of functions in a template: how many arguments of which types, and what Go says when they are others. */
import { type ArgNode, type CommandNode, showArg } from './nodes.ts'
import type { Value } from './values.ts'

export type Parameter = 'string' | 'int' | 'float64' | 'time' | 'any'

export interface GoFunction {
  readonly parameters: readonly Parameter[]
  /** The type of any number of further arguments. */
  readonly rest?: Parameter
  /** and, or: arguments behind the one that decides are not evaluated. */
  readonly decides?: (value: Value) => boolean
  /** Throws an Error for what Go returns as one (or panics with). */
  call(...args: Value[]): Value
}

export type Functions = ReadonlyMap<string, GoFunction>

export interface Call {
  readonly name: string
  readonly known: GoFunction
  readonly node: ArgNode | CommandNode
  readonly args: readonly ArgNode[]
  /** What the pipeline hands over, as the last argument. */
  readonly final: { readonly value: Value } | undefined
  readonly dot: Value
}

/** What a call needs of the execution around it. */
export interface CallContext {
  argument(dot: Value, node: ArgNode, parameter: Parameter): Value
  validate(value: Value, parameter: Parameter): Value
  fail(message: string): never
  failAt(node: ArgNode | CommandNode, message: string): never
}

export function callFunction(context: CallContext, call: Call): Value {
  const { name, known, args, final, dot } = call
  checkCount(context, call)
  if (known.decides !== undefined) return decide(context, call, known.decides)
  const values = args.map((arg, i) => context.argument(dot, arg, known.parameters[i] ?? known.rest ?? 'any'))
  if (final !== undefined) {
    values.push(context.validate(final.value, known.parameters[values.length] ?? known.rest ?? 'any'))
  }
  try {
    return known.call(...values)
  } catch (error) {
    if (name === 'call') return context.failAt(call.node, callFault(call, error as Error))
    return context.failAt(call.node, `error calling ${name}: ${(error as Error).message}`)
  }
}

function checkCount(context: CallContext, { name, known, args, final }: Call): void {
  const count = args.length + (final === undefined ? 0 : 1)
  const wanted = known.parameters.length
  if (known.rest === undefined) {
    if (count !== wanted) context.fail(`wrong number of args for ${name}: want ${wanted} got ${count}`)
  } else if (count < wanted) {
    context.fail(`wrong number of args for ${name}: want at least ${wanted} got ${args.length}`)
  }
}

function decide(context: CallContext, { args, final, dot }: Call, decides: (value: Value) => boolean): Value {
  let value: Value
  for (const arg of args) {
    value = context.argument(dot, arg, 'any')
    if (decides(value)) return value
  }
  return final === undefined ? value : final.value
}

/** `call` names what it was to call. */
function callFault({ args, node }: Call, error: Error): string {
  const callee = args[0] ?? node
  return `error calling call: ${error.message.replace('non-function', `non-function ${showArg(callee)}`)}`
}
