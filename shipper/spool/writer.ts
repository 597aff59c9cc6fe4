/**
 * Appends to the spool: what arrives while the disk is busy goes out with the next write, so that one fsync serves many.
 * Nothing is called stored before it would survive a power cut.
 */
import type { AppendFile, Disk } from './disk.ts'
import { frameBytes, writeFrame } from './frame.ts'
import { type Segment, segmentPath } from './segments.ts'

/** stored: it lasts. full: no room until Loki takes what is there. failed: the disk does not take it. large: it never fits. */
export type Appended = 'stored' | 'full' | 'failed' | 'large'

export interface WriterOptions {
  readonly disk: Disk
  readonly folder: string
  readonly maxBytes: number
  readonly segmentBytes: number
  /** Oldest first; what is written is added here. */
  readonly segments: Segment[]
  /** Where the next frame stands. */
  readonly end: number
  /** More can be read. */
  readonly onStored: () => void
  /** Once, until a write succeeds. */
  readonly onFailure: (message: string) => void
}

interface Waiting {
  readonly payloads: readonly Uint8Array[]
  readonly bytes: number
  readonly settle: (appended: Appended) => void
}

/** Written at once; more waits for the next write. */
const MAX_WRITE_BYTES = 4 * 1024 * 1024

/** In memory, on its way to a disk that is slow. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024

export class SpoolWriter {
  /** Everything before it is stored. */
  end: number
  private readonly options: WriterOptions
  private waiting: Waiting[] = []
  private waitingBytes = 0
  private working: Promise<void> | undefined
  private file: AppendFile | undefined
  private isClosed = false
  private isFailing = false

  constructor(options: WriterOptions) {
    this.options = options
    this.end = options.end
  }

  /** The segment that still grows. */
  get open(): Segment | undefined {
    return this.file === undefined ? undefined : this.options.segments.at(-1)
  }

  /** Bytes on disk and on their way there. */
  get bytes(): number {
    return this.options.segments.reduce((bytes, { size }) => bytes + size, this.waitingBytes)
  }

  /** All of them or none: what is refused can be sent again by whoever has it. */
  append(payloads: readonly Uint8Array[]): Promise<Appended> {
    const bytes = payloads.reduce((total, payload) => total + frameBytes(payload), 0)
    if (bytes === 0) return Promise.resolve('stored')
    if (this.isClosed) return Promise.resolve('failed')
    if (bytes > this.options.maxBytes) return Promise.resolve('large')
    if (this.bytes + bytes > this.options.maxBytes) return Promise.resolve('full')
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > MAX_WAITING_BYTES) return Promise.resolve('full')
    this.waitingBytes += bytes
    return new Promise((settle) => {
      this.waiting.push({ payloads, bytes, settle })
      this.working ??= this.work()
    })
  }

  /** Ends the segment in hand, unless it is being written to; the next write begins another. */
  async roll(): Promise<void> {
    if (this.working === undefined) await this.release()
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.working
    await this.release()
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.nextGroup()
      const bytes = group.reduce((total, each) => total + each.bytes, 0)
      const appended = await this.write(group, bytes)
      this.waitingBytes -= bytes
      for (const { settle } of group) settle(appended)
      if (appended === 'stored') this.options.onStored()
    }
    this.working = undefined
  }

  private nextGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < this.waiting.length && (count === 0 || bytes + this.waiting[count].bytes <= MAX_WRITE_BYTES)) {
      bytes += this.waiting[count++].bytes
    }
    return this.waiting.splice(0, count)
  }

  private async write(group: readonly Waiting[], bytes: number): Promise<Appended> {
    try {
      const segment = await this.segment()
      await this.file?.write(this.frames(group, bytes), segment.size)
      await this.file?.sync()
      segment.size += bytes
      this.end += bytes
      this.isFailing = false
      return 'stored'
    } catch (error) {
      await this.giveUp()
      const { code, message } = error as NodeJS.ErrnoException
      if (!this.isFailing) this.options.onFailure(code === 'ENOSPC' ? 'the disk is full' : (code ?? message))
      this.isFailing = true
      return 'failed'
    }
  }

  private frames(group: readonly Waiting[], size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size)
    let at = 0
    for (const { payloads } of group) {
      for (const payload of payloads) at = writeFrame(bytes, at, this.end + at, payload)
    }
    return bytes
  }

  private async segment(): Promise<Segment> {
    const { disk, folder, segments, segmentBytes } = this.options
    const last = segments.at(-1)
    if (this.file !== undefined && last !== undefined && last.size < segmentBytes) return last
    await this.release()
    const segment = { path: segmentPath(folder, this.end), start: this.end, size: 0 }
    this.file = await disk.create(segment.path)
    segments.push(segment)
    return segment
  }

  private async release(): Promise<void> {
    const { file } = this
    this.file = undefined
    await file?.close()
  }

  /** After a failed write or fsync nobody knows what the file holds: it ends where it was whole, and a new one begins. */
  private async giveUp(): Promise<void> {
    const { disk, segments } = this.options
    const segment = this.open
    await this.release().catch(() => {})
    try {
      if (segment === undefined) return
      if (segment.size > 0) return await disk.truncate(segment.path, segment.size)
      segments.pop()
      disk.remove(segment.path)
    } catch {
      // What is left behind its end is not read: the next segment begins there.
    }
  }
}
