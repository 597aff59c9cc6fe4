/**
 * LALR(1) tables for a grammar, as goyacc makes them. Loki's parser is goyacc's, and what it says about a wrong query
 * (which tokens it expected, how far it read) follows from its tables: the same tables give the same words. Conflicts
 * are settled goyacc's way: precedence, else shift; among reductions the earlier rule.
 */

import { END_TERMINAL, ERROR_TERMINAL, type Grammar } from './grammar.ts'
import { type Draft, findLookaheads, type Item, type Lookaheads } from './lookaheads.ts'
import { has, type Numbered, numberRules, type Set32 } from './numbered.ts'

export interface Tables {
  readonly states: readonly State[]
  /** By rule (1 is the first): the left side's number and the length of the right side. */
  readonly left: readonly number[]
  readonly length: readonly number[]
}

export interface State {
  /** Terminal to state. */
  readonly shifts: ReadonlyMap<number, number>
  /** Left side to state. */
  readonly gotos: ReadonlyMap<number, number>
  /** Terminal to rule where that is not the default; ACCEPT, or 0 for an error. In ascending order. */
  readonly exceptions: ReadonlyMap<number, number>
  /** The rule to reduce by whatever follows; 0 is an error. */
  readonly fallback: number
}

export const ACCEPT = -1

export function buildTables(grammar: Grammar): Tables {
  const numbered = numberRules(grammar)
  const drafts = buildStates(numbered)
  const lookaheads = findLookaheads(numbered, drafts)
  const levels = precedenceLevels(grammar)
  const ruleLevels = numbered.rules.map(({ right }) => {
    const last = right.findLast((symbol) => symbol < numbered.terminals && levels.has(symbol))
    return last === undefined ? 0 : levels.get(last)!.level
  })
  return {
    states: drafts.map((draft, index) =>
      settle(numbered, draft, complete(numbered, draft, lookaheads, index), index === 1, levels, ruleLevels),
    ),
    left: numbered.rules.map(({ left }) => left - numbered.terminals),
    length: numbered.rules.map(({ right }) => right.length),
  }
}

function buildStates(numbered: Numbered): Draft[] {
  const drafts: Draft[] = []
  const known = new Map<string, number>()
  const stateOf = (kernel: Item[]): number => {
    kernel.sort((a, b) => a.rule - b.rule || a.dot - b.dot)
    const key = kernel.map(({ rule, dot }) => rule * 32 + dot).join()
    let state = known.get(key)
    if (state === undefined) {
      state = drafts.length
      known.set(key, state)
      drafts.push({ kernel, next: new Map() })
    }
    return state
  }
  stateOf([{ rule: 0, dot: 0 }])
  for (let index = 0; index < drafts.length; index++) {
    const draft = drafts[index]!
    const moves = new Map<number, Item[]>()
    for (const { rule, dot } of [...draft.kernel, ...closure(numbered, draft.kernel)]) {
      const symbol = numbered.rules[rule]!.right[dot]
      if (symbol === undefined || symbol === END_TERMINAL) continue
      const items = moves.get(symbol)
      if (items === undefined) moves.set(symbol, [{ rule, dot: dot + 1 }])
      else items.push({ rule, dot: dot + 1 })
    }
    for (const [symbol, items] of moves) draft.next.set(symbol, stateOf(items))
  }
  return drafts
}

/** The rules that may start at an item's dot. */
function closure(numbered: Numbered, kernel: readonly Item[]): Item[] {
  const items: Item[] = []
  const seen = new Set<number>()
  const visit = ({ rule, dot }: Item) => {
    const symbol = numbered.rules[rule]!.right[dot]
    if (symbol === undefined || symbol < numbered.terminals || seen.has(symbol)) return
    seen.add(symbol)
    for (const started of numbered.rulesOf[symbol - numbered.terminals]!) items.push({ rule: started, dot: 0 })
  }
  for (const item of kernel) visit(item)
  for (let i = 0; i < items.length; i++) visit(items[i]!)
  return items
}

interface Level {
  readonly level: number
  readonly isRight: boolean
}

function precedenceLevels(grammar: Grammar): ReadonlyMap<number, Level> {
  return new Map(
    grammar.precedence.flatMap((names, index) =>
      names.map((name) => [
        grammar.terminals.indexOf(name),
        { level: index + 1, isRight: grammar.rightAssociative.has(name) },
      ]),
    ),
  )
}

function settle(
  numbered: Numbered,
  draft: Draft,
  reduced: Iterable<readonly [rule: number, lookahead: Set32]>,
  isAccepting: boolean,
  levels: ReadonlyMap<number, Level>,
  ruleLevels: readonly number[],
): State {
  const shifts = new Map<number, number>()
  const gotos = new Map<number, number>()
  for (const [symbol, state] of draft.next) {
    if (symbol < numbered.terminals) shifts.set(symbol, state)
    else gotos.set(symbol - numbered.terminals, state)
  }
  const reductions = new Map<number, number>()
  if (isAccepting) reductions.set(END_TERMINAL, ACCEPT)
  for (const [rule, lookahead] of reduced) {
    for (let terminal = 0; terminal < numbered.terminals; terminal++) {
      if (!has(lookahead, terminal)) continue
      const other = reductions.get(terminal)
      if (shifts.has(terminal)) {
        const winner = shiftOrReduce(levels.get(terminal), ruleLevels[rule]!)
        if (winner === 'reduce') {
          shifts.delete(terminal)
          reductions.set(terminal, rule)
        }
      } else if (other === undefined || (other > 0 && rule < other)) reductions.set(terminal, rule)
    }
  }
  const fallback = shifts.has(ERROR_TERMINAL) ? 0 : mostFrequent(reductions)
  const exceptions = new Map([...reductions].filter(([, rule]) => rule !== fallback).sort(([a], [b]) => a - b))
  return { shifts: new Map([...shifts].sort(([a], [b]) => a - b)), gotos, exceptions, fallback }
}

/** The rules that are whole in a state, with what may follow them there. */
function* complete(
  numbered: Numbered,
  { kernel }: Draft,
  { ofItems, ofLefts }: Lookaheads,
  state: number,
): Generator<readonly [rule: number, lookahead: Set32]> {
  for (const [i, { rule, dot }] of kernel.entries()) {
    if (rule > 0 && numbered.rules[rule]!.right.length === dot) yield [rule, ofItems[state]![i]!]
  }
  for (const [left, lookahead] of ofLefts[state]!) {
    for (const rule of numbered.rulesOf[left - numbered.terminals]!) {
      if (numbered.rules[rule]!.right.length === 0) yield [rule, lookahead]
    }
  }
}

function shiftOrReduce(terminal: Level | undefined, rule: number): 'shift' | 'reduce' {
  if (terminal === undefined || rule === 0) return 'shift'
  if (terminal.level === rule) return terminal.isRight ? 'shift' : 'reduce'
  return terminal.level > rule ? 'shift' : 'reduce'
}

/** Of equally frequent rules the one that the lowest terminal asks for. */
function mostFrequent(reductions: ReadonlyMap<number, number>): number {
  const counts = new Map<number, number>()
  for (const [, rule] of [...reductions].sort(([a], [b]) => a - b)) {
    if (rule > 0) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  let best = 0
  for (const [rule, count] of counts) if (count > (counts.get(best) ?? 0)) best = rule
  return best
}
