/** Where a template's execution stands: its variables, its output, its place in the text, and what bounds it. */
import { TemplateError } from './error.ts'
import { type ArgNode, type BodyNode, type CommandNode, showArg } from './nodes.ts'
import type { Template } from './parser.ts'
import type { Value } from './values.ts'

/** No line that Loki stores is as long. */
const MAX_OUTPUT = 4 * 1024 * 1024
/** Nodes run in one execution: templates have loops in loops. */
const MAX_STEPS = 1_000_000

export class Frame {
  readonly template: Template
  variables: { name: string; value: Value }[] = []
  output = ''
  steps = 0
  /** Where messages say that it is. */
  place: ArgNode | CommandNode | BodyNode | undefined
  /** Of the template that runs: a called one is another. */
  name = ''
  /** Whether dot came out of an interface {}, which messages then name as its type. */
  isDotInterface = false

  constructor(template: Template) {
    this.template = template
  }

  /** As at the first node; what an execution before left is forgotten. */
  begin(data: Value): void {
    this.variables = [{ name: '$', value: data }]
    this.output = ''
    this.steps = 0
    this.place = undefined
    this.name = this.template.name
    this.isDotInterface = false
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

  assign(name: string, value: Value): void {
    for (let i = this.variables.length - 1; i >= 0; i--) {
      const variable = this.variables[i]!
      if (variable.name !== name) continue
      variable.value = value
      return
    }
    this.fail(`undefined variable: ${name}`)
  }

  /** Variables declared inside end with it. */
  scoped<Result>(run: () => Result): Result {
    const count = this.variables.length
    const result = run()
    this.variables.length = count
    return result
  }
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
