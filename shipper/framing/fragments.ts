/** Joins what container runtimes cut at 16 KiB, for one stream of one container. */
import type { Runtime } from '../record.ts'
import type { Wrapped } from './docker.ts'
import { MAX_LINE_BYTES } from './lines.ts'

export interface Joined {
  readonly text: string
  /** Of the first fragment: when the line was begun. */
  readonly runtime: Runtime
  /** Physical lines that it came in. */
  readonly lines: number
  /** Characters that did not fit. */
  readonly cut: number
}

export class Fragments {
  readonly #max: number
  #texts: string[] = []
  #length = 0
  #cut = 0
  #lines = 0
  #runtime: Runtime | undefined

  constructor(maxLineBytes = MAX_LINE_BYTES) {
    this.#max = maxLineBytes
  }

  get holds(): boolean {
    return this.#lines > 0
  }

  /** The whole line when this fragment ends one. */
  push(wrapped: Wrapped): Joined | undefined {
    if (!this.holds && !wrapped.partial && wrapped.text.length <= this.#max) {
      return { text: wrapped.text, runtime: wrapped.runtime, lines: 1, cut: 0 }
    }
    const taken = Math.min(wrapped.text.length, this.#max - this.#length)
    if (taken > 0) this.#texts.push(wrapped.text.slice(0, taken))
    this.#length += taken
    this.#cut += wrapped.text.length - taken
    this.#lines++
    this.#runtime ??= wrapped.runtime
    return wrapped.partial ? undefined : this.flush()
  }

  /** What is held, its end never came. */
  flush(): Joined | undefined {
    if (!this.#runtime) return undefined
    const joined = { text: this.#texts.join(''), runtime: this.#runtime, lines: this.#lines, cut: this.#cut }
    this.#texts = []
    this.#length = this.#cut = this.#lines = 0
    this.#runtime = undefined
    return joined
  }
}
