/** Which files have a descriptor: a bounded number, the least recently read go first. */
import { closeSync } from 'node:fs'
import { findByInode } from './siblings.ts'
import { openFile, statKey, type Tail } from './tail.ts'

/** Half of the usual limit of 1,024 descriptors a process. */
export const MAX_OPEN_FILES = 512

export class OpenFiles {
  /** Least recently used first. */
  readonly #open = new Set<Tail>()
  readonly #max: number

  constructor(max = MAX_OPEN_FILES) {
    this.#max = max
  }

  get size(): number {
    return this.#open.size
  }

  [Symbol.iterator](): Iterator<Tail> {
    return this.#open[Symbol.iterator]()
  }

  /** Takes a descriptor that was opened for the tail. */
  adopt(tail: Tail, fd: number): void {
    tail.fd = fd
    this.#use(tail)
  }

  /** False when the file is nowhere to be found any more. One that was renamed while closed is found by its inode. */
  ensure(tail: Tail): boolean {
    if (tail.fd === undefined) {
      const fd = openAs(tail, tail.absolute) ?? openAs(tail, findByInode(tail.absolute, tail.dev, tail.inode)?.absolute)
      if (fd === undefined) return false
      tail.fd = fd
    }
    this.#use(tail)
    return true
  }

  /** The tail's descriptor goes elsewhere, or was closed. */
  forget(tail: Tail): void {
    this.#open.delete(tail)
  }

  close(): void {
    for (const tail of this.#open) tail.close()
    this.#open.clear()
  }

  #use(tail: Tail): void {
    this.#open.delete(tail)
    this.#open.add(tail)
    for (const other of this.#open) {
      if (this.#open.size <= this.#max) return
      // What was rotated away may be unlinked: only its descriptor holds it.
      if (other === tail || other.isRotated) continue
      other.close()
      this.#open.delete(other)
    }
  }
}

function openAs(tail: Tail, path: string | undefined): number | undefined {
  if (path === undefined) return undefined
  try {
    const { fd, stat } = openFile(path)
    if (statKey(stat) === tail.key) return fd
    closeSync(fd)
  } catch {
    // Not there, or not readable: the next place is tried.
  }
  return undefined
}
