/** A template's tree, and how Go's messages write its nodes. */

export interface NumberNode {
  readonly kind: 'number'
  readonly at: number
  readonly text: string
  /** As an integer, if it can be one. */
  readonly int: bigint | undefined
  /** As a float, if it can be one. */
  readonly float: number | undefined
}

export type ArgNode =
  | NumberNode
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'string'; readonly at: number; readonly quoted: string; readonly value: string }
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly at: number; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'chain'; readonly at: number; readonly node: ArgNode; readonly names: readonly string[] }
  | PipeNode

export interface CommandNode {
  readonly kind: 'command'
  readonly at: number
  readonly args: ArgNode[]
}

export interface PipeNode {
  readonly kind: 'pipe'
  readonly at: number
  readonly variables: readonly string[]
  readonly isAssign: boolean
  readonly commands: readonly CommandNode[]
}

export type BodyNode =
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: PipeNode }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly at: number
      readonly pipe: PipeNode
      readonly list: readonly BodyNode[]
      readonly otherwise: readonly BodyNode[] | undefined
    }
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipe: PipeNode | undefined }
  | { readonly kind: 'break' | 'continue'; readonly at: number }

export function showArg(node: ArgNode | CommandNode): string {
  switch (node.kind) {
    case 'number':
      return node.text
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'string':
      return node.quoted
    case 'identifier':
      return node.name
    case 'field':
      return node.names.map((name) => `.${name}`).join('')
    case 'variable':
      return [node.name, ...node.names].join('.')
    case 'chain':
      return `${inParentheses(node.node)}${node.names.map((name) => `.${name}`).join('')}`
    case 'command':
      return node.args.map(inParentheses).join(' ')
    case 'pipe': {
      const variables = node.variables.length > 0 ? `${node.variables.join(', ')} ${node.isAssign ? '=' : ':='} ` : ''
      return variables + node.commands.map(showArg).join(' | ')
    }
  }
}

function inParentheses(node: ArgNode): string {
  return node.kind === 'pipe' ? `(${showArg(node)})` : showArg(node)
}
