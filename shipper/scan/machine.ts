/**
 * Patterns without a text that must be there, all in one pass: an automaton over bytes whose states are made when they
 * are first met. It takes more than the patterns do and never less: word boundaries and line ends always hold, all that
 * is beyond ASCII is one thing of any length. What it lets through the engine looks at.
 */
import type { RE2JS } from 're2js'
import type { Found } from './found.ts'
import {
  EMPTY,
  type Instruction,
  isRune,
  nextOf,
  OP,
  type Program,
  programOf,
  takes,
  takesBeyondAscii,
} from './program.ts'

/** A pattern, and the number of whoever asks for it. */
export interface Unknown {
  readonly regex: RE2JS
  readonly owner: number
}

/** States that are remembered; then all are forgotten. A few kilobytes each. */
const MAX_STATES = 2000
/** Making states costs microseconds: a line that needs more of them, or rules that need all anew so often, are left to the engine. */
const MAX_NEW_A_LINE = 200
const MAX_STARTS_ANEW = 10

/** The symbol for everything beyond ASCII. */
const BEYOND = 0x80
const NEWLINE = 0x0a

interface State {
  /** Instructions that wait for a byte, of all patterns: numbers in `inst`. Sorted. */
  readonly waiting: readonly number[]
  /** Owners of the patterns that match up to here. */
  readonly owners: readonly number[]
  /** Owners of those that match if the text ends here. */
  readonly ownersAtEnd: readonly number[]
  /** By class; undefined: not met yet. */
  readonly next: (State | undefined)[]
}

export class Machine {
  private readonly inst: Instruction[] = []
  /** Of each instruction, where its program begins in `inst`. */
  private readonly bases: number[] = []
  private readonly ownerOf: number[] = []
  private readonly starts: number[] = []
  private readonly all: readonly number[]
  /** By byte, and one byte of each class. */
  private readonly classes = new Uint8Array(256)
  private readonly examples: readonly number[]
  private states = new Map<string, State>()
  private first: State
  private startsAnew = 0

  constructor(unknown: readonly Unknown[]) {
    for (const { regex, owner } of unknown) this.addProgram(programOf(regex), owner)
    this.all = [...new Set(unknown.map(({ owner }) => owner))]
    this.examples = this.readClasses()
    this.first = this.firstState()
  }

  /** Adds the owners of all patterns that may match in bytes[start..end), UTF-8. */
  find(bytes: Uint8Array, start: number, end: number, found: Found): void {
    if (this.startsAnew >= MAX_STARTS_ANEW || !this.walk(bytes, start, end, found)) found.addAll(this.all)
  }

  /** False: the text needs too many new states. */
  private walk(bytes: Uint8Array, start: number, end: number, found: Found): boolean {
    const { classes } = this
    let state = this.first
    let made = 0
    if (state.owners.length > 0) found.addAll(state.owners)
    for (let at = start; at < end; at++) {
      const kind = classes[bytes[at]]
      let next = state.next[kind]
      if (next === undefined) {
        if (++made > MAX_NEW_A_LINE) return false
        next = this.step(state, kind)
        state.next[kind] = next
      }
      state = next
      if (state.owners.length > 0) found.addAll(state.owners)
    }
    found.addAll(state.ownersAtEnd)
    return true
  }

  private addProgram({ inst, start }: Program, owner: number): void {
    const base = this.inst.length
    this.starts.push(base + start)
    for (const instruction of inst) {
      this.inst.push(instruction)
      this.bases.push(base)
      this.ownerOf.push(owner)
    }
  }

  /** Bytes that no instruction tells apart are one class. */
  private readClasses(): number[] {
    const runes = this.inst.filter(isRune)
    const examples: number[] = []
    const known = new Map<string, number>()
    for (let symbol = 0; symbol <= BEYOND; symbol++) {
      const taken = runes.map((instruction) => (takesSymbol(instruction, symbol) ? '1' : '0')).join('')
      const key = symbol === NEWLINE || symbol === BEYOND ? String(symbol) : taken
      const kind = known.get(key) ?? examples.push(symbol) - 1
      known.set(key, kind)
      this.classes[symbol] = kind
    }
    this.classes.fill(this.classes[BEYOND], BEYOND)
    return examples
  }

  private firstState(): State {
    return this.stateOf(this.closure(this.starts, EMPTY.BEGIN_TEXT | EMPTY.BEGIN_LINE))
  }

  private step(state: State, kind: number): State {
    const symbol = this.examples[kind]
    const next: number[] = []
    for (const pc of state.waiting) {
      const instruction = this.inst[pc]
      if (!isRune(instruction) || !takesSymbol(instruction, symbol)) continue
      next.push(this.bases[pc] + instruction.out)
      // A character beyond ASCII has several bytes.
      if (symbol === BEYOND) next.push(pc)
    }
    // A match may begin anywhere.
    return this.stateOf(this.closure([...next, ...this.starts], symbol === NEWLINE ? EMPTY.BEGIN_LINE : 0))
  }

  /** All instructions that are reached without a byte. `holds`: which beginnings are here. */
  private closure(from: readonly number[], holds: number): number[] {
    const reached = new Set(from)
    for (const pc of reached) {
      const instruction = this.inst[pc]
      if (isRune(instruction)) continue
      if (instruction.op === OP.EMPTY_WIDTH && !passes(instruction.arg, holds)) continue
      for (const next of nextOf(instruction)) reached.add(this.bases[pc] + next)
    }
    return [...reached]
  }

  private stateOf(reached: readonly number[]): State {
    const waiting = reached.filter((pc) => isRune(this.inst[pc]) || this.isEnd(pc)).sort((a, b) => a - b)
    const owners = this.ownersIn(reached)
    const key = `${waiting.join()};${owners.join()}`
    const known = this.states.get(key)
    if (known !== undefined) return known
    if (this.states.size >= MAX_STATES) this.startAnew()
    const ends = waiting.filter((pc) => this.isEnd(pc))
    // `holds`: an empty text begins where it ends.
    const ownersAtEnd = this.ownersIn(this.closure(ends, EMPTY.END_TEXT | EMPTY.BEGIN_TEXT | EMPTY.BEGIN_LINE))
    const state: State = { waiting, owners, ownersAtEnd, next: new Array(this.examples.length).fill(undefined) }
    this.states.set(key, state)
    return state
  }

  /** The states that are gone live on only in the line that is being read. */
  private startAnew(): void {
    this.states = new Map()
    this.startsAnew++
    this.first = this.firstState()
  }

  private isEnd(pc: number): boolean {
    const { op, arg } = this.inst[pc]
    return op === OP.EMPTY_WIDTH && (arg & EMPTY.END_TEXT) !== 0
  }

  private ownersIn(reached: readonly number[]): number[] {
    const owners = reached.filter((pc) => this.inst[pc].op === OP.MATCH).map((pc) => this.ownerOf[pc])
    return [...new Set(owners)].sort((a, b) => a - b)
  }
}

/** Line ends and word boundaries hold always: that lets more through, and never less. */
function passes(asked: number, holds: number): boolean {
  const told = EMPTY.BEGIN_TEXT | EMPTY.BEGIN_LINE | EMPTY.END_TEXT
  return (asked & told & ~holds) === 0
}

function takesSymbol(instruction: Instruction, symbol: number): boolean {
  return symbol === BEYOND ? takesBeyondAscii(instruction) : takes(instruction, symbol)
}
