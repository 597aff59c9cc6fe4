/** An entry's structured metadata as it stands in its block. */
import type { Block } from './block.ts'

/** Where an entry's pairs stand, read once for all that ask. */
export interface Pairs {
  isRead: boolean
  count: number
  readonly ids: number[]
  readonly starts: number[]
  readonly ends: number[]
}

export function createPairs(): Pairs {
  return { isRead: false, count: 0, ids: [], starts: [], ends: [] }
}

/** `index` is the entry's. Pairs are: id varint, length varint, bytes. */
export function readPairs(pairs: Pairs, block: Block, index: number): void {
  const { bytes } = block
  let at = block.ends[2 * index]!
  const stop = block.ends[2 * index + 1]!
  let count = 0
  while (at < stop) {
    let byte = bytes[at++]!
    let id = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++]!
      id |= (byte & 0x7f) << shift
    }
    byte = bytes[at++]!
    let length = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++]!
      length |= (byte & 0x7f) << shift
    }
    pairs.ids[count] = id
    pairs.starts[count] = at
    at += length
    pairs.ends[count++] = at
  }
  pairs.count = count
  pairs.isRead = true
}
