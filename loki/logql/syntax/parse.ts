/**
 * A query through the tables, as goyacc's parser goes: with its way of recovering from an error, since what is read
 * after the first error may end the parse with another message.
 */
import { END_TERMINAL, ERROR_TERMINAL } from './grammar.ts'
import { ACCEPT, type State } from './lalr.ts'
import { Lexer } from './lexer.ts'
import type { Node } from './nodes.ts'
import { rules, tables } from './tables.ts'
import { type Token, terminals } from './tokens.ts'

/** goyacc takes this many tokens before it tells the next error. */
const SILENT_TOKENS = 3

/** Throws a QueryError (400): the first error, or the one that building the tree threw. */
export function parseTree(input: string): Node {
  const lexer = new Lexer(input)
  const root = run(lexer)
  if (root === undefined || lexer.errors.length > 0) throw lexer.errors[0]
  return root
}

/** States, and beside each the value of what led to it. */
interface Stack {
  readonly path: number[]
  readonly values: unknown[]
}

function run(lexer: Lexer): Node | undefined {
  const { states } = tables()
  const stack: Stack = { path: [0], values: [undefined] }
  let token: Token | undefined
  let silent = 0
  for (;;) {
    const state = states[stack.path.at(-1)!]!
    // A state that only reduces does so before it looks: the next token's faults come later.
    if (state.shifts.size > 0 || state.exceptions.size > 0) token ??= lexer.next()
    const shifted = token === undefined ? undefined : state.shifts.get(token.type)
    if (shifted !== undefined) {
      push(stack, shifted, token!.value)
      token = undefined
      if (silent > 0) silent--
      continue
    }
    const action = (token === undefined ? undefined : state.exceptions.get(token.type)) ?? state.fallback
    if (action === ACCEPT) return stack.values[1] as Node
    if (action !== 0) reduce(stack, action)
    else if (silent === SILENT_TOKENS) {
      if (token!.type === END_TERMINAL) return undefined
      token = undefined
    } else {
      if (silent === 0) lexer.fail(errorMessage(state, token!.type))
      silent = SILENT_TOKENS
      if (!recover(stack)) return undefined
    }
  }
}

function push({ path, values }: Stack, state: number, value: unknown): void {
  path.push(state)
  values.push(value)
}

/** Puts a rule's left side in the place of its right side. */
function reduce(stack: Stack, rule: number): void {
  const { states, left, length } = tables()
  const count = length[rule]!
  const parts = stack.values.splice(stack.values.length - count, count)
  stack.path.length -= count
  const { make } = rules[rule]!
  const value = make === undefined ? parts[0] : make(...(parts as never[]))
  push(stack, states[stack.path.at(-1)!]!.gotos.get(left[rule]!)!, value)
}

/** Goes back to where an error is allowed for; false when it is nowhere. */
function recover(stack: Stack): boolean {
  const { states } = tables()
  for (; stack.path.length > 0; stack.path.pop(), stack.values.pop()) {
    const shifted = states[stack.path.at(-1)!]!.shifts.get(ERROR_TERMINAL)
    if (shifted === undefined) continue
    push(stack, shifted, undefined)
    return true
  }
  return false
}

/** The first terminal that goyacc names as expected, and how many it names at most. */
const FIRST_NAMED = 4
const MAX_NAMED = 4

function errorMessage(state: State, found: number): string {
  const message = `syntax error: unexpected ${terminals[found]!.text}`
  const expected = [...state.shifts.keys(), ...state.exceptions.keys()].filter((terminal) => terminal >= FIRST_NAMED)
  // A state that reduces whatever follows expects more than it lists.
  if (expected.length > MAX_NAMED || (state.exceptions.size > 0 && state.fallback !== 0)) return message
  const names = expected.map((terminal) => terminals[terminal]!.text)
  return names.length === 0 ? message : `${message}, expecting ${names.join(' or ')}`
}
