/** What is inside an action: pipelines, commands and operands, to their value. */
import { type CallContext, callFunction, type Functions, type Parameter } from './call.ts'
import type { Frame } from './frame.ts'
import { type ArgNode, type CommandNode, type PipeNode, showArg } from './nodes.ts'
import { timeMethods } from './timemethods.ts'
import { intOf, isMap, isTime, typeOf, type Value } from './values.ts'

const MISSING = Symbol('no argument from the pipeline')
type Final = Value | typeof MISSING

export class Evaluator {
  readonly frame: Frame
  readonly functions: Functions
  readonly context: CallContext = {
    argument: (dot, node, parameter) => this.argument(dot, node, parameter),
    validate: (value, parameter) => this.validate(value, parameter),
    fail: (message) => this.frame.fail(message),
    failAt: (node, message) => {
      this.frame.place = node
      return this.frame.fail(message)
    },
  }

  constructor(frame: Frame, functions: Functions) {
    this.frame = frame
    this.functions = functions
  }

  /** A pipeline's value; its variables are declared or set. */
  pipe(dot: Value, pipe: PipeNode): Value {
    this.frame.step()
    this.frame.place = pipe
    let value: Final = MISSING
    for (const command of pipe.commands) {
      value = this.command(dot, command, value)
      // A nil in an interface {} is no value any more.
      if (value === null) value = undefined
    }
    for (const name of pipe.variables) {
      if (pipe.isAssign) this.frame.assign(name, value as Value)
      else this.frame.variables.push({ name, value: value as Value })
    }
    return value as Value
  }

  command(dot: Value, command: CommandNode, final: Final): Value {
    const first = command.args[0]!
    switch (first.kind) {
      case 'field':
        this.frame.place = first
        return this.fields(dot, dot, first, first.names, command.args, final)
      case 'chain':
        return this.chain(dot, first, command.args, final)
      case 'identifier':
        this.frame.place = first
        return this.call(dot, first.name, command, command.args, final)
      case 'variable':
        return this.variable(dot, first, command.args, final)
      case 'pipe':
        this.refuseArguments(command.args, final)
        return this.pipe(dot, first)
    }
    this.frame.place = first
    this.refuseArguments(command.args, final)
    if (first.kind === 'nil') this.frame.fail('nil is not a command')
    return this.plain(dot, first)
  }

  refuseArguments(args: readonly ArgNode[], final: Final): void {
    if (args.length > 1 || final !== MISSING)
      this.frame.fail(`can't give argument to non-function ${showArg(args[0]!)}`)
  }

  plain(dot: Value, node: ArgNode): Value {
    switch (node.kind) {
      case 'bool':
      case 'string':
        return node.value
      case 'dot':
        return dot
      case 'number': {
        this.frame.place = node
        const isFloat = node.float !== undefined && !/^'|^0[xX][^pP]*$/.test(node.text) && /[.eEpP]/.test(node.text)
        if (isFloat) return node.float
        if (node.int === undefined) this.frame.fail(`${node.text} overflows int`)
        return intOf(node.int!)
      }
      default:
        return this.frame.fail(`can't evaluate command ${JSON.stringify(showArg(node))}`)
    }
  }

  variable(dot: Value, node: ArgNode & { kind: 'variable' }, args: readonly ArgNode[], final: Final): Value {
    this.frame.place = node
    const variable = this.frame.variables.findLast(({ name }) => name === node.name)
    if (variable === undefined) return this.frame.fail(`undefined variable: ${node.name}`)
    const { value } = variable
    if (node.names.length === 0) {
      this.refuseArguments(args.length === 0 ? [node] : args, final)
      return value
    }
    return this.fields(dot, value, node, node.names, args, final)
  }

  chain(dot: Value, node: ArgNode & { kind: 'chain' }, args: readonly ArgNode[], final: Final): Value {
    this.frame.place = node
    if (node.node.kind === 'nil') this.frame.fail(`indirection through explicit nil in ${showArg(node)}`)
    const value = this.argument(dot, node.node, 'any')
    return this.fields(dot, value, node, node.names, args, final)
  }

  fields(
    dot: Value,
    receiver: Value,
    node: ArgNode,
    names: readonly string[],
    args: readonly ArgNode[],
    final: Final,
  ): Value {
    let value = receiver
    let isInterface = node.kind === 'field' && this.frame.isDotInterface
    for (const [i, name] of names.entries()) {
      const isLast = i === names.length - 1
      const from = value
      value = this.field(dot, name, node, isLast ? args : [], isLast ? final : MISSING, value, isInterface)
      isInterface = isMap(from) && from.type === 'any'
    }
    return value
  }

