/** A grammar in numbers, with what its left sides may start with. Sets of terminals are bits. */
import { END_TERMINAL, type Grammar } from './grammar.ts'

/** A set of terminals. */
export type Set32 = Uint32Array

/** Rules as numbers: terminals from 0, left sides from `terminals` on; rule 0 is the start's. */
export interface Numbered {
  readonly terminals: number
  readonly lefts: number
  readonly rules: readonly { readonly left: number; readonly right: readonly number[] }[]
  readonly rulesOf: readonly (readonly number[])[]
  readonly isEmpty: readonly boolean[]
  readonly first: readonly Set32[]
  readonly words: number
}

export function numberRules(grammar: Grammar): Numbered {
  const terminals = grammar.terminals.length
  const numbers = new Map(grammar.terminals.map((name, index) => [name, index]))
  const lefts = [...new Set(grammar.rules.map(({ left }) => left))]
  for (const [index, name] of lefts.entries()) numbers.set(name, terminals + index)
  const number = (name: string) => {
    const found = numbers.get(name)
    if (found === undefined) throw new Error(`grammar: ${name} is neither a terminal nor a rule`)
    return found
  }
  const rules = [
    { left: terminals + lefts.length, right: [terminals, END_TERMINAL] },
    ...grammar.rules.map(({ left, right }) => ({ left: number(left), right: right.map(number) })),
  ]
  const rulesOf = lefts.map((_, index) =>
    rules.flatMap(({ left }, rule) => (rule > 0 && left === terminals + index ? [rule] : [])),
  )
  const words = Math.ceil(terminals / 32)
  const isEmpty = lefts.map(() => false)
  const first = lefts.map(() => new Uint32Array(words))
  const numbered = { terminals, lefts: lefts.length, rules, rulesOf, isEmpty, first, words }
  for (let changed = true; changed; ) {
    changed = false
    for (const { left, right } of rules.slice(1)) {
      const isNull = addFirst(numbered, right, 0, first[left - terminals]!, () => {
        changed = true
      })
      if (isNull && !isEmpty[left - terminals]) changed = isEmpty[left - terminals] = true
    }
  }
  return numbered
}

/** Adds what the symbols from `at` on may start with; returns whether they may be nothing. */
export function addFirst(
  numbered: Pick<Numbered, 'terminals' | 'first' | 'isEmpty'>,
  right: readonly number[],
  at: number,
  into: Set32,
  onChange: () => void = () => {},
): boolean {
  for (let i = at; i < right.length; i++) {
    const symbol = right[i]!
    if (symbol < numbered.terminals) {
      if (!has(into, symbol)) {
        into[symbol >> 5]! |= 1 << (symbol & 31)
        onChange()
      }
      return false
    }
    if (unite(into, numbered.first[symbol - numbered.terminals]!)) onChange()
    if (!numbered.isEmpty[symbol - numbered.terminals]) return false
  }
  return true
}

export function has(set: Set32, terminal: number): boolean {
  return (set[terminal >> 5]! & (1 << (terminal & 31))) !== 0
}

/** Adds all of `more`; returns whether that changed the set. */
export function unite(set: Set32, more: Set32): boolean {
  let changed = false
  for (let i = 0; i < set.length; i++) {
    const united = (set[i]! | more[i]!) >>> 0
    if (united === set[i]) continue
    set[i] = united
    changed = true
  }
  return changed
}
