/**
 * Go's text/template, run. Throws TemplateError with Go's message; ends by itself, in bounded time and room.
 * Longer than 300 lines: one class, since all of it moves on the same state (dot, variables, output, place).
 */
import { type CallContext, callFunction, type Functions, type Parameter } from './call.ts'
import { type ArgNode, type BodyNode, type CommandNode, type PipeNode, showArg } from './nodes.ts'
import { type Template, TemplateError } from './parser.ts'
import { timeMethods } from './timemethods.ts'
import { intOf, isInt, isList, isMap, isTime, isTrue, showValue, sortedEntries, typeOf, type Value } from './values.ts'

/** No line that Loki stores is as long. */
const MAX_OUTPUT = 4 * 1024 * 1024
/** Nodes run in one execution: templates have loops in loops. */
const MAX_STEPS = 1_000_000
/** Go's is 100,000; our stack is smaller. */
const MAX_TEMPLATE_DEPTH = 500

const MISSING = Symbol('no argument from the pipeline')
type Final = Value | typeof MISSING

export function executeTemplate(template: Template, functions: Functions, data: Value): string {
  return new Execution(template, functions, data).run()
}

type Outcome = 'break' | 'continue' | undefined
type ControlNode = Extract<BodyNode, { readonly list: unknown }>

class Execution {
  readonly template: Template
  readonly functions: Functions
  readonly data: Value
  variables: { name: string; value: Value }[]
  output = ''
  steps = 0
  depth = 0
  /** Where messages say that it is. */
  place: ArgNode | CommandNode | BodyNode | undefined
  name: string
  /** Whether dot came out of an interface {}, which messages then name as its type. */
  isDotInterface = false
  readonly context: CallContext = {
    argument: (dot, node, parameter) => this.argument(dot, node, parameter),
    validate: (value, parameter) => this.validate(value, parameter),
    fail: (message) => this.fail(message),
    failAt: (node, message) => {
      this.place = node
      return this.fail(message)
    },
  }

  constructor(template: Template, functions: Functions, data: Value) {
    this.template = template
    this.functions = functions
    this.data = data
    this.name = template.name
    this.variables = [{ name: '$', value: data }]
  }

  run(): string {
    this.walkList(this.data, this.template.root)
    return this.output
  }

  fail(message: string): never {
    const { place, template } = this
    if (place === undefined) throw new TemplateError(`template: ${this.name}: ${message}`)
    const before = template.text.slice(0, place.at)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    const name = JSON.stringify(this.name)
    const shown = showPlace(place)
    throw new TemplateError(`template: ${template.name}:${line}:${column}: executing ${name} at <${shown}>: ${message}`)
  }

  write(text: string): void {
    this.output += text
    if (this.output.length > MAX_OUTPUT) this.fail(`the output is longer than ${MAX_OUTPUT} characters`)
  }

  step(): void {
    if (++this.steps > MAX_STEPS) this.fail(`the template takes more than ${MAX_STEPS} steps`)
  }

