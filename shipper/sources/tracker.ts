/**
 * Which generations of which files there are. Looks at the paths, tells new files, renamed, truncated and vanished ones
 * apart, and keeps a descriptor of what may be renamed or deleted before it is read. Everything here is synchronous, so
 * that it can run beside a stalled reader.
 */
import { closeSync, type Stats } from 'node:fs'
import { copyOf, findCopy } from './copies.ts'
import { discover, explain, type Found } from './discover.ts'
import { readHead } from './fingerprint.ts'
import { findMissed, findRenamed, identity, isReadable, lastLineStart, openHead, unfinished } from './generations.ts'
import { type Kept, Memory } from './memory.ts'
import { OpenFiles } from './open-files.ts'
import type { Position } from './positions.ts'
import type { OpenSibling } from './siblings.ts'
import { bornOf, fileKey, nextGeneration, statKey, Tail } from './tail.ts'

export interface TrackerOptions {
  readonly paths: readonly string[]
  readonly exclude?: readonly string[]
  /** Where files begin that exist when Longship first runs; later ones begin at their first byte. */
  readonly from?: 'start' | 'end'
  readonly maxOpenFiles?: number
}

export class Tracker {
  /** The file that a path shows now. */
  readonly live = new Map<string, Tail>()
  /** Generations that their paths show no more; read to their end from the descriptor. */
  readonly rotated = new Set<Tail>()
  /** Those that may have bytes to read. */
  readonly ready = new Set<Tail>()
  /** Generations that are over, to be said. */
  readonly ended: Tail[] = []
  readonly problems: { path: string; message: string }[] = []
  readonly files: OpenFiles
  readonly #options: TrackerOptions
  readonly #memory: Memory
  readonly #byKey = new Map<string, Tail>()
  /** The generation that last stood at a path, while it is read on under another name. */
  readonly #previous = new Map<string, Tail>()
  readonly #told = new Map<string, string>()
  #isFirst: boolean

  constructor(options: TrackerOptions, saved: readonly Position[], isFirstRun: boolean) {
    this.#options = options
    this.#isFirst = isFirstRun
    this.#memory = new Memory(saved)
    this.files = new OpenFiles(options.maxOpenFiles)
  }

