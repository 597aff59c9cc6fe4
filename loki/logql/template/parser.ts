/**
 * Go's text/template, the grammar. Throws TemplateError with Go's message.
 * Longer than 300 lines: one class, a grammar that goes round in circles.
 */
import { unquote } from '../quote.ts'
import { createLexer, type Lexer, showToken, type Token } from './lexer.ts'
import type { ArgNode, BodyNode, CommandNode, NumberNode, PipeNode } from './nodes.ts'

export class TemplateError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TemplateError'
  }
}

export interface Template {
  readonly name: string
  readonly text: string
  readonly root: readonly BodyNode[]
  /** By {{define}} and {{block}}, and the template itself. */
  readonly others: ReadonlyMap<string, readonly BodyNode[]>
}

/** Parentheses and blocks in one another; Go ends at its own limit, and a stack somewhere. */
const MAX_DEPTH = 500

type End = { readonly kind: 'end' | 'else'; readonly at: number }
function isEnd(node: BodyNode | End): node is End {
  return node.kind === 'end' || node.kind === 'else'
}

type Context = 'if' | 'with' | 'range'

/** `hasFunction`: the names that an action may call. */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): Template {
  return new Parser(name, text, hasFunction).parse()
}

class Parser {
  readonly name: string
  readonly text: string
  readonly hasFunction: (name: string) => boolean
  readonly lexer: Lexer
  readonly others = new Map<string, readonly BodyNode[]>()
  /** Tokens given back, the next one last. */
  readonly waiting: Token[] = []
  last: Token = { kind: 'eof', text: '', at: 0, line: 1 }
  variables: string[] = ['$']
  rangeDepth = 0
  depth = 0
  actionLine = 0

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.name = name
    this.text = text
    this.hasFunction = hasFunction
    this.lexer = createLexer(text)
  }

  parse(): Template {
    const root: BodyNode[] = []
    while (this.peek().kind !== 'eof') {
      if (this.peek().kind === 'left') {
        const left = this.next()
        const word = this.nextNonSpace()
        if (word.kind === 'keyword' && word.text === 'define') {
          this.define()
          continue
        }
        this.back(word)
        this.back(left)
      }
      const node = this.textOrAction()
      if (isEnd(node)) this.fail(`unexpected {{${node.kind}}}`)
      root.push(node)
    }
    this.add(this.name, root)
    return { name: this.name, text: this.text, root: this.others.get(this.name)!, others: this.others }
  }

  fail(message: string): never {
    throw new TemplateError(`template: ${this.name}:${this.last.line}: ${message}`)
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${showToken(token)} in ${context}`)
    let extra = ''
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      extra = ` in action started at ${this.name}:${this.actionLine}`
      if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length)
    }
    return this.fail(token.text + extra)
  }

  next(): Token {
    const token = this.waiting.pop() ?? this.lexer.next()
    this.last = token
    return token
  }

  back(token: Token): void {
    this.waiting.push(token)
  }

  peek(): Token {
    const token = this.next()
    this.back(token)
    return token
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next()
      if (token.kind !== 'space') return token
    }
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.back(token)
    return token
  }

  expect(kind: Token['kind'], context: string): Token {
    const token = this.nextNonSpace()
    if (token.kind !== kind) this.unexpected(token, context)
    return token
  }

  add(name: string, list: readonly BodyNode[]): void {
    const known = this.others.get(name)
    if (known === undefined || isEmpty(known)) this.others.set(name, list)
    else if (!isEmpty(list)) this.fail(`template: multiple definition of template ${JSON.stringify(name)}`)
  }

  /** With variables of its own. */
  body(context: string): BodyNode[] {
    const { variables, rangeDepth } = this
    this.variables = ['$']
    this.rangeDepth = 0
    const { list, end } = this.itemList()
    if (end.kind !== 'end') this.fail(`unexpected {{${end.kind}}} in ${context}`)
    this.variables = variables
    this.rangeDepth = rangeDepth
    return list
  }

  templateName(context: string): string {
    const token = this.nextNonSpace()
    if (token.kind !== 'string' && token.kind !== 'raw') this.unexpected(token, context)
    return unquote(token.text) ?? this.fail('invalid syntax')
  }

  define(): void {
    const name = this.templateName('define clause')
    this.expect('right', 'define clause')
    this.add(name, this.body('define clause'))
  }

  itemList(): { list: BodyNode[]; end: End } {
    if (++this.depth > MAX_DEPTH) this.fail('max expression depth exceeded')
    const list: BodyNode[] = []
    while (this.peekNonSpace().kind !== 'eof') {
      const node = this.textOrAction()
      if (isEnd(node)) {
        this.depth--
        return { list, end: node }
      }
      list.push(node)
    }
    return this.fail('unexpected EOF')
  }

  textOrAction(): BodyNode | End {
    const token = this.nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text }
    if (token.kind !== 'left') this.unexpected(token, 'input')
    this.actionLine = token.line
    const node = this.action()
    this.actionLine = 0
    return node
  }

  action(): BodyNode | End {
    const token = this.nextNonSpace()
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'block':
          return this.block()
        case 'break':
        case 'continue':
          return this.jump(token)
        case 'else': {
          const next = this.peekNonSpace()
          if (next.kind === 'keyword' && (next.text === 'if' || next.text === 'with'))
            return { kind: 'else', at: next.at }
          return { kind: 'else', at: this.expect('right', 'else').at }
        }
        case 'end':
          return { kind: 'end', at: this.expect('right', 'end').at }
        case 'if':
        case 'with':
        case 'range':
          return this.control(token.text)
        case 'template':
          return this.template()
      }
    }
    this.back(token)
    return { kind: 'action', at: token.at, pipe: this.pipeline('command', 'right') }
  }

  jump(token: Token): BodyNode {
    const kind = token.text as 'break' | 'continue'
    const next = this.nextNonSpace()
    if (next.kind !== 'right') this.unexpected(next, `{{${kind}}}`)
    if (this.rangeDepth === 0) this.fail(`{{${kind}}} outside {{range}}`)
    return { kind, at: token.at }
  }

  block(): BodyNode {
    const { at } = this.peekNonSpace()
    const name = this.templateName('block clause')
    const pipe = this.pipeline('block clause', 'right')
    this.add(name, this.body('block clause'))
    return { kind: 'template', at, name, pipe }
  }

  template(): BodyNode {
    const { at } = this.peekNonSpace()
    const name = this.templateName('template clause')
    const token = this.nextNonSpace()
    if (token.kind === 'right') return { kind: 'template', at, name, pipe: undefined }
    this.back(token)
    return { kind: 'template', at, name, pipe: this.pipeline('template clause', 'right') }
  }

  control(kind: Context): BodyNode {
    const count = this.variables.length
    const pipe = this.pipeline(kind, 'right')
    if (kind === 'range') this.rangeDepth++
    const { list, end } = this.itemList()
    if (kind === 'range') this.rangeDepth--
    const otherwise = end.kind === 'else' ? this.otherwise(kind) : undefined
    this.variables.length = count
    return { kind, at: pipe.at, pipe, list, otherwise }
  }

  otherwise(kind: Context): BodyNode[] {
    const next = this.peek()
    if (kind !== 'range' && next.kind === 'keyword' && next.text === kind) {
      this.next()
      if (++this.depth > MAX_DEPTH) this.fail('max expression depth exceeded')
      const list = [this.control(kind)]
      this.depth--
      return list
    }
    const { list, end } = this.itemList()
    if (end.kind !== 'end') this.fail(`expected end; found {{${end.kind}}}`)
    return list
  }

  pipeline(context: string, end: 'right' | ')'): PipeNode {
    const { at } = this.peekNonSpace()
    const variables: string[] = []
    const isAssign = this.declarations(context, variables)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.nextNonSpace()
      if (token.kind === end) break
      if (!OPERANDS.has(token.kind)) this.unexpected(token, context)
      this.back(token)
      commands.push(this.command())
    }
    if (commands.length === 0) this.fail(`missing value for ${context}`)
    for (const [i, command] of commands.entries()) {
      if (i > 0 && NOT_EXECUTABLE.has(command.args[0]!.kind)) {
        this.fail(`non executable command in pipeline stage ${i + 1}`)
      }
    }
    return { kind: 'pipe', at, variables, isAssign, commands }
  }

  /** Reads `$x :=`, `$x =` or range's `$i, $x :=`; returns whether it assigns. */
  declarations(context: string, variables: string[]): boolean {
    for (;;) {
      const variable = this.peekNonSpace()
      if (variable.kind !== 'variable') return false
      this.next()
      const behind = this.peek()
      const next = this.peekNonSpace()
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.nextNonSpace()
        variables.push(variable.text)
        this.variables.push(variable.text)
        return next.kind === 'assign'
      }
      if (next.kind !== 'char' || next.text !== ',') {
        if (behind.kind === 'space') this.back(behind)
        this.back(variable)
        return false
      }
      this.nextNonSpace()
      variables.push(variable.text)
      this.variables.push(variable.text)
      if (context !== 'range' || variables.length >= 2) this.fail(`too many declarations in ${context}`)
      const { kind } = this.peekNonSpace()
      if (kind !== 'variable' && kind !== 'right' && kind !== ')') this.fail('range can only initialize variables')
    }
  }

  command(): CommandNode {
    const command: CommandNode = { kind: 'command', at: this.peekNonSpace().at, args: [] }
    for (;;) {
      this.peekNonSpace()
      const operand = this.operand()
      if (operand !== undefined) command.args.push(operand)
      const token = this.next()
      if (token.kind === 'space') continue
      if (token.kind === 'right' || token.kind === ')') this.back(token)
      else if (token.kind !== 'pipe') this.unexpected(token, 'operand')
      break
    }
    if (command.args.length === 0) this.fail('empty command')
    return command
  }

  operand(): ArgNode | undefined {
    const node = this.term()
    if (node === undefined || this.peek().kind !== 'field') return node
    const { at } = this.peek()
    const names: string[] = []
    while (this.peek().kind === 'field') names.push(this.next().text.slice(1))
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
        return this.fail(`unexpected . after term ${JSON.stringify(termText(node))}`)
      default:
        return { kind: 'chain', at, node, names }
    }
  }

  term(): ArgNode | undefined {
    const token = this.nextNonSpace()
    const { at, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.hasFunction(text)) this.fail(`function ${JSON.stringify(text)} not defined`)
        return { kind: 'identifier', at, name: text }
      case 'dot':
        return { kind: 'dot', at }
      case 'nil':
        return { kind: 'nil', at }
      case 'variable':
        if (!this.variables.includes(text)) this.fail(`undefined variable ${JSON.stringify(text)}`)
        return { kind: 'variable', at, name: text, names: [] }
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' }
      case 'number':
      case 'charconst':
        return readNumber(text, at) ?? this.fail(numberFault(text))
      case '(': {
        if (++this.depth > MAX_DEPTH) this.fail('max expression depth exceeded')
        const pipe = this.pipeline('parenthesized pipeline', ')')
        this.depth--
        return pipe
      }
      case 'string':
      case 'raw': {
        const value = unquote(text)
        return value === undefined ? this.fail('invalid syntax') : { kind: 'string', at, quoted: text, value }
      }
    }
    this.back(token)
    return undefined
  }
}

const OPERANDS: ReadonlySet<string> = new Set(
  'bool charconst dot field identifier number nil raw string variable ('.split(' '),
)
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])

function isEmpty(list: readonly BodyNode[]): boolean {
  return list.every((node) => node.kind === 'text' && node.text.trim() === '')
}

function termText(node: ArgNode): string {
  if (node.kind === 'string') return node.quoted
  if (node.kind === 'number') return node.text
  return node.kind === 'bool' ? String(node.value) : node.kind === 'dot' ? '.' : 'nil'
}

const INTEGER = /^[+-]?(?:0[xX]_?[0-9a-fA-F]+|0[oO]?_?[0-7]+|0[bB]_?[01]+|0|[1-9][0-9]*)$/

/** A number or 'c'; undefined for what is none. */
function readNumber(text: string, at: number): NumberNode | undefined {
  if (text.startsWith("'")) {
    const char = unquote(text)
    if (char === undefined || [...char].length !== 1) return undefined
    const code = char.codePointAt(0)!
    return { kind: 'number', at, text, int: BigInt(code), float: code }
  }
  const isParted = /__|_$|^[+-]?_|_[.eEpP+-]|[.eEpP+-]_/.test(text)
  const plain = isParted ? text : text.replaceAll('_', '')
  if (INTEGER.test(plain)) {
    const sign = plain.startsWith('-') ? -1n : 1n
    const digits = plain.replace(/^[+-]/, '').replace(/^0(?=[0-7])/, '0o')
    const int = sign * BigInt(digits)
    const isInt = int >= -(2n ** 63n) && int < 2n ** 63n
    return { kind: 'number', at, text, int: isInt ? int : undefined, float: Number(int) }
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain)) return undefined
  const float = Number(plain)
  if (!Number.isFinite(float)) return undefined
  return { kind: 'number', at, text, int: Number.isSafeInteger(float) ? BigInt(float) : undefined, float }
}

function numberFault(text: string): string {
  if (text === "''") return 'invalid syntax'
  return text.startsWith("'")
    ? `malformed character constant: ${text}`
    : `illegal number syntax: ${JSON.stringify(text)}`
}
