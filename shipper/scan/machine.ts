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
/**
 * Making states costs some 0.1 µs for each instruction that is looked at: a line that needs more of that, or rules that need
 * so much of it in all, or all states anew so often, are left to the engine, which has a bound of its own.
 */
const MAX_WORK_A_LINE = 30_000
const MAX_WORK = 10_000_000
const MAX_STARTS_ANEW = 10

/** The symbol for everything beyond ASCII. */
const BEYOND = 0x80
const NEWLINE = 0x0a

interface State {
  readonly id: number
  /** Instructions that wait for a byte, of all patterns: numbers in `inst`. Sorted. */
  readonly waiting: readonly number[]
  /** Owners of the patterns that match up to here. */
  readonly owners: readonly number[]
  /** Owners of those that match if the text ends here. */
  readonly ownersAtEnd: readonly number[]
}

/** In the table: not met yet. Where a state has owners, its entries are below this: ~state. */
const UNKNOWN = -1

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
  /** By what they wait for, and by number; 0 is none, so that ~state is below UNKNOWN. */
  private states = new Map<string, State>()
  private list: (State | undefined)[] = [undefined]
  /** By state and class the next state. */
  private table = new Int32Array(0)
  private first: State | undefined
  /** Where no match is under way, and the bytes that lead away from it. */
  private idle = 0
  private readonly leaves = new Uint8Array(256)
  /** No byte does: all patterns are anchored. */
  private isOver = false
  private startsAnew = 0
  /** Instructions that were looked at in making states. */
  private work = 0

  constructor(unknown: readonly Unknown[]) {
    for (const { regex, owner } of unknown) this.addProgram(programOf(regex), owner)
    this.all = [...new Set(unknown.map(({ owner }) => owner))]
    this.examples = this.readClasses()
  }

  /** Adds the owners of all patterns that may match in bytes[start..end), UTF-8. */
  find(bytes: Uint8Array, start: number, end: number, found: Found): void {
    if (this.startsAnew >= MAX_STARTS_ANEW || this.work > MAX_WORK || !this.walk(bytes, start, end, found))
      found.addAll(this.all)
  }

  /** False: the text needs too many new states. */
  private walk(bytes: Uint8Array, start: number, end: number, found: Found): boolean {
    const { classes, examples } = this
    const width = examples.length
    this.first ??= this.begin()
    if (this.first.owners.length > 0) found.addAll(this.first.owners)
    const enough = this.work + MAX_WORK_A_LINE
    let state = this.first.id
    let table = this.table
    const { idle, leaves } = this
    for (let at = start; at < end; at++) {
      if (state === idle) {
        if (this.isOver) break
        // Most texts hold little that any pattern could begin with.
        while (
          at + 3 < end &&
          (leaves[bytes[at]] | leaves[bytes[at + 1]] | leaves[bytes[at + 2]] | leaves[bytes[at + 3]]) === 0
        )
          at += 4
        while (at < end && leaves[bytes[at]] === 0) at++
        if (at === end) break
      }
      let next = table[state * width + classes[bytes[at]]]
      if (next < 0) {
        if (next === UNKNOWN) {
          if (this.work > enough) return false
          if (this.list.length > MAX_STATES) {
            this.startAnew()
            return false
          }
          next = this.step(this.list[state] as State, classes[bytes[at]])
          table = this.table
        }
        if (next < 0) {
          next = ~next
          found.addAll((this.list[next] as State).owners)
        }
      }
      state = next
    }
    const { ownersAtEnd } = this.list[state] as State
    if (ownersAtEnd.length > 0) found.addAll(ownersAtEnd)
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
      const key = symbol === NEWLINE || symbol === BEYOND ? `only ${symbol}` : taken
      const kind = known.get(key) ?? examples.push(symbol) - 1
      known.set(key, kind)
      this.classes[symbol] = kind
    }
    this.classes.fill(this.classes[BEYOND], BEYOND)
    return examples
  }

  /** Makes the states that every text begins with, and the one in which nothing is under way. */
  private begin(): State {
    const first = this.stateOf(this.closure(this.starts, EMPTY.BEGIN_TEXT | EMPTY.BEGIN_LINE))
    const idle = this.stateOf(this.closure(this.starts, 0))
    this.idle = idle.id
    for (const kind of this.examples.keys()) this.step(idle, kind)
    const width = this.examples.length
    for (let byte = 0; byte < 256; byte++) {
      this.leaves[byte] = this.table[idle.id * width + this.classes[byte]] === idle.id ? 0 : 1
    }
    this.isOver = !this.leaves.includes(1)
    return first
  }

  /** The table's entry for the next state, which it gets. */
  private step({ id, waiting }: State, kind: number): number {
    const symbol = this.examples[kind]
    const next: number[] = []
    for (const pc of waiting) {
      const instruction = this.inst[pc]
      if (!isRune(instruction) || !takesSymbol(instruction, symbol)) continue
      next.push(this.bases[pc] + instruction.out)
      // A character beyond ASCII has several bytes.
      if (symbol === BEYOND) next.push(pc)
    }
    // A match may begin anywhere.
    const state = this.stateOf(this.closure([...next, ...this.starts], symbol === NEWLINE ? EMPTY.BEGIN_LINE : 0))
    const entry = state.owners.length > 0 ? ~state.id : state.id
    this.table[id * this.examples.length + kind] = entry
    return entry
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
    this.work += reached.size
    return [...reached]
  }

  private stateOf(reached: readonly number[]): State {
    const waiting = reached.filter((pc) => isRune(this.inst[pc]) || this.isEnd(pc)).sort((a, b) => a - b)
    const owners = this.ownersIn(reached)
    const key = `${waiting.join()};${owners.join()}`
    const known = this.states.get(key)
    if (known !== undefined) return known
    const ends = waiting.filter((pc) => this.isEnd(pc))
    // `holds`: an empty text begins where it ends.
    const ownersAtEnd = this.ownersIn(this.closure(ends, EMPTY.END_TEXT | EMPTY.BEGIN_TEXT | EMPTY.BEGIN_LINE))
    const state: State = { id: this.list.length, waiting, owners, ownersAtEnd }
    this.states.set(key, state)
    this.list.push(state)
    this.makeRoom()
    return state
  }

  private makeRoom(): void {
    const needed = this.list.length * this.examples.length
    if (needed <= this.table.length) return
    const larger = new Int32Array(2 * needed).fill(UNKNOWN)
    larger.set(this.table)
    this.table = larger
  }

  private startAnew(): void {
    this.states = new Map()
    this.list = [undefined]
    this.table = new Int32Array(0)
    this.first = undefined
    this.startsAnew++
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
