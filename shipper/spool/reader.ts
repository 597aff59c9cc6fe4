/** Reads the spool from an offset on, frame by frame; passes over what is damaged and says how much it was. */
import type { Disk } from './disk.ts'
import { HEADER_BYTES, seeFrame } from './frame.ts'
import { nextFrame, type Segment } from './segments.ts'

/** Whole frames in a row, or a gap in which there are none. */
export type Stretch =
  | { readonly kind: 'frames'; readonly bytes: Buffer; readonly offset: number }
  | { readonly kind: 'gap'; readonly bytes: number; readonly offset: number; readonly path: string }

const BLOCK_BYTES = 512 * 1024

export class SpoolReader {
  /** Where the next stretch begins. */
  offset: number
  private readonly disk: Disk
  private readonly segments: readonly Segment[]
  private block = Buffer.allocUnsafeSlow(BLOCK_BYTES)

  constructor(disk: Disk, segments: readonly Segment[], offset: number) {
    this.disk = disk
    this.segments = segments
    this.offset = offset
  }

  /** Undefined when all that is stored was read. The bytes are valid until the next call. Throws the disk's errors. */
  next(): Stretch | undefined {
    const segment = this.segments.find(({ start, size }) => start + size > this.offset)
    if (segment === undefined) return undefined
    // Segments that are missing: acknowledged ones are before the offset, so these were deleted by somebody.
    if (segment.start > this.offset) return this.gap(segment.start - this.offset, segment.path)
    const at = this.offset - segment.start
    const length = this.fill(segment, at, BLOCK_BYTES)
    let end = 0
    let sight = seeFrame(this.block, 0, length, this.offset)
    for (; sight.kind === 'whole'; sight = seeFrame(this.block, end, length, this.offset + end)) end = sight.end
    if (end > 0) return this.frames(end)
    return sight.kind === 'cut' && at + sight.needs <= segment.size
      ? this.large(segment, at, sight.needs)
      : this.damage(segment, at)
  }

  private frames(end: number): Stretch {
    const { offset } = this
    this.offset += end
    return { kind: 'frames', bytes: this.block.subarray(0, end), offset }
  }

  /** A frame that is longer than a block, or a length that is damaged and says so. */
  private large(segment: Segment, at: number, needs: number): Stretch {
    const length = this.fill(segment, at, needs)
    const sight = seeFrame(this.block, 0, length, this.offset)
    return sight.kind === 'whole' ? this.frames(sight.end) : this.damage(segment, at)
  }

  /** To the next whole frame, or the segment's end. */
  private damage(segment: Segment, at: number): Stretch {
    const rest = segment.size - at
    const bytes = Buffer.allocUnsafe(rest)
    const length = this.disk.read(segment.path, bytes, at)
    const next = length < HEADER_BYTES ? undefined : nextFrame(bytes, 0, length, this.offset)
    return this.gap(next ?? rest, segment.path)
  }

  private gap(bytes: number, path: string): Stretch {
    const { offset } = this
    this.offset += bytes
    return { kind: 'gap', bytes, offset, path }
  }

  private fill(segment: Segment, at: number, size: number): number {
    const wanted = Math.min(size, segment.size - at)
    if (this.block.length < wanted) this.block = Buffer.allocUnsafeSlow(wanted)
    else if (this.block.length > BLOCK_BYTES && wanted <= BLOCK_BYTES) this.block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    return this.disk.read(segment.path, this.block.subarray(0, wanted), at)
  }
}