  walkList(dot: Value, list: readonly BodyNode[]): Outcome {
    for (const node of list) {
      const outcome = this.walk(dot, node)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  walk(dot: Value, node: BodyNode): Outcome {
    this.step()
    this.place = node
    switch (node.kind) {
      case 'text':
        this.write(node.text)
        return undefined
      case 'action': {
        const value = this.pipe(dot, node.pipe)
        if (node.pipe.variables.length === 0) this.write(value === undefined ? '<no value>' : showValue(value))
        return undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      case 'template':
        this.callTemplate(dot, node)
        return undefined
      default:
        if (node.kind === 'range') return this.scoped(() => this.range(dot, node))
        return this.scoped(() => {
          const value = this.pipe(dot, node.pipe)
          if (isTrue(value)) {
            return node.kind === 'with' ? this.walkInside(value, node.list, false) : this.walkList(dot, node.list)
          }
          return node.otherwise === undefined ? undefined : this.walkList(dot, node.otherwise)
        })
    }
  }

  /** With another dot. */
  walkInside(dot: Value, list: readonly BodyNode[], isInterface: boolean): Outcome {
    const before = this.isDotInterface
    this.isDotInterface = isInterface
    const outcome = this.walkList(dot, list)
    this.isDotInterface = before
    return outcome
  }

  /** Variables declared inside end with it. */
  scoped(run: () => Outcome): Outcome {
    const count = this.variables.length
    const outcome = run()
    this.variables.length = count
    return outcome
  }

  range(dot: Value, node: ControlNode): Outcome {
    const value = this.pipe(dot, node.pipe)
    const { variables, isAssign } = node.pipe
    const count = this.variables.length
    const iterate = (index: Value, item: Value): Outcome => {
      this.step()
      const [first, second] = variables
      if (isAssign) {
        if (first !== undefined) this.assign(first, second === undefined ? item : index)
        if (second !== undefined) this.assign(second, item)
      } else {
        if (variables.length > 0) this.variables[count - 1]!.value = item
        if (variables.length > 1) this.variables[count - 2]!.value = index
      }
      const outcome = this.walkInside(item, node.list, isList(value) || (isMap(value) && value.type === 'any'))
      this.variables.length = count
      return outcome
    }
    let isEmpty = true
    for (const [index, item] of this.items(value, variables.length)) {
      isEmpty = false
      if (iterate(index, item) === 'break') return undefined
    }
    return isEmpty && node.otherwise !== undefined ? this.walkList(dot, node.otherwise) : undefined
  }

  *items(value: Value, variables: number): Iterable<readonly [Value, Value]> {
    if (value === undefined || value === null) return
    if (isList(value)) for (const [i, item] of value.entries()) yield [intOf(i), item]
    else if (isMap(value) && value.type !== 'struct') yield* sortedEntries(value)
    else if (isInt(value)) {
      if (variables > 1) this.fail(`can't use ${showValue(value)} to iterate over more than one variable`)
      for (let i = 0n; i < value.value; i++) yield [undefined, { ...value, value: i }]
    } else this.fail(`range can't iterate over ${showValue(value)}`)
  }

  callTemplate(dot: Value, node: BodyNode & { kind: 'template' }): void {
    const list = this.template.others.get(node.name)
    if (list === undefined) this.fail(`template ${JSON.stringify(node.name)} not defined`)
    if (this.depth === MAX_TEMPLATE_DEPTH) this.fail(`exceeded maximum template depth (${MAX_TEMPLATE_DEPTH})`)
    const value = node.pipe === undefined ? undefined : this.pipe(dot, node.pipe)
    const { variables, name } = this
    this.variables = [{ name: '$', value }]
    this.name = node.name
    this.depth++
    this.walkInside(value, list!, false)
    this.depth--
    this.variables = variables
    this.name = name
  }

  assign(name: string, value: Value): void {
    for (let i = this.variables.length - 1; i >= 0; i--) {
      const variable = this.variables[i]!
      if (variable.name !== name) continue
      variable.value = value
      return
    }
    this.fail(`undefined variable: ${name}`)
  }

  pipe(dot: Value, pipe: PipeNode): Value {
    this.step()
    this.place = pipe
    let value: Final = MISSING
    for (const command of pipe.commands) {
      value = this.command(dot, command, value)
      // A nil in an interface {} is no value any more.
      if (value === null) value = undefined
    }
    for (const name of pipe.variables) {
      if (pipe.isAssign) this.assign(name, value as Value)
      else this.variables.push({ name, value: value as Value })
    }
    return value as Value
  }

  command(dot: Value, command: CommandNode, final: Final): Value {
    const first = command.args[0]!
    switch (first.kind) {
      case 'field':
        this.place = first
        return this.fields(dot, dot, first, first.names, command.args, final)
      case 'chain':
        return this.chain(dot, first, command.args, final)
      case 'identifier':
        this.place = first
        return this.call(dot, first.name, command, command.args, final)
      case 'variable':
        return this.variable(dot, first, command.args, final)
      case 'pipe':
        this.refuseArguments(command.args, final)
        return this.pipe(dot, first)
    }
    this.place = first
    this.refuseArguments(command.args, final)
    if (first.kind === 'nil') this.fail('nil is not a command')
    return this.plain(dot, first)
  }

  refuseArguments(args: readonly ArgNode[], final: Final): void {
    if (args.length > 1 || final !== MISSING) this.fail(`can't give argument to non-function ${showArg(args[0]!)}`)
  }

  plain(dot: Value, node: ArgNode): Value {
    switch (node.kind) {
      case 'bool':
      case 'string':
        return node.value
      case 'dot':
        return dot
      case 'number': {
        this.place = node
        const isFloat = node.float !== undefined && !/^'|^0[xX][^pP]*$/.test(node.text) && /[.eEpP]/.test(node.text)
        if (isFloat) return node.float
        if (node.int === undefined) this.fail(`${node.text} overflows int`)
        return intOf(node.int!)
      }
      default:
        return this.fail(`can't evaluate command ${JSON.stringify(showArg(node))}`)
    }
  }

  variable(dot: Value, node: ArgNode & { kind: 'variable' }, args: readonly ArgNode[], final: Final): Value {
    this.place = node
    const variable = this.variables.findLast(({ name }) => name === node.name)
    if (variable === undefined) return this.fail(`undefined variable: ${node.name}`)
    const { value } = variable
    if (node.names.length === 0) {
      this.refuseArguments(args.length === 0 ? [node] : args, final)
      return value
    }
    return this.fields(dot, value, node, node.names, args, final)
  }

  chain(dot: Value, node: ArgNode & { kind: 'chain' }, args: readonly ArgNode[], final: Final): Value {
    this.place = node
    if (node.node.kind === 'nil') this.fail(`indirection through explicit nil in ${showArg(node)}`)
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
    let isInterface = node.kind === 'field' && this.isDotInterface
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
    if (receiver === null) this.fail(`nil pointer evaluating ${type}.${name}`)
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
          this.fail(
            isStruct
              ? `${name} has arguments but cannot be invoked as function`
              : `${name} is not a method but has arguments`,
          )
        }
        return value === undefined ? (receiver.type === 'strings' ? '' : null) : value
      }
    }
    return this.fail(`can't evaluate field ${name} in type ${type}`)
  }

