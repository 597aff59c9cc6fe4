/** Go's text/template, run. Throws TemplateError with Go's message; ends by itself, in bounded time and room. */
import type { Functions } from './call.ts'
import { Evaluator } from './evaluate.ts'
import { Frame } from './frame.ts'
import type { BodyNode } from './nodes.ts'
import type { Template } from './parser.ts'
import { intOf, isInt, isList, isMap, isTrue, showValue, sortedEntries, type Value } from './values.ts'

/** Go's is 100,000; our stack is smaller. */
const MAX_TEMPLATE_DEPTH = 500

/** Runs it once for each data; not within itself. */
export function createExecution(template: Template, functions: Functions): (data: Value) => string {
  const execution = new Execution(template, functions)
  return (data) => execution.run(data)
}

type Outcome = 'break' | 'continue' | undefined
type ControlNode = Extract<BodyNode, { readonly list: unknown }>

class Execution {
  readonly frame: Frame
  readonly evaluator: Evaluator
  depth = 0

  constructor(template: Template, functions: Functions) {
    this.frame = new Frame(template)
    this.evaluator = new Evaluator(this.frame, functions)
  }

  run(data: Value): string {
    this.frame.begin(data)
    this.depth = 0
    this.walkList(data, this.frame.template.root)
    return this.frame.output
  }

  walkList(dot: Value, list: readonly BodyNode[]): Outcome {
    for (const node of list) {
      const outcome = this.walk(dot, node)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  walk(dot: Value, node: BodyNode): Outcome {
    this.frame.step()
    this.frame.place = node
    switch (node.kind) {
      case 'text':
        this.frame.write(node.text)
        return undefined
      case 'action': {
        const value = this.evaluator.pipe(dot, node.pipe)
        if (node.pipe.variables.length === 0) this.frame.write(value === undefined ? '<no value>' : showValue(value))
        return undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      case 'template':
        this.callTemplate(dot, node)
        return undefined
      default:
        if (node.kind === 'range') return this.frame.scoped(() => this.range(dot, node))
        return this.frame.scoped(() => {
          const value = this.evaluator.pipe(dot, node.pipe)
          if (isTrue(value)) {
            return node.kind === 'with' ? this.walkInside(value, node.list, false) : this.walkList(dot, node.list)
          }
          return node.otherwise === undefined ? undefined : this.walkList(dot, node.otherwise)
        })
    }
  }

  /** With another dot. */
  walkInside(dot: Value, list: readonly BodyNode[], isInterface: boolean): Outcome {
    const before = this.frame.isDotInterface
    this.frame.isDotInterface = isInterface
    const outcome = this.walkList(dot, list)
    this.frame.isDotInterface = before
    return outcome
  }

  range(dot: Value, node: ControlNode): Outcome {
    const value = this.evaluator.pipe(dot, node.pipe)
    const { variables, isAssign } = node.pipe
    const count = this.frame.variables.length
    const iterate = (index: Value, item: Value): Outcome => {
      this.frame.step()
      const [first, second] = variables
      if (isAssign) {
        if (first !== undefined) this.frame.assign(first, second === undefined ? item : index)
        if (second !== undefined) this.frame.assign(second, item)
      } else {
        if (variables.length > 0) this.frame.variables[count - 1]!.value = item
        if (variables.length > 1) this.frame.variables[count - 2]!.value = index
      }
      const outcome = this.walkInside(item, node.list, isList(value) || (isMap(value) && value.type === 'any'))
      this.frame.variables.length = count
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
      if (variables > 1) this.frame.fail(`can't use ${showValue(value)} to iterate over more than one variable`)
      for (let i = 0n; i < value.value; i++) yield [undefined, { ...value, value: i }]
    } else this.frame.fail(`range can't iterate over ${showValue(value)}`)
  }

  callTemplate(dot: Value, node: BodyNode & { kind: 'template' }): void {
    const list = this.frame.template.others.get(node.name)
    if (list === undefined) this.frame.fail(`template ${JSON.stringify(node.name)} not defined`)
    if (this.depth === MAX_TEMPLATE_DEPTH) this.frame.fail(`exceeded maximum template depth (${MAX_TEMPLATE_DEPTH})`)
    const value = node.pipe === undefined ? undefined : this.evaluator.pipe(dot, node.pipe)
    const { variables, name } = this.frame
    this.frame.variables = [{ name: '$', value }]
    this.frame.name = node.name
    this.depth++
    this.walkInside(value, list!, false)
    this.depth--
    this.frame.variables = variables
    this.frame.name = name
  }
}