  positions(): Position[] {
    const tails = [...this.live.values(), ...this.rotated].filter((tail) => !tail.isSuperseded)
    return [...tails.map((tail) => tail.position()), ...this.#memory.positions()]
  }

  /** Looks at all paths. */
  look(now: number): void {
    const { found, problems } = discover(this.#options.paths, this.#options.exclude)
    const wrong = new Map(problems)
    const files = found.filter((file) => isReadable(file, wrong))
    const byKey = new Map<string, Found>()
    for (const file of files) if (!byKey.has(statKey(file.stat))) byKey.set(statKey(file.stat), file)
    this.#moveRenamed(files, byKey, now)
    for (const file of files) {
      const key = statKey(file.stat)
      const tail = this.live.get(file.absolute)
      if (tail?.key === key && tail.notice(file.stat)) this.ready.add(tail)
      else if (tail?.key === key) continue
      else if (byKey.get(key) !== file) continue
      else if (this.#byKey.has(key)) this.#revive(file, this.#byKey.get(key)!, now)
      else this.#admit(file, tail, wrong, now)
    }
    const seen = new Set(files.map((file) => file.absolute))
    for (const [path, tail] of this.live) if (!seen.has(path)) this.#rotate(tail, now)
    this.#tell(wrong)
    this.#isFirst = false
  }

  /** False when nothing is left of it to open: then it has ended. */
  ensureOpen(tail: Tail): boolean {
    if (this.files.ensure(tail)) return true
    this.#lose(tail, 'vanished')
    this.end(tail)
    return false
  }

  /** The file was cut short or written anew: the rest of the old content may stand in a copy; the new begins at 0. */
  restart(tail: Tail, now: number): void {
    const { absolute, origin, key, dev, inode, mtime, born } = tail
    // A copy that the next copytruncate wrote over: it holds another file's rest now, which is read on in it.
    if (tail.isRotated && copyOf(absolute, tail.fd!, this.#byKey)) return void this.end(tail)
    const copy = findCopy(tail, this.#byKey)
    const isLive = this.live.get(absolute) === tail
    const fresh = new Tail(origin.path, absolute, {
      stat: { dev, inode, mtime, born, size: 0 },
      head: Buffer.alloc(0),
      offset: 0,
      generation: origin.generation && nextGeneration(origin.generation),
    })
    const fd = tail.fd!
    tail.fd = undefined
    this.files.forget(tail)
    if (copy) {
      this.#moveToCopy(tail, copy)
      tail.lastData = now
      fresh.after = tail
    } else {
      this.#lose(tail, 'was truncated')
      tail.isSuperseded = true
      this.end(tail)
    }
    fresh.isRotated = !isLive
    if (isLive) this.live.set(absolute, fresh)
    else this.rotated.add(fresh)
    this.#byKey.set(key, fresh)
    this.#adopt(fresh, fd)
  }

  /** It could not be read just now; it is tried again with the next look. */
  fail(tail: Tail, message: string): void {
    const { path } = tail.origin
    if (this.#told.get(path) !== message) this.problems.push({ path, message })
    this.#told.set(path, message)
    tail.mtime = -1
  }

  /** For reading once: the file from its kept position, or from its beginning. Throws what opening throws. */
  begin(file: Found): Tail | undefined {
    const { fd, stat, head } = openHead(file.absolute)
    if (this.#byKey.has(statKey(stat))) return void closeSync(fd)
    const generation = this.#memory.generationOf(stat, head)
    const { offset, carried } = this.#memory.take(stat, head) ?? { offset: 0, carried: undefined }
    const tail = new Tail(file.path, file.absolute, { stat: identity(stat), head, offset, carried, generation })
    this.live.set(file.absolute, tail)
    this.#adopt(tail, fd)
    return tail
  }

  /** Nothing more is read of it. */
  end(tail: Tail): void {
    if (tail.hasEnded) return
    tail.hasEnded = true
    tail.isDrained = true
    tail.close()
    this.files.forget(tail)
    this.ready.delete(tail)
    this.rotated.delete(tail)
    if (this.live.get(tail.absolute) === tail) this.live.delete(tail.absolute)
    if (this.#byKey.get(tail.key) === tail) this.#byKey.delete(tail.key)
    this.#memory.retire(tail)
    this.ended.push(tail)
  }

  /** Files that the patterns still find, under another name, keep their tail. */
  #moveRenamed(files: readonly Found[], byKey: ReadonlyMap<string, Found>, now: number): void {
    const here = new Map(files.map((file) => [file.absolute, statKey(file.stat)]))
    const moved: [Tail, Found][] = []
    for (const [path, tail] of this.live) {
      const file = byKey.get(tail.key)
      if (file && here.get(path) !== tail.key) moved.push([tail, file])
    }
    for (const [tail] of moved) this.live.delete(tail.absolute)
    for (const [tail, file] of moved) {
      this.#previous.set(tail.absolute, tail)
      tail.isDrained = false
      this.#place(tail, file.absolute, now)
      this.ready.add(tail)
    }
  }

  /** A generation that was rotated away turns up under a name that the patterns find, or comes back. */
  #revive(file: Found, tail: Tail, now: number): void {
    if (!tail.isRotated) return
    this.rotated.delete(tail)
    tail.isRotated = false
    this.#place(tail, file.absolute, now)
  }

  #place(tail: Tail, path: string, now: number): void {
    const other = this.live.get(path)
    if (other) this.#rotate(other, now)
    tail.absolute = path
    tail.livePath = path
    this.live.set(path, tail)
  }

  /** A file that is not being read yet: where does it begin, and what must be read before it? */
  #admit(file: Found, old: Tail | undefined, wrong: Map<string, string>, now: number): void {
    let opened: { fd: number; stat: Stats; head: Buffer }
    try {
      opened = openHead(file.absolute)
    } catch (error) {
      wrong.set(file.path, explain((error as NodeJS.ErrnoException).code))
      return
    }
    const { fd, stat, head } = opened
    const generation = this.#memory.generationOf(stat, head)
    if (old) this.#rotate(old, now)
    const previous = old ?? this.#previous.get(file.absolute) ?? this.#resumeRenamed(file, stat, head)
    this.#previous.delete(file.absolute)
    const missed = previous && this.#admitMissed(file, stat, previous)
    const saved = this.#memory.take(stat, head)
    const isOld = this.#options.from === 'end' && this.#isFirst && !previous
    const start = isOld ? lastLineStart(fd, stat) : 0
    const offset = saved?.offset ?? copyOf(file.absolute, fd, this.#byKey, previous)?.offset ?? start
    const kept = { offset, generation, carried: saved?.carried }
    const tail = new Tail(file.path, file.absolute, { stat: identity(stat), head, ...kept })
    const before = missed ?? previous
    if (before && !before.hasEnded) tail.after = before
    tail.continued = saved?.continued
    this.live.set(file.absolute, tail)
    this.#adopt(tail, fd)
  }

  #adopt(tail: Tail, fd: number): void {
    this.#memory.drop(tail.key)
    this.#byKey.set(tail.key, tail)
    this.ready.add(tail)
    this.files.adopt(tail, fd)
    tail.loadTrail()
  }

  /** After a restart: what stood at this path when positions were kept, renamed or copied since; the youngest of it. */
  #resumeRenamed(file: Found, stat: Stats, head: Buffer): Tail | undefined {
    const { older, isKnown } = this.#memory.ofPath(file.absolute, stat, head)
    let last: Tail | undefined
    for (const saved of unfinished(file.absolute, older, !isKnown)) {
      this.#memory.forget(saved)
      const owner = this.#byKey.get(fileKey(saved))
      const found = owner ? undefined : findRenamed(file.absolute, saved, (key) => this.#byKey.has(key))
      const tail = owner ?? (found && this.#addRotated(found, file, saved))
      if (tail && last) tail.after ??= last
      last = tail ?? last
    }
    return last
  }

  #addRotated(found: OpenSibling, of: Found, { offset, carried, generation }: Kept): Tail {
    const { absolute, stat, fd } = found
    const tail = new Tail(of.path, absolute, { stat: identity(stat), head: readHead(fd), offset, carried, generation })
    tail.livePath = of.absolute
    tail.isRotated = true
    this.rotated.add(tail)
    this.#adopt(tail, fd)
    return tail
  }

  /** Generations that came and went at this path between two looks: made after the old one and before the new. */
  #admitMissed(file: Found, stat: Stats, previous: Tail): Tail | undefined {
    let last: Tail | undefined
    const isKnown = (fd: number, other: Stats) =>
      this.#byKey.has(statKey(other)) ||
      copyOf(file.absolute, fd, this.#byKey) !== undefined ||
      this.#memory.knows(other, readHead(fd))
    for (const found of findMissed(file.absolute, stat, previous.born, isKnown)) {
      const tail = this.#addRotated(found, file, { offset: 0 })
      tail.after = last ?? previous
      last = tail
    }
    return last
  }

  #moveToCopy(tail: Tail, copy: OpenSibling): void {
    const reader = this.#byKey.get(statKey(copy.stat))
    if (reader) this.end(reader)
    if (this.live.get(tail.absolute) === tail) this.live.delete(tail.absolute)
    tail.absolute = copy.absolute
    tail.dev = copy.stat.dev
    tail.inode = copy.stat.ino
    tail.born = bornOf(copy.stat)
    tail.isRotated = true
    tail.isDrained = false
    this.rotated.add(tail)
    this.#adopt(tail, copy.fd)
  }

  #rotate(tail: Tail, now: number): void {
    if (this.live.get(tail.absolute) === tail) this.live.delete(tail.absolute)
    tail.isRotated = true
    tail.isDrained = false
    tail.lastData = now
    this.rotated.add(tail)
    this.ready.add(tail)
  }

  #lose(tail: Tail, what: string): void {
    const lost = tail.size - tail.offset
    if (lost > 0)
      this.problems.push({ path: tail.origin.path, message: `${what} before its last ${lost} bytes were read` })
  }

  /** Each problem once, until it is over. */
  #tell(wrong: ReadonlyMap<string, string>): void {
    for (const [path, message] of wrong) {
      if (this.#told.get(path) !== message) this.problems.push({ path, message })
    }
    this.#told.clear()
    for (const [path, message] of wrong) this.#told.set(path, message)
  }
}
