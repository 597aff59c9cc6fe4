/**
 * Texts of which every match of a pattern holds at least one. A pattern's program is a graph that a match walks from its
 * start to its end; instructions that take one character only make texts with those that must stand beside them. The
 * cheapest set of such instructions that no way leads around (a minimum cut) gives the texts: `(?i)fail(ed|ure).*timeout`
 * has the ways through `timeout`, or through `fail`, whichever is rarer.
 */
import type { RE2JS } from 're2js'
import { minCut } from './min-cut.ts'
import { foldRune, type Instruction, isRune, nextOf, OP, type Program, programOf } from './program.ts'

/** Larger programs go without: the cut takes time by its square. */
const MAX_INSTRUCTIONS = 3000
const MAX_TEXTS = 64
/** Longer texts are rarer, but hardly. */
const MAX_TEXT = 16
/** Shorter ones stand everywhere, and the screen of keywords needs a pair at each parity. */
const MIN_TEXT = 3

/** Small letters, ASCII; undefined: there are none. */
export function requiredTexts(regex: RE2JS): string[] | undefined {
  const program = programOf(regex)
  if (program.inst.length > MAX_INSTRUCTIONS) return undefined
  const graph = readGraph(program)
  const texts = program.inst.map((_, pc) => textAround(graph, pc))
  const cut = minCut({
    size: program.inst.length,
    start: program.start,
    next: (pc) => nextOf(program.inst[pc]),
    isEnd: (pc) => program.inst[pc].op === OP.MATCH,
    cost: (pc) => costOf(texts[pc]),
  })
  if (cut === undefined) return undefined
  const found = [...new Set(cut.map((pc) => texts[pc]))]
  return found.length > MAX_TEXTS ? undefined : found
}

/** About how often a text stands in a line, so that the rarest are taken. */
function costOf(text: string): number {
  if (text.length < MIN_TEXT) return Number.POSITIVE_INFINITY
  const rare = COSTS[Math.min(text.length, COSTS.length) - 1]
  return /[a-z]/.test(text) ? rare : rare * 4
}

/** By length, from 1. Longer ones still differ a little, so that two short words are not taken for one long one. */
const COSTS = [0, 0, 4000, 1000, 400, 200, 150, 120, 110, 100]

interface Graph {
  readonly program: Program
  readonly before: readonly (readonly number[])[]
  /** Small letter or other ASCII that the instruction takes, and nothing else; -1. */
  readonly chars: readonly number[]
}

function readGraph(program: Program): Graph {
  const before: number[][] = program.inst.map(() => [])
  // Whatever comes before the pattern's start, it is no character of it.
  before[program.start].push(-1)
  for (const [pc, instruction] of program.inst.entries()) for (const next of nextOf(instruction)) before[next].push(pc)
  return { program, before, chars: program.inst.map(charOf) }
}

/** A class may hold few: [Tt], or a letter with its folds. */
const MAX_RUNES = 4

function charOf(instruction: Instruction): number {
  if (instruction.op !== OP.RUNE && instruction.op !== OP.RUNE1) return -1
  const { runes } = instruction
  if (runes.length === 1) return foldRune(runes[0])
  let char = -1
  for (let i = 0; i < runes.length; i += 2) {
    if (runes[i + 1] - runes[i] >= MAX_RUNES) return -1
    for (let rune = runes[i]; rune <= runes[i + 1]; rune++) {
      const folded = foldRune(rune)
      if (folded < 0 || (char >= 0 && folded !== char)) return -1
      char = folded
    }
  }
  return char
}

/** The characters that always stand around an instruction's own, in small letters; '' when it has none. */
function textAround({ program, before, chars }: Graph, pc: number): string {
  if (chars[pc] < 0) return ''
  let text = String.fromCharCode(chars[pc])
  for (let at = after(program, pc); text.length < MAX_TEXT && at >= 0 && chars[at] >= 0; at = after(program, at)) {
    text += String.fromCharCode(chars[at])
  }
  for (let at = previous(before, program, pc); text.length < MAX_TEXT && at >= 0 && chars[at] >= 0; ) {
    text = String.fromCharCode(chars[at]) + text
    at = previous(before, program, at)
  }
  return text
}

/** The one instruction that takes the next character; -1 when there are several, or none. */
function after({ inst }: Program, pc: number): number {
  let at = inst[pc].out
  while (inst[at].op === OP.NOP || inst[at].op === OP.CAPTURE || inst[at].op === OP.EMPTY_WIDTH) at = inst[at].out
  return isRune(inst[at]) ? at : -1
}

/** The one that took the character before. */
function previous(before: Graph['before'], { inst }: Program, pc: number): number {
  for (let at = pc, steps = 0; steps <= inst.length; steps++) {
    if (before[at].length !== 1) return -1
    at = before[at][0]
    if (at < 0 || isRune(inst[at])) return at
  }
  return -1
}
