/** Positions of files that are not being read: from the last run, and of generations that are over. */
import type { Stats } from 'node:fs'
import { matches } from './fingerprint.ts'
import type { Position } from './positions.ts'
import type { Carried } from './source.ts'
import { bornOf, fileKey, isBirthKnown, nextGeneration, statKey, type Tail } from './tail.ts'

/** Old entries beyond this are dropped, the oldest first: files with a date in their name come and go for ever. */
const MAX_ENTRIES = 5000

/** Where reading of a known file goes on. */
export interface Resumed {
  readonly offset: number
  readonly carried: Carried | undefined
  /** It was read in this run, up to that offset; not all of it may be acknowledged. */
  readonly continued: Tail | undefined
}

/** What a position says of where reading goes on. */
export type Kept = Pick<Position, 'offset' | 'carried' | 'generation'>

export class Memory {
  readonly #saved = new Map<string, Position>()
  /** Ended, but a commit may still come: asked for their position when needed. */
  readonly #retired = new Map<string, Tail>()

  constructor(saved: readonly Position[]) {
    for (const position of saved) this.#saved.set(fileKey(position), position)
  }

  retire(tail: Tail): void {
    if (tail.isSuperseded) return
    this.#saved.delete(tail.key)
    this.#retired.delete(tail.key)
    this.#retired.set(tail.key, tail)
    for (const key of this.#retired.keys()) {
      if (this.#retired.size <= MAX_ENTRIES) break
      this.#retired.delete(key)
    }
  }

  /** See Origin: the one kept for this very file, the next where another was written on its inode. Asked before `take`. */
  generationOf(stat: Stats, head: Buffer): string | undefined {
    const position = this.#of(statKey(stat))
    if (position === undefined || isBornApart(position, stat)) return undefined
    const generation = position.generation ?? `${position.inode}:${position.born ?? bornOf(stat)}`
    return isSame(position, stat, head) ? generation : nextGeneration(generation)
  }

  /** The position kept for this very file, and forgets it; one for another file on the same inode is forgotten too. */
  take(stat: Stats, head: Buffer): Resumed | undefined {
    const key = statKey(stat)
    const continued = this.#retired.get(key)
    const position = this.#of(key)
    this.#retired.delete(key)
    this.#saved.delete(key)
    if (!position || !isSame(position, stat, head)) return undefined
    const { offset, carried } = position
    return continued ? { offset: continued.offset, carried, continued } : { offset, carried, continued }
  }

  knows(stat: Stats, head: Buffer): boolean {
    const position = this.#of(statKey(stat))
    return position !== undefined && isSame(position, stat, head)
  }

  #of(key: string): Position | undefined {
    return this.#retired.get(key)?.position() ?? this.#saved.get(key)
  }

  /** What was read at this path when it showed other files than now, oldest first: rotations may outrun the reader. */
  ofPath(path: string, stat: Stats, head: Buffer): { older: Position[]; isKnown: boolean } {
    const there = [...this.#saved.values()].filter((position) => position.path === path)
    const older = there.filter((position) => fileKey(position) !== statKey(stat) || !isSame(position, stat, head))
    // Written anew on the same inode, as copytruncate does: born first, and yet what stood there last.
    const age = (position: Position) => (fileKey(position) === statKey(stat) ? Number.MAX_VALUE : (position.born ?? 0))
    return { older: older.sort((a, b) => age(a) - age(b)), isKnown: older.length < there.length }
  }

  forget(position: Position): void {
    this.#saved.delete(fileKey(position))
  }

  /** The file is read again: what it held before, under the same inode, has no position any more. */
  drop(key: string): void {
    this.#saved.delete(key)
    this.#retired.delete(key)
  }

  positions(): Position[] {
    const retired = [...this.#retired.values()].map((tail) => tail.position())
    return [...retired, ...this.#saved.values()].slice(0, MAX_ENTRIES)
  }
}

/** The same file as when the position was kept, not another one that got its inode or its place. */
export function isSame(position: Position, stat: Stats, head: Buffer): boolean {
  return !isBornApart(position, stat) && position.offset <= stat.size && matches(position.fingerprint, head)
}

/** Two files that had the same inode one after the other. */
function isBornApart(position: Position, stat: Stats): boolean {
  return isBirthKnown(stat) && !!position.born && Math.abs(bornOf(stat) - position.born) > 1
}
