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
/** A list of names as alternatives is common. */
const MAX_TEXTS = 500
/** Longer texts are rarer, but hardly. */
const MAX_TEXT = 16
/** Shorter ones stand everywhere, and the screen of keywords needs a pair at each parity. */
const MIN_TEXT = 3

/** Small letters, ASCII; undefined: there are none. */
export function requiredTexts(regex: RE2JS): string[] | undefined {
  const program = programOf(regex)
  if (program.inst.length > MAX_INSTRUCTIONS) return undefined
  const texts = textsAround(readGraph(program))
  const blocks = blocksOf(program, texts)
  const cut = minCut({
    size: blocks.length,
    start: 0,
    next: (block) => blocks[block].next,
    isEnd: (block) => blocks[block].isEnd,
    cost: (block) => blocks[block].cost,
  })
  if (cut === undefined) return undefined
  const found = [...new Set(cut.map((block) => blocks[block].text))]
  return found.length > MAX_TEXTS ? undefined : found
}

/** Instructions that only follow one another: whoever goes through one goes through all, and the cheapest stands for them. */
interface Block {
  readonly text: string
  readonly cost: number
  readonly next: readonly number[]
  readonly isEnd: boolean
}

/** That of the start first. */
function blocksOf({ inst, start }: Program, texts: readonly string[]): Block[] {
  const ways = new Uint32Array(inst.length)
  for (const instruction of inst) {
    const next = nextOf(instruction)
    // What a choice leads to begins a block.
    for (const pc of next) ways[pc] += next.length
  }
  const heads = [start]
  const numbers = new Map([[start, 0]])
  const blocks: Block[] = []
  for (const head of heads) {
    let last = head
    let best = head
    let cost = costOf(texts[head])
    for (
      let next = nextOf(inst[last]);
      next.length === 1 && ways[next[0]] === 1 && next[0] !== start;
      next = nextOf(inst[last])
    ) {
      last = next[0]
      if (costOf(texts[last]) >= cost) continue
      best = last
      cost = costOf(texts[last])
    }
    const next = nextOf(inst[last])
    for (const pc of next) if (!numbers.has(pc)) numbers.set(pc, heads.push(pc) - 1)
    const numbersOfNext = next.map((pc) => numbers.get(pc) as number)
    blocks.push({ text: texts[best], cost, next: numbersOfNext, isEnd: inst[last].op === OP.MATCH })
  }
  return blocks
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

/** By instruction: the characters that always stand around its own, in small letters; '' when it has none. */
function textsAround({ program, before, chars }: Graph): string[] {
  const isChar = (pc: number) => pc >= 0 && chars[pc] >= 0
  const afters = program.inst.map((_, pc) => (isChar(pc) ? after(program, pc) : -1))
  const befores = program.inst.map((_, pc) => (isChar(pc) ? previous(before, program, pc) : -1))
  return program.inst.map((_, pc) => {
    if (!isChar(pc)) return ''
    let first = pc
    let length = 1
    for (let at = afters[pc]; length < MAX_TEXT && isChar(at); at = afters[at]) length++
    const codes: number[] = []
    for (let at = pc; codes.length < length; at = afters[at]) codes.push(chars[at])
    for (; length < MAX_TEXT && isChar(befores[first]); length++) {
      first = befores[first]
      codes.unshift(chars[first])
    }
    return String.fromCharCode(...codes)
  })
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
