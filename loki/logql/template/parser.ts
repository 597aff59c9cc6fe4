/** Go's text/template, the grammar of its blocks. Throws TemplateError with Go's message. */
import { unquote } from '../../../shipper/wire/quote.ts'
import type { Token } from './lexer.ts'
import type { BodyNode } from './nodes.ts'
import { PipelineParser } from './pipeline.ts'
import { TokenReader } from './tokenreader.ts'

export interface Template {
  readonly name: string
  readonly text: string
  readonly root: readonly BodyNode[]
  /** By {{define}} and {{block}}, and the template itself. */
  readonly others: ReadonlyMap<string, readonly BodyNode[]>
}

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
  readonly text: string
  readonly tokens: TokenReader
  readonly pipelines: PipelineParser
  readonly others = new Map<string, readonly BodyNode[]>()
  rangeDepth = 0

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.text = text
    this.tokens = new TokenReader(name, text)
    this.pipelines = new PipelineParser(this.tokens, hasFunction)
  }

  parse(): Template {
    const root: BodyNode[] = []
    while (this.tokens.peek().kind !== 'eof') {
      if (this.tokens.peek().kind === 'left') {
        const left = this.tokens.next()
        const word = this.tokens.nextNonSpace()
        if (word.kind === 'keyword' && word.text === 'define') {
          this.define()
          continue
        }
        this.tokens.back(word)
        this.tokens.back(left)
      }
      const node = this.textOrAction()
      if (isEnd(node)) this.tokens.fail(`unexpected {{${node.kind}}}`)
      root.push(node)
    }
    this.add(this.tokens.name, root)
    return { name: this.tokens.name, text: this.text, root: this.others.get(this.tokens.name)!, others: this.others }
  }

  add(name: string, list: readonly BodyNode[]): void {
    const known = this.others.get(name)
    if (known === undefined || isEmpty(known)) this.others.set(name, list)
    else if (!isEmpty(list)) this.tokens.fail(`template: multiple definition of template ${JSON.stringify(name)}`)
  }

  /** With variables of its own. */
  body(context: string): BodyNode[] {
    const { rangeDepth } = this
    const { variables } = this.pipelines
    this.pipelines.variables = ['$']
    this.rangeDepth = 0
    const { list, end } = this.itemList()
    if (end.kind !== 'end') this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`)
    this.pipelines.variables = variables
    this.rangeDepth = rangeDepth
    return list
  }

  templateName(context: string): string {
    const token = this.tokens.nextNonSpace()
    if (token.kind !== 'string' && token.kind !== 'raw') this.tokens.unexpected(token, context)
    return unquote(token.text) ?? this.tokens.fail('invalid syntax')
  }

  define(): void {
    const name = this.templateName('define clause')
    this.tokens.expect('right', 'define clause')
    this.add(name, this.body('define clause'))
  }

  itemList(): { list: BodyNode[]; end: End } {
    this.tokens.enter()
    const list: BodyNode[] = []
    while (this.tokens.peekNonSpace().kind !== 'eof') {
      const node = this.textOrAction()
      if (isEnd(node)) {
        this.tokens.leave()
        return { list, end: node }
      }
      list.push(node)
    }
    return this.tokens.fail('unexpected EOF')
  }

  textOrAction(): BodyNode | End {
    const token = this.tokens.nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text }
    if (token.kind !== 'left') this.tokens.unexpected(token, 'input')
    this.tokens.actionLine = token.line
    const node = this.action()
    this.tokens.actionLine = 0
    return node
  }

  action(): BodyNode | End {
    const token = this.tokens.nextNonSpace()
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'block':
          return this.block()
        case 'break':
        case 'continue':
          return this.jump(token)
        case 'else': {
          const next = this.tokens.peekNonSpace()
          if (next.kind === 'keyword' && (next.text === 'if' || next.text === 'with'))
            return { kind: 'else', at: next.at }
          return { kind: 'else', at: this.tokens.expect('right', 'else').at }
        }
        case 'end':
          return { kind: 'end', at: this.tokens.expect('right', 'end').at }
        case 'if':
        case 'with':
        case 'range':
          return this.control(token.text)
        case 'template':
          return this.template()
      }
    }
    this.tokens.back(token)
    return { kind: 'action', at: token.at, pipe: this.pipelines.pipeline('command', 'right') }
  }

  jump(token: Token): BodyNode {
    const kind = token.text as 'break' | 'continue'
    const next = this.tokens.nextNonSpace()
    if (next.kind !== 'right') this.tokens.unexpected(next, `{{${kind}}}`)
    if (this.rangeDepth === 0) this.tokens.fail(`{{${kind}}} outside {{range}}`)
    return { kind, at: token.at }
  }

  block(): BodyNode {
    const { at } = this.tokens.peekNonSpace()
    const name = this.templateName('block clause')
    const pipe = this.pipelines.pipeline('block clause', 'right')
    this.add(name, this.body('block clause'))
    return { kind: 'template', at, name, pipe }
  }

  template(): BodyNode {
    const { at } = this.tokens.peekNonSpace()
    const name = this.templateName('template clause')
    const token = this.tokens.nextNonSpace()
    if (token.kind === 'right') return { kind: 'template', at, name, pipe: undefined }
    this.tokens.back(token)
    return { kind: 'template', at, name, pipe: this.pipelines.pipeline('template clause', 'right') }
  }

  control(kind: Context): BodyNode {
    const count = this.pipelines.variables.length
    const pipe = this.pipelines.pipeline(kind, 'right')
    if (kind === 'range') this.rangeDepth++
    const { list, end } = this.itemList()
    if (kind === 'range') this.rangeDepth--
    const otherwise = end.kind === 'else' ? this.otherwise(kind) : undefined
    this.pipelines.variables.length = count
    return { kind, at: pipe.at, pipe, list, otherwise }
  }

  otherwise(kind: Context): BodyNode[] {
    const next = this.tokens.peek()
    if (kind !== 'range' && next.kind === 'keyword' && next.text === kind) {
      this.tokens.next()
      this.tokens.enter()
      const list = [this.control(kind)]
      this.tokens.leave()
      return list
    }
    const { list, end } = this.itemList()
    if (end.kind !== 'end') this.tokens.fail(`expected end; found {{${end.kind}}}`)
    return list
  }
}

function isEmpty(list: readonly BodyNode[]): boolean {
  return list.every((node) => node.kind === 'text' && node.text.trim() === '')
}
