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

function run(lexer: Lexer): Node | undefined {
  const { states, left, length } = tables()
  const path: number[] = [0]
  const values: unknown[] = [undefined]
  let token: Token | undefined
  let silent = 0
  const recover = (): boolean => {
    while (path.length > 0) {
      const shifted = states[path.at(-1)!]!.shifts.get(ERROR_TERMINAL)
      if (shifted !== undefined) {
        path.push(shifted)
        values.push(undefined)
        return true
      }
      path.pop()
      values.pop()
    }
    return false
  }
  for (;;) {
    const state = states[path.at(-1)!]!
    if (state.shifts.size > 0) {
      token ??= lexer.next()
      const shifted = state.shifts.get(token.type)
      if (shifted !== undefined) {
        path.push(shifted)
        values.push(token.value)
        token = undefined
        if (silent > 0) silent--
        continue
      }
    }
    let action = state.fallback
    if (state.exceptions.size > 0) {
      token ??= lexer.next()
      action = state.exceptions.get(token.type) ?? action
    }
    if (action === ACCEPT) return values[1] as Node
    if (action === 0) {
      if (silent === SILENT_TOKENS) {
        if (token!.type === END_TERMINAL) return undefined
        token = undefined
        continue
      }
      if (silent === 0) lexer.fail(errorMessage(state, token!.type))
      silent = SILENT_TOKENS
      if (!recover()) return undefined
      continue
    }
    const count = length[action]!
    const parts = count === 0 ? [] : values.splice(-count)
    if (count > 0) path.splice(-count)
    const { make } = rules[action]!
    values.push(make === undefined ? parts[0] : make(...(parts as never[])))
    path.push(states[path.at(-1)!]!.gotos.get(left[action]!)!)
  }
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
