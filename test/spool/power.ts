/**
 * A disk in memory whose power can be cut. What was not synced is lost, kept, kept in part or garbage, as the random
 * numbers have it; names of files last as soon as create() and replace() resolve.
 */
import type { AppendFile, Disk } from '../../shipper/spool/disk.ts'

interface Content {
  /** What a reader of the running system sees. */
  now: Buffer
  /** What a power cut leaves for sure. */
  synced: Buffer
}

export class PowerCut extends Error {
  readonly code = 'EIO'
}

export class MemoryDisk implements Disk {
  readonly files = new Map<string, Content>()
  /** Steps until the power is cut: writes, syncs, creations, truncations, removals, replacements. */
  stepsLeft = Number.POSITIVE_INFINITY
  steps = 0
  /** Rejects writes with this code while it is set. */
  failing: string | undefined
  private readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  private step(): void {
    this.steps++
    if (this.stepsLeft-- <= 0) throw new PowerCut('the power is off')
  }

  /** The disk as the next start finds it. */
  afterPowerCut(): MemoryDisk {
    const next = new MemoryDisk(this.random)
    for (const [path, { now, synced }] of this.files) {
      const left = this.remains(now, synced)
      next.files.set(path, { now: left, synced: left })
    }
    return next
  }

  private remains(now: Buffer, synced: Buffer): Buffer {
    const rest = now.subarray(synced.length)
    const kept = Buffer.from(rest.subarray(0, Math.floor(this.random() * (rest.length + 1))))
    // Blocks may reach the disk in any order: a hole of zeroes, or what stood there before.
    if (kept.length > 0 && this.random() < 0.5)
      kept.fill(this.random() < 0.5 ? 0 : 0xa5, 0, Math.floor(this.random() * kept.length))
    return Buffer.concat([synced, kept])
  }

  flip(path: string, at: number): void {
    const { now } = this.files.get(path) as Content
    now[at] ^= 1 << Math.floor(this.random() * 8)
  }

  makeFolder(): void {}

  list(folder: string): string[] {
    return [...this.files.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1))
  }

  size(path: string): number {
    return this.content(path).now.length
  }

  async create(path: string): Promise<AppendFile> {
    this.step()
    if (this.files.has(path)) throw Object.assign(new Error('exists'), { code: 'EEXIST' })
    const content: Content = { now: Buffer.alloc(0), synced: Buffer.alloc(0) }
    this.files.set(path, content)
    return {
      write: async (bytes, at) => {
        this.step()
        const grown = Buffer.alloc(at + bytes.length)
        content.now.copy(grown)
        // A full disk has taken the first part by then.
        const fits = this.failing === undefined ? bytes.length : Math.floor(this.random() * bytes.length)
        grown.set(bytes.subarray(0, fits), at)
        content.now = grown.subarray(0, at + fits)
        if (this.failing !== undefined) throw Object.assign(new Error('failing'), { code: this.failing })
      },
      sync: async () => {
        this.step()
        content.synced = content.now
      },
      close: async () => {},
    }
  }

  read(path: string, into: Uint8Array, at: number): number {
    return this.content(path).now.copy(into, 0, at, at + into.length)
  }

  readText(path: string): string {
    return this.content(path).now.toString()
  }

  async truncate(path: string, size: number): Promise<void> {
    this.step()
    const content = this.content(path)
    content.now = content.now.subarray(0, size)
    content.synced = content.now
  }

  remove(path: string): void {
    this.step()
    this.files.delete(path)
  }

  async replace(path: string, text: string): Promise<void> {
    this.step()
    const bytes = Buffer.from(text)
    this.files.set(path, { now: bytes, synced: bytes })
  }

  private content(path: string): Content {
    const content = this.files.get(path)
    if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return content
  }
}

/** Random numbers that a seed makes again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
