/** Parts of a batch: what is sent again after Loki refused the whole. Cut without copying entries. */
import type { BatchStream } from '../batch/batch.ts'

export type Piece = readonly BatchStream[]

export function countEntries(piece: Piece): number {
  let count = 0
  for (const stream of piece) count += stream.ends.length
  return count
}

export function countBytes(piece: Piece): number {
  let count = 0
  for (const stream of piece) count += stream.bytes.length
  return count
}

/** Where entry i starts in its stream's bytes. */
export function startOf(stream: BatchStream, i: number): number {
  return i === 0 ? 0 : stream.ends[i - 1]!
}

/** Entries [from, to) of a stream. */
export function slice(stream: BatchStream, from: number, to: number): BatchStream {
  const start = startOf(stream, from)
  const ends = stream.ends.slice(from, to)
  for (let i = 0; i < ends.length; i++) ends[i]! -= start
  return { labels: stream.labels, bytes: stream.bytes.subarray(start, startOf(stream, to)), ends }
}

/** The entries of a stream that `isWanted`, in their order; undefined when none is. */
export function pick(stream: BatchStream, isWanted: (i: number) => boolean): BatchStream | undefined {
  const wanted: number[] = []
  for (let i = 0; i < stream.ends.length; i++) if (isWanted(i)) wanted.push(i)
  if (wanted.length === 0) return undefined
  if (wanted.length === stream.ends.length) return stream
  return joined(
    stream.labels,
    wanted.map((i) => stream.bytes.subarray(startOf(stream, i), stream.ends[i])),
  )
}

/** A stream made of encoded entries. */
export function joined(labels: string, entries: readonly Uint8Array[]): BatchStream {
  const ends = new Uint32Array(entries.length)
  let end = 0
  entries.forEach((entry, i) => {
    end += entry.length
    ends[i] = end
  })
  return { labels, bytes: Buffer.concat(entries, end), ends }
}

/** Two halves, each with at least one entry: between streams while there are several, else inside the one. */
export function halve(piece: Piece): [Piece, Piece] {
  if (piece.length > 1) {
    const middle = piece.length >> 1
    return [piece.slice(0, middle), piece.slice(middle)]
  }
  const stream = piece[0]!
  const middle = stream.ends.length >> 1
  return [[slice(stream, 0, middle)], [slice(stream, middle, stream.ends.length)]]
}

/** Entry number i counted over all streams, alone, and the piece without it (possibly empty). */
export function takeOut(piece: Piece, i: number): { one: Piece; rest: Piece } {
  const rest: BatchStream[] = []
  let one: Piece = []
  for (const stream of piece) {
    const at = i
    i -= stream.ends.length
    if (at < 0 || at >= stream.ends.length) {
      rest.push(stream)
      continue
    }
    one = [slice(stream, at, at + 1)]
    const others = pick(stream, (index) => index !== at)
    if (others !== undefined) rest.push(others)
  }
  return { one, rest }
}
