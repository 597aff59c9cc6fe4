/**
 * An expression whose search is given up when it takes too long. RE2 is linear in the text, times the size of the
 * expression: `([ab]*)(a[ab]{900})b*$` takes seconds for a line of 60 KB, and log content is hostile. What the engine does
 * is counted inside it: re2js has no budget of its own, so that three of its methods are replaced in the one expression
 * (test/terms/bounded-regex.test.ts fails when a new version no longer calls them).
 */
import type { RE2JS } from 're2js'

/** A unit is a look at one instruction of the program: 20 to 60 ns. */
export class BoundedRegex {
  readonly regex: RE2JS
  /** Units that the search may still take. Without a budget as many as it likes. */
  private left = Number.POSITIVE_INFINITY

  private searches = 0

  /** The expression is this one's own from now on. */
  constructor(regex: RE2JS) {
    this.regex = regex
    const engine = regex.re2() as unknown as Engine
    const spend = (units: number) => {
      this.left -= units
      if (this.left < 0) throw new TooSlow()
    }
    boundStates(engine, spend)
    boundThreads(engine, spend)
    boundBacktracking(engine, () => ++this.searches > FREE_SEARCHES)
  }

  /**
   * What a search of the expression says, and the units it took. Undefined: given up. `budget`: units. Searches that the
   * engine answers from what it knows take none: the budget only bounds what is unusual.
   */
  within<Found>(
    budget: number,
    search: (regex: RE2JS) => Found,
  ): { readonly found: Found | undefined; readonly took: number } {
    this.left = budget
    this.searches = 0
    try {
      const found = search(this.regex)
      return { found, took: budget - this.left }
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error
      return { found: undefined, took: budget }
    } finally {
      this.left = Number.POSITIVE_INFINITY
    }
  }
}

/** Thrown through the engine, by what it calls. */
class TooSlow extends Error {}

type Spend = (units: number) => void

/** What is used of re2js's RE2, in its words. */
interface Engine {
  readonly dfa: Automaton
  readonly onepass: object | null
  readonly prefixComplete: boolean
  readonly prefilter: { eval(input: object, from: number): boolean } | null
  executeEngine(input: object, from: number, anchor: number, groups: number, ...more: unknown[]): unknown
  get(): Threads | null
  put(threads: Threads): void
  doExecuteNFA(input: object, ...more: unknown[]): unknown
}

interface Automaton {
  closure(pcs: unknown, flag: number): { readonly pcs: { readonly length: number } }
}

interface Threads {
  step(queue: { readonly size: number }, ...more: unknown[]): void
}

/** Looking at an instruction for a new state, in those for a thread: it makes sets and arrays. */
const STATE_UNITS = 4

/** States of its automaton are made as texts need them; then they are known. The automaton itself is made when it is first used. */
function boundStates(engine: Engine, spend: Spend): void {
  const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(engine), 'dfa') as { get: () => Automaton }
  let automaton: Automaton | undefined
  Object.defineProperty(engine, 'dfa', {
    get() {
      if (automaton !== undefined) return automaton
      const made = get.call(engine)
      const closure = made.closure.bind(made)
      made.closure = (pcs, flag) => {
        const reached = closure(pcs, flag)
        spend(STATE_UNITS * reached.pcs.length)
        return reached
      }
      automaton = made
      return made
    },
  })
}

/** Where it has too many states, and where groups are asked for, it goes all ways through the program at once. */
function boundThreads(engine: Engine, spend: Spend): void {
  const execute = engine.doExecuteNFA.bind(engine)
  const bounded = new WeakSet<Threads>()
  engine.doExecuteNFA = (input, ...more) => {
    let threads = engine.get()
    if (threads === null) {
      // It makes its threads where there are none: for an empty text first, so that there are.
      execute(emptyLike(input), 0, 0, 0)
      threads = engine.get()
    }
    if (threads !== null) {
      if (!bounded.has(threads)) {
        bounded.add(threads)
        const step = threads.step
        threads.step = (queue, ...rest) => {
          spend(1 + queue.size)
          step.call(threads, queue, ...rest)
        }
      }
      engine.put(threads)
    }
    return execute(input, ...more)
  }
}

/** A backtracking search takes milliseconds at most, and is twice as fast as threads that are counted. */
const FREE_SEARCHES = 8

/** In short texts it looks for groups by backtracking; when that goes on and on in one text, by threads, which are counted. */
function boundBacktracking(engine: Engine, isMany: () => boolean): void {
  const execute = engine.executeEngine.bind(engine)
  engine.executeEngine = (input, from, anchor, groups, ...more) => {
    if (groups === 0 || engine.onepass !== null || engine.prefixComplete || !isMany()) {
      return execute(input, from, anchor, groups, ...more)
    }
    if (engine.prefilter !== null && anchor === 0 && !engine.prefilter.eval(input, from)) return null
    return engine.doExecuteNFA(input, from, anchor, groups, ...more)
  }
}

function emptyLike(input: object): object {
  return Object.assign(Object.create(Object.getPrototypeOf(input)), input, { charSequence: '', start: 0, end: 0 })
}
