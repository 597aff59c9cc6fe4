/** Batches for tests, and a clock that never waits. */
import { createHash } from 'node:crypto'
import type { Batch, BatchStream } from '../../shipper/batch/batch.ts'
import { writeEntry } from '../../shipper/push/entry.ts'
import { joined } from '../../shipper/push/pieces.ts'
import type { Clock } from '../../shipper/push/retry.ts'

export interface Line {
  readonly line: string
  /** Milliseconds since the epoch. */
  readonly ms: number
  readonly nanos?: number
  readonly metadata?: readonly (readonly [string, string])[]
}

export function streamOf(labels: string, lines: readonly Line[]): BatchStream {
  return joined(
    labels,
    lines.map(({ line, ms, nanos = 0, metadata = [] }) => {
      const seconds = Math.floor(ms / 1000)
      return writeEntry({
        time: { seconds, nanos: (ms - seconds * 1000) * 1e6 + nanos },
        line: Buffer.from(line),
        metadata,
      })
    }),
  )
}

export function batchOf(...streams: BatchStream[]): Batch {
  let entries = 0
  let bytes = 0
  for (const stream of streams) {
    entries += stream.ends.length
    bytes += stream.bytes.length
  }
  return { streams, entries, bytes, positions: [] }
}

let sequence = 0

/** Lines that can be told apart and checked: seq=N sum=HASH text. */
export function numbered(count: number, ms: number, stepMs = 1, text = 'x'): Line[] {
  return Array.from({ length: count }, (_, i) => ({ line: signed(sequence++, text), ms: ms + i * stepMs }))
}

export function signed(number: number, text: string): string {
  return `seq=${number} sum=${sum(`${number} ${text}`)} ${text}`
}

/** Whether a line came through as it was written. */
export function isWhole(line: string): boolean {
  const [, number, hash, text] = /^seq=(\d+) sum=([0-9a-f]+) (.*)$/s.exec(line) ?? []
  return hash === sum(`${number} ${text}`)
}

function sum(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 12)
}

/** Sleeps by moving the time on. */
export function testClock(start = Date.now()) {
  let ms = start
  const slept: number[] = []
  return {
    slept,
    now: () => Math.floor(ms),
    random: () => 0.999,
    async sleep(waitMs: number) {
      slept.push(waitMs)
      ms += waitMs
      // Lets timers and sockets have their turn; no time passes.
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  } satisfies Clock & { slept: number[] }
}

export const NEVER = new AbortController().signal
