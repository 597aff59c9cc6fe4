/** The entry under a scan's cursor, read out of its block when a stage asks. */
import type { EntryRow } from '../logql/engine/source.ts'
import { createRow, type EntrySource, type MovingRow } from '../logql/row.ts'
import { type Block, entryStart } from './block.ts'
import { createInterned } from './interned.ts'
import type { Names } from './names.ts'
import type { Stream } from './tenant.ts'

export interface ScanRow extends EntryRow {
  enter(stream: Stream, block: Block): void
  /** To the entry at this index of the block. */
  move(index: number): void
}

export function createScanRow(names: Names): ScanRow {
  let stream!: Stream
  let block!: Block
  let index = 0
  const interned = createInterned()
  const source: EntrySource = {
    line: () => block.bytes.toString('utf8', entryStart(block, index), block.ends[2 * index]),
    lineLength: () => block.ends[2 * index]! - entryStart(block, index),
    timestamp: () => BigInt(block.base) * 1_000_000_000n + BigInt(block.times[index]!),
    streamLabel(name) {
      for (const label of stream.labels) if (label[0] === name) return label[1]
      return undefined
    },
    eachStreamLabel(visit) {
      for (const [name, value] of stream.labels) visit(name, value)
    },
    metadata(name) {
      const id = names.ids.get(name)
      return id === undefined ? undefined : findValue(block, index, id, interned)
    },
    eachMetadata(visit) {
      eachPair(block, index, (id, start, end) => visit(names.list[id]!, interned(block.bytes, start, end)))
    },
  }
  const row: MovingRow = createRow(source)
  return Object.defineProperties(row, {
    stream: { get: () => stream.labels },
    enter: {
      value(nextStream: Stream, nextBlock: Block) {
        stream = nextStream
        block = nextBlock
      },
    },
    move: {
      value(next: number) {
        index = next
        row.reset()
      },
    },
  }) as unknown as ScanRow
}

/** Value of the pair with this name id: pairs are id varint, length varint, bytes. */
function findValue(
  block: Block,
  index: number,
  wanted: number,
  interned: ReturnType<typeof createInterned>,
): string | undefined {
  const { bytes } = block
  let at = block.ends[2 * index]!
  const stop = block.ends[2 * index + 1]!
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
    if (id === wanted) return interned(bytes, at, at + length)
    at += length
  }
  return undefined
}

function eachPair(block: Block, index: number, onPair: (id: number, start: number, end: number) => void): void {
  const { bytes } = block
  let at = block.ends[2 * index]!
  const stop = block.ends[2 * index + 1]!
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
    onPair(id, at, at + length)
    at += length
  }
}
