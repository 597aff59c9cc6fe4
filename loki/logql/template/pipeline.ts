/** The grammar inside an action: pipelines of commands, their operands, and the variables that they declare. */
import { unquote } from '../../../shipper/wire/quote.ts'
import type { ArgNode, CommandNode, PipeNode } from './nodes.ts'
import { numberFault, readNumber } from './number.ts'
import type { TokenReader } from './tokenreader.ts'

export class PipelineParser {
  readonly tokens: TokenReader
  readonly hasFunction: (name: string) => boolean
  /** Those that can be seen from here. */
  variables: string[] = ['$']

  constructor(tokens: TokenReader, hasFunction: (name: string) => boolean) {
    this.tokens = tokens
    this.hasFunction = hasFunction
  }

  /** `end`: what it ends with, which is read too. */
  pipeline(context: string, end: 'right' | ')'): PipeNode {
    const { at } = this.tokens.peekNonSpace()
    const variables: string[] = []
    const isAssign = this.declarations(context, variables)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.tokens.nextNonSpace()
      if (token.kind === end) break
      if (!OPERANDS.has(token.kind)) this.tokens.unexpected(token, context)
      this.tokens.back(token)
      commands.push(this.command())
    }
    if (commands.length === 0) this.tokens.fail(`missing value for ${context}`)
    for (const [i, command] of commands.entries()) {
      if (i > 0 && NOT_EXECUTABLE.has(command.args[0]!.kind)) {
        this.tokens.fail(`non executable command in pipeline stage ${i + 1}`)
      }
    }
    return { kind: 'pipe', at, variables, isAssign, commands }
  }

  /** Reads `$x :=`, `$x =` or range's `$i, $x :=`; returns whether it assigns. */
  declarations(context: string, variables: string[]): boolean {
    for (;;) {
      const variable = this.tokens.peekNonSpace()
      if (variable.kind !== 'variable') return false
      this.tokens.next()
      const behind = this.tokens.peek()
      const next = this.tokens.peekNonSpace()
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.tokens.nextNonSpace()
        variables.push(variable.text)
        this.variables.push(variable.text)
        return next.kind === 'assign'
      }
      if (next.kind !== 'char' || next.text !== ',') {
        if (behind.kind === 'space') this.tokens.back(behind)
        this.tokens.back(variable)
        return false
      }
      this.tokens.nextNonSpace()
      variables.push(variable.text)
      this.variables.push(variable.text)
      if (context !== 'range' || variables.length >= 2) this.tokens.fail(`too many declarations in ${context}`)
      const { kind } = this.tokens.peekNonSpace()
      if (kind !== 'variable' && kind !== 'right' && kind !== ')')
        this.tokens.fail('range can only initialize variables')
    }
  }

  command(): CommandNode {
    const command: CommandNode = { kind: 'command', at: this.tokens.peekNonSpace().at, args: [] }
    for (;;) {
      this.tokens.peekNonSpace()
      const operand = this.operand()
      if (operand !== undefined) command.args.push(operand)
      const token = this.tokens.next()
      if (token.kind === 'space') continue
      if (token.kind === 'right' || token.kind === ')') this.tokens.back(token)
      else if (token.kind !== 'pipe') this.tokens.unexpected(token, 'operand')
      break
    }
    if (command.args.length === 0) this.tokens.fail('empty command')
    return command
  }

  operand(): ArgNode | undefined {
    const node = this.term()
    if (node === undefined || this.tokens.peek().kind !== 'field') return node
    const { at } = this.tokens.peek()
    const names: string[] = []
    while (this.tokens.peek().kind === 'field') names.push(this.tokens.next().text.slice(1))
    switch (node.kind) {
      case 'field':
        return { ...node, at, names: [...node.names, ...names] }
      case 'variable':
        return { ...node, at, names: [...node.names, ...names] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.tokens.fail(`unexpected . after term ${JSON.stringify(termText(node))}`)
      default:
        return { kind: 'chain', at, node, names }
    }
  }

  term(): ArgNode | undefined {
    const token = this.tokens.nextNonSpace()
    const { at, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.hasFunction(text)) this.tokens.fail(`function ${JSON.stringify(text)} not defined`)
        return { kind: 'identifier', at, name: text }
      case 'dot':
        return { kind: 'dot', at }
      case 'nil':
        return { kind: 'nil', at }
      case 'variable':
        if (!this.variables.includes(text)) this.tokens.fail(`undefined variable ${JSON.stringify(text)}`)
        return { kind: 'variable', at, name: text, names: [] }
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' }
      case 'number':
      case 'charconst':
        return readNumber(text, at) ?? this.tokens.fail(numberFault(text))
      case '(': {
        this.tokens.enter()
        const pipe = this.pipeline('parenthesized pipeline', ')')
        this.tokens.leave()
        return pipe
      }
      case 'string':
      case 'raw': {
        const value = unquote(text)
        return value === undefined ? this.tokens.fail('invalid syntax') : { kind: 'string', at, quoted: text, value }
      }
    }
    this.tokens.back(token)
    return undefined
  }
}

const OPERANDS: ReadonlySet<string> = new Set(
  'bool charconst dot field identifier number nil raw string variable ('.split(' '),
)
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])

function termText(node: ArgNode): string {
  if (node.kind === 'string') return node.quoted
  if (node.kind === 'number') return node.text
  return node.kind === 'bool' ? String(node.value) : node.kind === 'dot' ? '.' : 'nil'
}
