/** What may follow each item of each state: LALR's lookaheads, handed on until nothing changes. */
import { END_TERMINAL } from './grammar.ts'
import { addFirst, type Numbered, type Set32, unite } from './numbered.ts'

/** A rule read up to its dot. */
export interface Item {
  readonly rule: number
  readonly dot: number
}

/** A state in the making. */
export interface Draft {
  readonly kernel: readonly Item[]
  readonly lookaheads: readonly Set32[]
  readonly next: Map<number, number>
}

export function spreadLookaheads(numbered: Numbered, drafts: readonly Draft[]): void {
  drafts[0]!.lookaheads[0]![0]! |= 1 << END_TERMINAL
  const waiting = drafts.map((_, index) => index)
  const isWaiting = drafts.map(() => true)
  for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
    isWaiting[index] = false
    const draft = drafts[index]!
    const behind = closureLookaheads(numbered, draft)
    const spread = (rule: number, dot: number, lookahead: Set32) => {
      const symbol = numbered.rules[rule]!.right[dot]
      const target = symbol === undefined ? undefined : draft.next.get(symbol)
      if (target === undefined) return
      const { kernel, lookaheads } = drafts[target]!
      const at = kernel.findIndex((item) => item.rule === rule && item.dot === dot + 1)
      if (!unite(lookaheads[at]!, lookahead) || isWaiting[target]) return
      isWaiting[target] = true
      waiting.push(target)
    }
    for (const [i, { rule, dot }] of draft.kernel.entries()) spread(rule, dot, draft.lookaheads[i]!)
    for (const [left, lookahead] of behind) {
      for (const rule of numbered.rulesOf[left - numbered.terminals]!) spread(rule, 0, lookahead)
    }
  }
}

/** What may follow each left side that starts in this state. */
export function closureLookaheads(numbered: Numbered, draft: Draft): Map<number, Set32> {
  const behind = new Map<number, Set32>()
  const open: number[] = []
  const add = (rule: number, dot: number, lookahead: Set32) => {
    const { right } = numbered.rules[rule]!
    const symbol = right[dot]
    if (symbol === undefined || symbol < numbered.terminals) return
    let set = behind.get(symbol)
    let changed = set === undefined
    if (set === undefined) behind.set(symbol, (set = new Uint32Array(numbered.words)))
    const isNull = addFirst(numbered, right, dot + 1, set, () => {
      changed = true
    })
    if (isNull && unite(set, lookahead)) changed = true
    if (changed) open.push(symbol)
  }
  for (const [i, { rule, dot }] of draft.kernel.entries()) add(rule, dot, draft.lookaheads[i]!)
  for (let symbol = open.pop(); symbol !== undefined; symbol = open.pop()) {
    for (const rule of numbered.rulesOf[symbol - numbered.terminals]!) add(rule, 0, behind.get(symbol)!)
  }
  return behind
}
