/** What is pushed: entries already encoded, grouped by stream, and the positions that an acknowledgement commits. */
import type { Origin } from '../sources/source.ts'

/** One stream's entries, in ascending time. */
export interface BatchStream {
  /** Loki's label text, names sorted, values escaped: {level="info", node="a", service="b"} */
  readonly labels: string
  /**
   * Entries as they stand inside a protobuf StreamAdapter: each 0x12, varint length, EntryAdapter
   * (timestamp=1, line=2, structuredMetadata=3).
   */
  readonly bytes: Uint8Array
  /** Where entry i ends in `bytes`; it starts where i-1 ends. */
  readonly ends: Uint32Array
}

export interface BatchPosition {
  readonly origin: Origin
  readonly offset: number
  readonly carried?: Record<string, unknown>
}

export interface Batch {
  readonly streams: readonly BatchStream[]
  /** Number of entries over all streams. */
  readonly entries: number
  /** Encoded size of all entries in bytes. */
  readonly bytes: number
  readonly positions: readonly BatchPosition[]
}
