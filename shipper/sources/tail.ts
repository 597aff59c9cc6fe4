/** One generation of a file being read: where we are, what it began with, and the descriptor that survives its renaming. */
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { FINGERPRINT_BYTES, type Fingerprint, fingerprintOf, readFully, readHead } from './fingerprint.ts'
import { newOrigin } from './origin.ts'
import type { Position } from './positions.ts'
import type { Carried, Origin } from './source.ts'

/** What is remembered of the bytes just before the offset: tells copytruncate's copy from a file that begins alike. */
const TRAIL_BYTES = 256

/** The file changes its head at most this often while it is read without a pause. */
const CHECK_MS = 200

/** Which file, and where reading begins. */
export interface Beginning {
  readonly stat: {
    readonly dev: number
    readonly inode: number
    readonly size: number
    readonly mtime: number
    readonly born: number
  }
  readonly head: Buffer
  readonly offset: number
  readonly carried?: Carried | undefined
  /** Undefined: nothing is known to have stood on its inode before. */
  readonly generation?: string | undefined
}

export class Tail {
  readonly origin: Origin
  absolute: string
  /** Where this generation stood, or stands, as what the path shows: where a restart asks for it. */
  livePath: string
  dev: number
  inode: number
  fd: number | undefined
  /** Next byte to read. */
  offset: number
  /** Everything before it is acknowledged. */
  committed: number
  carried: Carried | undefined
  /** The file's first bytes, at most 1 KiB. */
  head: Buffer
  /** Its path shows another file now, or none: what is left is read from the descriptor. */
  isRotated = false
  /** Read to its end at least once since it was rotated away. */
  isDrained = false
  hasEnded = false
  /** Another generation took its inode: its position means nothing any more. */
  isSuperseded = false
  /** Must be drained first: the generation that stood at this path before. */
  after: Tail | undefined
  /** Was read up to where this one goes on (its path had lost it for a while): acknowledged first. */
  continued: Tail | undefined
  /** Clock time of the last byte, or of the rotation. */
  lastData = 0
  size: number
  mtime: number
  /** Creation time in ms, see isBirthKnown. */
  born: number
  #trail: Buffer = Buffer.alloc(0)
  #checked = Number.NEGATIVE_INFINITY
  #fingerprint: Fingerprint | undefined
  #isFirst = true

  constructor(path: string, absolute: string, file: Beginning) {
    this.origin = newOrigin(path, file.generation ?? `${file.stat.inode}:${file.stat.born}`)
    this.absolute = absolute
    this.livePath = absolute
    this.dev = file.stat.dev
    this.inode = file.stat.inode
    this.size = file.stat.size
    this.mtime = file.stat.mtime
    this.born = file.stat.born
    this.head = file.head
    this.offset = file.offset
    this.committed = file.offset
    this.carried = file.carried
  }

  get key(): string {
    return fileKey(this)
  }

  /** What may be kept as the position. */
  get acknowledged(): number {
    if (this.continued && this.continued.acknowledged < this.continued.offset) return this.continued.acknowledged
    return this.committed
  }

  /** Reads on into `block`; 0 at the end of what there is. Throws what reading throws. */
  read(block: Buffer): number {
    const length = readSync(this.fd!, block, 0, block.length, this.offset)
    if (length === 0) {
      // What comes next may be of a file that was written anew meanwhile: looked at before it is read.
      this.#checked = Number.NEGATIVE_INFINITY
      return 0
    }
    this.offset += length
    const fresh = block.subarray(Math.max(0, length - TRAIL_BYTES), length)
    this.#trail =
      fresh.length === TRAIL_BYTES ? Buffer.from(fresh) : Buffer.concat([this.#trail, fresh]).subarray(-TRAIL_BYTES)
    if (this.head.length < FINGERPRINT_BYTES) this.head = readHead(this.fd!)
    return length
  }

  /** What travelled with the position, once, with the first block. */
  takeCarried(): { carried?: Carried } {
    const isFirst = this.#isFirst
    this.#isFirst = false
    return isFirst && this.carried ? { carried: this.carried } : {}
  }

  /** False when the open file is not the one we were reading any more: cut short, or written anew from its beginning. */
  isIntact(now: number): boolean {
    if (now - this.#checked < CHECK_MS) return true
    this.#checked = now
    const stat = fstatSync(this.fd!)
    if (stat.size < this.offset) return false
    const head = readHead(this.fd!)
    if (!head.subarray(0, this.head.length).equals(this.head)) return false
    this.head = head
    this.size = stat.size
    this.mtime = stat.mtimeMs
    return true
  }

  /** True when the file's size or time says that there may be something to read. */
  notice(stat: Stats): boolean {
    this.size = Math.max(stat.size, this.size)
    return stat.size !== this.offset || stat.mtimeMs !== this.mtime
  }

  /** True when the open file ends before the place that we read to. */
  isShorter(): boolean {
    return fstatSync(this.fd!).size < this.offset
  }

  /** True when `fd` holds a copy of what was read of this file, and goes on from there. */
  isCopiedIn(fd: number): boolean {
    if (this.offset === 0 || this.head.length === 0 || this.#trail.length === 0) return false
    const length = Math.min(this.head.length, this.offset)
    if (!readHead(fd, length).equals(this.head.subarray(0, length))) return false
    const trail = Buffer.alloc(this.#trail.length)
    readSync(fd, trail, 0, trail.length, this.offset - trail.length)
    return fstatSync(fd).size >= this.offset && trail.equals(this.#trail)
  }

  /** When reading resumes in the middle: what stands before the offset. */
  loadTrail(): void {
    const trail = Buffer.alloc(Math.min(TRAIL_BYTES, this.offset))
    this.#trail = trail.subarray(0, readFully(this.fd!, trail, this.offset - trail.length))
  }

  /** As kept in the positions file. */
  position(): Position {
    if (this.#fingerprint?.length !== this.head.length) this.#fingerprint = fingerprintOf(this.head)
    const { livePath: path, dev, inode, born, acknowledged: offset, carried } = this
    const { generation } = this.origin
    const rest = carried ? { carried } : {}
    return { path, dev, inode, born, fingerprint: this.#fingerprint, generation, offset, ...rest }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }
}

/** What is written on the same inode once the file was cut short: 4711:1795 → 4711:1795~1 → 4711:1795~2. */
export function nextGeneration(generation: string): string {
  const [first, count = '0'] = generation.split('~')
  return `${first}~${Number(count) + 1}`
}

export function fileKey(file: { dev: number; inode: number }): string {
  return `${file.dev}:${file.inode}`
}

/** Creation in whole ms. */
export function bornOf(stat: Stats): number {
  return Math.floor(stat.birthtimeMs)
}

/** Where the system cannot tell when a file was made, Node shows its last change instead. */
export function isBirthKnown(stat: Stats): boolean {
  return stat.birthtimeMs > 0 && stat.birthtimeMs !== stat.ctimeMs
}

export function statKey(stat: Stats): string {
  return `${stat.dev}:${stat.ino}`
}

/** An open descriptor and what it is of. Throws what opening throws; a pipe does not block. */
export function openFile(path: string): { fd: number; stat: Stats } {
  const fd = openSync(path, 'r')
  try {
    return { fd, stat: fstatSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
