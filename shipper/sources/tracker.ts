/**
 * Which generations of which files there are. Looks at the paths, tells new files, renamed, truncated and vanished ones
 * apart, and keeps a descriptor of what may be renamed or deleted before it is read. Everything here is synchronous, so
 * that it can run beside a stalled reader.
 */
import { closeSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { discover, explain, type Found } from './discover.ts'
import { matches, readFully, readHead } from './fingerprint.ts'
import { isSame, Memory } from './memory.ts'
import { OpenFiles } from './open-files.ts'
import type { Position } from './positions.ts'
import { COMPRESSED, type OpenSibling, openSibling, siblings } from './siblings.ts'
import { bornOf, fileKey, isBirthKnown, openFile, statKey, Tail } from './tail.ts'

export interface TrackerOptions {
  readonly paths: readonly string[]
  readonly exclude?: readonly string[]
  /** Where files begin that exist when Longship first runs; later ones begin at their first byte. */
  readonly from?: 'start' | 'end'
  readonly maxOpenFiles?: number
}

/** How far `from: end` goes back for the beginning of a last line that is still being written. */
const LOOK_BACK_BYTES = 64 * 1024

/** A copy is told by its beginning when that is all that was read, or long enough to be nobody else's. */
const MIN_COPY_FINGERPRINT = 64

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
      if (tail?.key === key) this.#notice(tail, file.stat)
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
    const copy = openSibling(absolute, (fd, stat) => !this.#byKey.has(statKey(stat)) && tail.isCopiedIn(fd))
    const isLive = this.live.get(absolute) === tail
    const fresh = new Tail(origin.path, absolute, {
      stat: { dev, inode, mtime, born, size: 0 },
      head: Buffer.alloc(0),
      offset: 0,
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
    if (this.#byKey.has(statKey(stat))) {
      closeSync(fd)
      return undefined
    }
    const saved = this.#memory.take(stat, head)
    const tail = new Tail(file.path, file.absolute, {
      stat: identity(stat),
      head,
      offset: saved?.offset ?? 0,
      carried: saved?.carried,
    })
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
      const other = this.live.get(file.absolute)
      if (other) this.#rotate(other, now)
      this.#previous.set(tail.absolute, tail)
      tail.absolute = file.absolute
      tail.isDrained = false
      this.live.set(file.absolute, tail)
      this.ready.add(tail)
    }
  }

  /** A generation that was rotated away turns up under a name that the patterns find, or comes back. */
  #revive(file: Found, tail: Tail, now: number): void {
    if (!tail.isRotated) return
    const other = this.live.get(file.absolute)
    if (other) this.#rotate(other, now)
    this.rotated.delete(tail)
    tail.isRotated = false
    tail.absolute = file.absolute
    this.live.set(file.absolute, tail)
  }

  #notice(tail: Tail, stat: Stats): void {
    if (stat.size !== tail.offset || stat.mtimeMs !== tail.mtime) this.ready.add(tail)
    tail.size = Math.max(stat.size, tail.size)
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
    if (old) this.#rotate(old, now)
    const previous = old ?? this.#previous.get(file.absolute) ?? this.#resumeRenamed(file, stat, head)
    this.#previous.delete(file.absolute)
    const missed = previous && this.#admitMissed(file, stat, previous)
    const saved = this.#memory.take(stat, head)
    const offset = saved?.offset ?? this.#copyOf(file.absolute, fd)?.offset ?? this.#start(fd, stat, previous)
    const tail = new Tail(file.path, file.absolute, { stat: identity(stat), head, offset, carried: saved?.carried })
    const before = missed ?? previous
    if (before && !before.hasEnded) tail.after = before
    tail.continued = saved?.continued
    this.live.set(file.absolute, tail)
    this.#adopt(tail, fd)
  }

  #adopt(tail: Tail, fd: number): void {
    this.#byKey.set(tail.key, tail)
    this.ready.add(tail)
    this.files.adopt(tail, fd)
    tail.loadTrail()
  }

  #start(fd: number, stat: Stats, previous: Tail | undefined): number {
    if (this.#options.from !== 'end' || !this.#isFirst || previous) return 0
    const from = Math.max(0, stat.size - LOOK_BACK_BYTES)
    const block = Buffer.alloc(stat.size - from)
    const lf = block.subarray(0, readFully(fd, block, from)).lastIndexOf(10)
    return lf < 0 && from > 0 ? stat.size : from + lf + 1
  }

  /** After a restart: the file that stood at this path when positions were kept, renamed or copied since. */
  #resumeRenamed(file: Found, stat: Stats, head: Buffer): Tail | undefined {
    const saved = this.#memory.takeByPath(file.absolute, stat, head)
    if (!saved) return undefined
    const owner = this.#byKey.get(fileKey(saved))
    if (owner) return owner
    const isIt = (fd: number, other: Stats) => statKey(other) === fileKey(saved) && isSame(saved, other, readHead(fd))
    const isCopy = (fd: number, other: Stats) =>
      saved.offset > 0 &&
      saved.fingerprint.length >= Math.min(MIN_COPY_FINGERPRINT, saved.offset) &&
      !this.#byKey.has(statKey(other)) &&
      other.size >= saved.offset &&
      matches(saved.fingerprint, readHead(fd))
    const found = openSibling(file.absolute, isIt) ?? openSibling(file.absolute, isCopy)
    return found && this.#addRotated(found, file.path, saved.offset, saved.carried)
  }

  #addRotated(found: OpenSibling, path: string, offset: number, carried?: Position['carried']): Tail {
    const { absolute, stat, fd } = found
    const tail = new Tail(path, absolute, { stat: identity(stat), head: readHead(fd), offset, carried })
    tail.isRotated = true
    this.rotated.add(tail)
    this.#adopt(tail, fd)
    return tail
  }

  /** Generations that came and went at this path between two looks: made after the old one and before the new. */
  #admitMissed(file: Found, stat: Stats, previous: Tail): Tail | undefined {
    let last: Tail | undefined
    const near = siblings(file.absolute)
    if (!near.some((sibling) => isBirthKnown(sibling.stat))) return undefined
    for (const sibling of near) {
      const born = bornOf(sibling.stat)
      const key = statKey(sibling.stat)
      const isBetween = born >= previous.born && born <= bornOf(stat)
      if (!isBetween || key === statKey(stat) || this.#byKey.has(key)) continue
      const found = openSibling(
        file.absolute,
        (fd, other) => statKey(other) === key && !this.#isKnown(file.absolute, fd, other),
      )
      if (!found) continue
      const tail = this.#addRotated(found, file.path, 0)
      tail.after = last ?? previous
      last = tail
    }
    return last
  }

  /** A copy that somebody made of what we read, or a file whose position we hold, is no missed generation. */
  #isKnown(absolute: string, fd: number, stat: Stats): boolean {
    return this.#copyOf(absolute, fd) !== undefined || this.#memory.knows(stat, readHead(fd))
  }

  /** The tail whose content this new file repeats: copytruncate's copy, under a pattern that finds it too. */
  #copyOf(absolute: string, fd: number): Tail | undefined {
    const directory = dirname(absolute)
    for (const tail of this.#byKey.values()) {
      if (tail.offset > 0 && dirname(tail.absolute) === directory && tail.isCopiedIn(fd)) return tail
    }
    return undefined
  }

  #moveToCopy(tail: Tail, copy: OpenSibling): void {
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

function isReadable(file: Found, wrong: Map<string, string>): boolean {
  const isFile = file.stat.isFile()
  if (isFile && !COMPRESSED.test(file.absolute)) return true
  if (file.literal)
    wrong.set(file.path, isFile ? 'is compressed: read it with --once' : 'is no regular file: only --once reads it')
  return false
}

function openHead(path: string): { fd: number; stat: Stats; head: Buffer } {
  const { fd, stat } = openFile(path)
  try {
    return { fd, stat, head: readHead(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function identity(stat: Stats): { dev: number; inode: number; size: number; mtime: number; born: number } {
  return { dev: stat.dev, inode: stat.ino, size: stat.size, mtime: stat.mtimeMs, born: bornOf(stat) }
}