  field(
    dot: Value,
    name: string,
    node: ArgNode,
    args: readonly ArgNode[],
    final: Final,
    receiver: Value,
    isInterface: boolean,
  ): Value {
    if (receiver === undefined) return undefined
    const type = isInterface ? 'interface {}' : typeOf(receiver)
    if (receiver === null) this.frame.fail(`nil pointer evaluating ${type}.${name}`)
    if (isTime(receiver)) {
      const method = timeMethods(receiver).get(name)
      if (method !== undefined) return this.invoke(dot, name, method, node, args, final)
    }
    const hasArguments = args.length > 1 || final !== MISSING
    if (isMap(receiver)) {
      const isStruct = receiver.type === 'struct'
      const value = receiver.entries.get(name)
      if (value !== undefined || !isStruct) {
        if (hasArguments) {
          this.frame.fail(
            isStruct
              ? `${name} has arguments but cannot be invoked as function`
              : `${name} is not a method but has arguments`,
          )
        }
        return value === undefined ? (receiver.type === 'strings' ? '' : null) : value
      }
    }
    return this.frame.fail(`can't evaluate field ${name} in type ${type}`)
  }

  call(dot: Value, name: string, node: ArgNode | CommandNode, args: readonly ArgNode[], final: Final): Value {
    const known = this.functions.get(name)
    if (known === undefined) return this.frame.fail(`${JSON.stringify(name)} is not a defined function`)
    return this.invoke(dot, name, known, node, args, final)
  }

  invoke(
    dot: Value,
    name: string,
    known: Parameters<typeof callFunction>[1]['known'],
    node: ArgNode | CommandNode,
    args: readonly ArgNode[],
    final: Final,
  ): Value {
    this.frame.step()
    const rest = args.slice(1)
    const given = final === MISSING ? undefined : { value: final }
    return callFunction(this.context, { name, known, node, args: rest, final: given, dot })
  }

  validate(value: Value, parameter: Parameter): Value {
    if (parameter === 'any') return value
    if (value === undefined) this.frame.fail(`invalid value; expected ${GO_NAMES[parameter]}`)
    if (typeOf(value) === GO_NAMES[parameter]) return value
    return this.frame.fail(`wrong type for value; expected ${GO_NAMES[parameter]}; got ${typeOf(value)}`)
  }

  argument(dot: Value, node: ArgNode, parameter: Parameter): Value {
    this.frame.place = node
    switch (node.kind) {
      case 'dot':
        return this.validate(dot, parameter)
      case 'nil':
        if (parameter !== 'any') this.frame.fail(`cannot assign nil to ${GO_NAMES[parameter]}`)
        return null
      case 'field':
        return this.validate(this.fields(dot, dot, node, node.names, [node], MISSING), parameter)
      case 'variable':
        return this.validate(this.variable(dot, node, [], MISSING), parameter)
      case 'pipe':
        return this.validate(this.pipe(dot, node), parameter)
      case 'identifier':
        return this.validate(this.call(dot, node.name, node, [], MISSING), parameter)
      case 'chain':
        return this.validate(this.chain(dot, node, [], MISSING), parameter)
    }
    return this.constant(dot, node, parameter)
  }

  constant(dot: Value, node: ArgNode, parameter: Parameter): Value {
    switch (parameter) {
      case 'any':
        return this.plain(dot, node)
      case 'string':
        return node.kind === 'string' ? node.value : this.frame.fail(`expected string; found ${showArg(node)}`)
      case 'int':
        if (node.kind !== 'number' || node.int === undefined)
          this.frame.fail(`expected integer; found ${showArg(node)}`)
        return intOf((node as { int: bigint }).int)
      case 'float64':
        if (node.kind !== 'number' || node.float === undefined)
          this.frame.fail(`expected float; found ${showArg(node)}`)
        return (node as { float: number }).float
      default:
        return this.frame.fail(`can't handle ${showArg(node)} for arg of type ${GO_NAMES[parameter]}`)
    }
  }
}

const GO_NAMES: Readonly<Record<Exclude<Parameter, 'any'>, string>> = {
  string: 'string',
  int: 'int',
  float64: 'float64',
  time: 'time.Time',
}
