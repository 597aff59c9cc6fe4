/** The entry under a scan's cursor, read out of its block when a stage asks. */

import type { Names } from '../../shipper/wire/names.ts'
import type { EntryRow } from '../logql/engine/source.ts'
import { createRow, type EntrySource, type MovingRow } from '../logql/row.ts'
import { type Block, entryStart } from './block.ts'
import { createInterned } from './interned.ts'
import { createPairs, readPairs } from './pairs.ts'
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
  const pairs = createPairs()
  // Metadata of these names is no label: it is the entry's error, as in Loki.
  let errorId: number | undefined
  let detailsId: number | undefined
  const pairValue = (id: number | undefined): string | undefined => {
    if (id === undefined) return undefined
    if (!pairs.isRead) readPairs(pairs, block, index)
    for (let i = 0; i < pairs.count; i++) {
      if (pairs.ids[i] === id) return interned(block.bytes, pairs.starts[i]!, pairs.ends[i]!)
    }
    return undefined
  }
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
      return id === errorId || id === detailsId ? undefined : pairValue(id)
    },
    eachMetadata(visit) {
      if (!pairs.isRead) readPairs(pairs, block, index)
      for (let i = 0; i < pairs.count; i++) {
        if (pairs.ids[i] === errorId || pairs.ids[i] === detailsId) continue
        visit(names.list[pairs.ids[i]!]!, interned(block.bytes, pairs.starts[i]!, pairs.ends[i]!))
      }
    },
  }
  const row: MovingRow = createRow(source)
  return Object.defineProperties(row, {
    stream: { get: () => stream.labels },
    enter: {
      value(nextStream: Stream, nextBlock: Block) {
        stream = nextStream
        block = nextBlock
        errorId = names.ids.get('__error__')
        detailsId = names.ids.get('__error_details__')
      },
    },
    move: {
      value(next: number) {
        index = next
        pairs.isRead = false
        row.reset()
        if (errorId !== undefined) row.error = pairValue(errorId) ?? ''
        if (detailsId !== undefined) row.details = pairValue(detailsId) ?? ''
      },
    },
  }) as unknown as ScanRow
}
