/** One tenant's streams in memory: the label index, the blocks, and the counters that its metrics show. */

import { type Label, readLabels } from '../../shipper/wire/labels.ts'
import { createNames, type Names } from '../../shipper/wire/names.ts'
import { appendEntry, type Block, blockMemory, createBlock, hasEntry, hasRoom, relativeTime, seal } from './block.ts'
import { type Bucket, createBucket } from './bucket.ts'

export interface Stream {
  /** Loki's text of the labels, the stream's key. */
  readonly text: string
  readonly labels: readonly Label[]
  readonly blocks: Block[]
  /** Newest entry. Seconds are -Infinity while there is none. */
  newest: { seconds: number; nanos: number }
  /** Wall clock of the last push in milliseconds: a stream counts as active for a while after it. */
  pushed: number
  readonly bucket: Bucket
  /** Bytes pushed lately, to know how far Loki would shard the stream. */
  rate: { bytes: number; since: number }
}

export interface Tenant {
  readonly id: string
  readonly names: Names
  readonly streams: Map<string, Stream>
  /** Label name → value → streams. */
  readonly index: Map<string, Map<string, Set<Stream>>>
  readonly bucket: Bucket
  readonly counters: { entries: number; bytes: number; discarded: Map<string, { samples: number; bytes: number }> }
  /** Bytes of memory that blocks take. */
  memory: number
}

export function createTenant(id: string): Tenant {
  return {
    id,
    names: createNames(),
    streams: new Map(),
    index: new Map(),
    bucket: createBucket(),
    counters: { entries: 0, bytes: 0, discarded: new Map() },
    memory: 0,
  }
}

/** The stream of a label text; made when there is none. The text must have been read once already. */
export function openStream(tenant: Tenant, text: string): Stream {
  const known = tenant.streams.get(text)
  if (known !== undefined) return known
  const labels = readLabels(text)
  const stream: Stream = {
    text,
    labels: Array.isArray(labels) ? labels : [],
    blocks: [],
    newest: { seconds: Number.NEGATIVE_INFINITY, nanos: 0 },
    pushed: 0,
    bucket: createBucket(),
    rate: { bytes: 0, since: 0 },
  }
  tenant.streams.set(text, stream)
  for (const [name, value] of stream.labels) {
    let values = tenant.index.get(name)
    if (values === undefined) tenant.index.set(name, (values = new Map()))
    let streams = values.get(value)
    if (streams === undefined) values.set(value, (streams = new Set()))
    streams.add(stream)
  }
  return stream
}

export function closeStream(tenant: Tenant, stream: Stream): void {
  tenant.streams.delete(stream.text)
  for (const [name, value] of stream.labels) {
    const values = tenant.index.get(name)
    const streams = values?.get(value)
    streams?.delete(stream)
    if (streams?.size === 0) values!.delete(value)
    if (values?.size === 0) tenant.index.delete(name)
  }
}

/** Stores one entry; false when the stream has this very entry already (same time, line and metadata). */
export function storeEntry(
  tenant: Tenant,
  stream: Stream,
  seconds: number,
  nanos: number,
  lines: Buffer,
  lineStart: number,
  lineEnd: number,
  metadata: Buffer,
  metaStart: number,
  metaEnd: number,
): boolean {
  const { newest } = stream
  if (seconds < newest.seconds || (seconds === newest.seconds && nanos <= newest.nanos)) {
    const line = lines.subarray(lineStart, lineEnd)
    const pairs = metadata.subarray(metaStart, metaEnd)
    for (const block of stream.blocks)
      if (hasEntry(block, relativeTime(block.base, seconds, nanos), line, pairs)) return false
  } else {
    newest.seconds = seconds
    newest.nanos = nanos
  }
  const block = openBlock(tenant, stream, seconds, nanos, lineEnd - lineStart + metaEnd - metaStart)
  const before = blockMemory(block)
  appendEntry(block, relativeTime(block.base, seconds, nanos), lines, lineStart, lineEnd, metadata, metaStart, metaEnd)
  tenant.memory += blockMemory(block) - before
  return true
}

function openBlock(tenant: Tenant, stream: Stream, seconds: number, nanos: number, size: number): Block {
  const last = stream.blocks.at(-1)
  if (last !== undefined) {
    if (hasRoom(last, relativeTime(last.base, seconds, nanos), size)) return last
    const before = blockMemory(last)
    seal(last)
    tenant.memory += blockMemory(last) - before
  }
  const block = createBlock(seconds)
  stream.blocks.push(block)
  tenant.memory += blockMemory(block)
  return block
}

/** Drops whole blocks whose newest entry is older than the given second, and streams that have none left. */
export function dropBlocksBefore(tenant: Tenant, second: number): void {
  for (const stream of tenant.streams.values()) {
    const kept = stream.blocks.filter((block) => block.base + block.max / 1e9 >= second)
    if (kept.length === stream.blocks.length) continue
    for (const block of stream.blocks) if (!kept.includes(block)) tenant.memory -= blockMemory(block)
    stream.blocks.length = 0
    stream.blocks.push(...kept)
    if (kept.length === 0) closeStream(tenant, stream)
  }
}

export function discard(tenant: Tenant, reason: string, samples: number, bytes: number): void {
  const counter = tenant.counters.discarded.get(reason)
  if (counter === undefined) tenant.counters.discarded.set(reason, { samples, bytes })
  else {
    counter.samples += samples
    counter.bytes += bytes
  }
}