  call(dot: Value, name: string, node: ArgNode | CommandNode, args: readonly ArgNode[], final: Final): Value {
    const known = this.functions.get(name)
    if (known === undefined) return this.fail(`${JSON.stringify(name)} is not a defined function`)
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
    this.step()
    const rest = args.slice(1)
    const given = final === MISSING ? undefined : { value: final }
    return callFunction(this.context, { name, known, node, args: rest, final: given, dot })
  }

  validate(value: Value, parameter: Parameter): Value {
    if (parameter === 'any') return value
    if (value === undefined) this.fail(`invalid value; expected ${GO_NAMES[parameter]}`)
    if (typeOf(value) === GO_NAMES[parameter]) return value
    return this.fail(`wrong type for value; expected ${GO_NAMES[parameter]}; got ${typeOf(value)}`)
  }

  argument(dot: Value, node: ArgNode, parameter: Parameter): Value {
    this.place = node
    switch (node.kind) {
      case 'dot':
        return this.validate(dot, parameter)
      case 'nil':
        if (parameter !== 'any') this.fail(`cannot assign nil to ${GO_NAMES[parameter]}`)
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
        return node.kind === 'string' ? node.value : this.fail(`expected string; found ${showArg(node)}`)
      case 'int':
        if (node.kind !== 'number' || node.int === undefined) this.fail(`expected integer; found ${showArg(node)}`)
        return intOf((node as { int: bigint }).int)
      case 'float64':
        if (node.kind !== 'number' || node.float === undefined) this.fail(`expected float; found ${showArg(node)}`)
        return (node as { float: number }).float
      default:
        return this.fail(`can't handle ${showArg(node)} for arg of type ${GO_NAMES[parameter]}`)
    }
  }
}

const GO_NAMES: Readonly<Record<Exclude<Parameter, 'any'>, string>> = {
  string: 'string',
  int: 'int',
  float64: 'float64',
  time: 'time.Time',
}

function showPlace(place: ArgNode | CommandNode | BodyNode): string {
  switch (place.kind) {
    case 'text':
      return JSON.stringify(place.text)
    case 'action':
      return `{{${showArg(place.pipe)}}}`
    case 'break':
    case 'continue':
      return `{{${place.kind}}}`
    case 'template':
      return `{{template ${JSON.stringify(place.name)}${place.pipe === undefined ? '' : ` ${showArg(place.pipe)}`}}}`
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = place.otherwise === undefined ? '' : `{{else}}${place.otherwise.map(showBody).join('')}`
      return `{{${place.kind} ${showArg(place.pipe)}}}${place.list.map(showBody).join('')}${otherwise}{{end}}`
    }
    default:
      return showArg(place)
  }
}

function showBody(node: BodyNode): string {
  return node.kind === 'text' ? node.text : showPlace(node)
}
