/**
 * Where a container's log was read to. Docker is asked for lines from a time on, and several lines may have one time, or
 * come a little out of order: the last ones are known by time and stream, and passed over when they come again.
 */
import type { Carried } from '../sources/source.ts'
import type { LogLine } from './lines.ts'

/** What is kept over restarts. */
export interface KeptPlace {
  /** The last lines, oldest first: time and stream. */
  readonly recent: readonly string[]
  readonly carried: Carried | undefined
}

const MAX_RECENT = 64

export class Place {
  /** Of the lines handed over. */
  offset = 0
  carried: Carried | undefined
  private emitted: string[]
  private committed: string[]
  /** Handed over, not acknowledged. */
  private readonly pending: { readonly end: number; readonly key: string }[] = []
  /** Lines of before, that come again first. */
  private again = new Map<string, number>()

  constructor(kept: KeptPlace | undefined) {
    this.emitted = [...(kept?.recent ?? [])]
    this.committed = [...this.emitted]
    this.carried = kept?.carried
  }

  /** What to ask Docker for, and from now on knows what comes again. Undefined: nothing was read yet. */
  resume(): string | undefined {
    this.again = new Map()
    for (const key of this.emitted) this.again.set(key, (this.again.get(key) ?? 0) + 1)
    const times = this.emitted.map((key) => key.split(' ')[0]).sort()
    return times.length === 0 ? undefined : sinceOf(times[0])
  }

  /** False for a line that was handed over before. */
  isNew(line: LogLine): boolean {
    const key = keyOf(line)
    const times = this.again.get(key) ?? 0
    if (times === 0) return true
    this.again.set(key, times - 1)
    return false
  }

  handOver(line: LogLine, bytes: number): void {
    this.offset += bytes
    const key = keyOf(line)
    this.pending.push({ end: this.offset, key })
    this.emitted.push(key)
    if (this.emitted.length > 2 * MAX_RECENT) this.emitted = this.emitted.slice(-MAX_RECENT)
  }

  commit(offset: number, carried: Carried | undefined): void {
    let count = 0
    while (count < this.pending.length && this.pending[count].end <= offset) count++
    const done = this.pending.splice(0, count)
    this.committed = [...this.committed, ...done.slice(-MAX_RECENT).map(({ key }) => key)].slice(-MAX_RECENT)
    this.carried = carried
  }

  get isDone(): boolean {
    return this.pending.length === 0
  }

  keep(): KeptPlace {
    return { recent: this.committed, carried: this.carried }
  }
}

function keyOf({ time, stream, isPartial }: LogLine): string {
  return `${time} ${stream}${isPartial ? ' P' : ''}`
}

/** 2026-05-05T12:30:11.123456789Z → 1777984211.123456789. */
export function sinceOf(time: string): string {
  const seconds = Math.floor(Date.parse(time) / 1000)
  const nanos = /\.(\d{1,9})/.exec(time)?.[1].padEnd(9, '0') ?? '000000000'
  return Number.isFinite(seconds) ? `${seconds}.${nanos}` : '0'
}
