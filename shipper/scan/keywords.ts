/**
 * Many texts searched in one pass (Aho and Corasick): a table says for each state and byte which state is next, so that
 * a byte costs one look-up however many texts there are. Letters of both cases are the same; bytes beyond ASCII are in no
 * text. A screen that is several times as fast goes first: most lines hold no pair of bytes of any text.
 */
import type { Found } from './found.ts'
import { foldRune } from './program.ts'
import { Screen } from './screen.ts'

/** A text in small letters, three at least, and the number of whoever asks for it. */
export interface Keyword {
  readonly text: string
  readonly owner: number
}

/** Shorter ones of another block are walked over as fast as they are screened. */
const MIN_SCREENED = 16

interface State {
  readonly next: Map<number, State>
  readonly owners: number[]
  fallback: State | undefined
  readonly depth: number
  id: number
}

export class Keywords {
  /** By byte. 0: in no text. */
  private readonly classes = new Uint8Array(256)
  /** Of the width of the table: a power of two, so that states are counted without a division. */
  private readonly bits: number
  /** By state and class; states are multiples of the width. */
  private readonly table: Int32Array
  /** States from here on end a text. */
  private readonly firstHit: number
  private readonly owners: readonly (readonly number[])[]
  /** By state: how many bytes of a text are under way. */
  private readonly depths: Uint8Array
  private readonly texts: readonly string[]
  /** Made for the first text that is worth it: values of most fields are short. */
  private screen: Screen | undefined

  constructor(keywords: readonly Keyword[]) {
    this.texts = keywords.map(({ text }) => text)
    this.bits = Math.ceil(Math.log2(this.readClasses(keywords)))
    const states = this.readStates(keywords)
    const quiet = states.filter(({ owners }) => owners.length === 0)
    const ordered = [...quiet, ...states.filter(({ owners }) => owners.length > 0)]
    for (const [id, state] of ordered.entries()) state.id = id
    this.firstHit = quiet.length << this.bits
    this.owners = ordered.slice(quiet.length).map(({ owners }) => [...new Set(owners)])
    this.depths = Uint8Array.from(ordered, ({ depth }) => depth)
    this.table = this.readTable(states)
  }

  /** Where in bytes[start..end) a text may stand: none ends at that place or before. -1: nowhere. */
  nextPlace(bytes: Uint8Array, start: number, end: number): number {
    this.screen ??= new Screen(this.texts)
    return this.screen.next(bytes, start, end)
  }

  /** Adds the owners of all texts in bytes[start..end). */
  find(bytes: Uint8Array, start: number, end: number, found: Found): void {
    if (end - start < MIN_SCREENED && this.screen?.knows(bytes) !== true) {
      this.walk(bytes, start, end, end, found)
      return
    }
    this.screen ??= new Screen(this.texts)
    const { screen } = this
    for (let from = start; ; ) {
      const pair = screen.next(bytes, from, end)
      if (pair < 0) return
      // Texts that begin behind the pair have another of their own.
      this.walk(bytes, Math.max(start, pair - screen.reachAt(pair)), pair, end, found)
      from = pair + screen.stepBytes
    }
  }

  /** Until no text is under way that began at `last` or before. */
  private walk(bytes: Uint8Array, start: number, last: number, end: number, found: Found): void {
    const { classes, table, bits, firstHit, depths } = this
    let state = 0
    for (let at = start; at < end; at++) {
      state = table[state + classes[bytes[at]]]
      if (state >= firstHit) found.addAll(this.owners[(state - firstHit) >> bits])
      if (at - depths[state >> bits] >= last) return
    }
  }

  private readClasses(keywords: readonly Keyword[]): number {
    const chars = [...new Set(keywords.flatMap(({ text }) => [...text].map((char) => char.charCodeAt(0))))]
    for (let byte = 0; byte < 0x80; byte++) this.classes[byte] = chars.indexOf(foldRune(byte)) + 1
    return chars.length + 1
  }

  /** All, the root first, each with the owners of the texts that end in it. */
  private readStates(keywords: readonly Keyword[]): State[] {
    const root = newState(undefined, 0)
    for (const { text, owner } of keywords) {
      let state = root
      for (let i = 0; i < text.length; i++) {
        const kind = this.classes[text.charCodeAt(i)]
        const next = state.next.get(kind) ?? newState(root, i + 1)
        state.next.set(kind, next)
        state = next
      }
      state.owners.push(owner)
    }
    // By depth: what a state falls back to is shorter, and known already.
    const states = [root]
    for (const state of states) {
      for (const [kind, next] of state.next) {
        next.fallback = state === root ? root : stepOf(state.fallback as State, kind, root)
        for (const owner of next.fallback.owners) next.owners.push(owner)
        states.push(next)
      }
    }
    return states
  }

  /** `states`: the root first, and what a state falls back to before it, whose row it has but for its own ways. */
  private readTable(states: readonly State[]): Int32Array {
    const width = 1 << this.bits
    const table = new Int32Array(states.length * width)
    for (const { id, fallback, next } of states) {
      if (fallback !== undefined) table.copyWithin(id * width, fallback.id * width, (fallback.id + 1) * width)
      for (const [kind, to] of next) table[id * width + kind] = to.id * width
    }
    return table
  }
}

function newState(fallback: State | undefined, depth: number): State {
  return { next: new Map(), owners: [], fallback, depth, id: 0 }
}

function stepOf(state: State, kind: number, root: State): State {
  for (let at: State | undefined = state; at !== undefined; at = at.fallback) {
    const next = at.next.get(kind)
    if (next !== undefined) return next
  }
  return root
}
