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
  /** Symbol to state. */
  readonly next: Map<number, number>
}

export interface Lookaheads {
  /** By state, then by item of its kernel. */
  readonly ofItems: readonly (readonly Set32[])[]
  /** By state, then by the left sides that start in it. */
  readonly ofLefts: readonly ReadonlyMap<number, Set32>[]
}

/** Sets, and to which others each hands what it has. */
interface Flow {
  readonly sets: Set32[]
  readonly targets: number[][]
}

export function findLookaheads(numbered: Numbered, drafts: readonly Draft[]): Lookaheads {
  const flow: Flow = { sets: [], targets: [] }
  const items = drafts.map(({ kernel }) => kernel.map(() => addSet(flow, numbered)))
  const lefts = drafts.map((_, state) => linkState(numbered, drafts, state, items, flow))
  flow.sets[items[0]![0]!]![0]! |= 1 << END_TERMINAL
  const open = flow.sets.map((_, index) => index)
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of flow.targets[from]!) if (unite(flow.sets[to]!, flow.sets[from]!)) open.push(to)
  }
  return {
    ofItems: items.map((indexes) => indexes.map((index) => flow.sets[index]!)),
    ofLefts: lefts.map((indexes) => new Map([...indexes].map(([left, index]) => [left, flow.sets[index]!]))),
  }
}

function addSet({ sets, targets }: Flow, { words }: Numbered): number {
  targets.push([])
  return sets.push(new Uint32Array(words)) - 1
}

/** Links a state's items with the left sides that start behind their dots, and with the items of the states they lead to. */
function linkState(
  numbered: Numbered,
  drafts: readonly Draft[],
  state: number,
  items: readonly (readonly number[])[],
  flow: Flow,
): Map<number, number> {
  const { kernel, next } = drafts[state]!
  const lefts = new Map<number, number>()
  const open: number[] = []
  const link = (rule: number, dot: number, from: number) => {
    const { right } = numbered.rules[rule]!
    const symbol = right[dot]
    if (symbol === undefined) return
    const state = next.get(symbol)
    if (state !== undefined) {
      const at = drafts[state]!.kernel.findIndex((item) => item.rule === rule && item.dot === dot + 1)
      flow.targets[from]!.push(items[state]![at]!)
    }
    if (symbol < numbered.terminals) return
    let left = lefts.get(symbol)
    if (left === undefined) {
      left = addSet(flow, numbered)
      lefts.set(symbol, left)
      open.push(symbol)
    }
    if (addFirst(numbered, right, dot + 1, flow.sets[left]!)) flow.targets[from]!.push(left)
  }
  for (const [i, { rule, dot }] of kernel.entries()) link(rule, dot, items[state]![i]!)
  for (let symbol = open.pop(); symbol !== undefined; symbol = open.pop()) {
    for (const rule of numbered.rulesOf[symbol - numbered.terminals]!) link(rule, 0, lefts.get(symbol)!)
  }
  return lefts
}
