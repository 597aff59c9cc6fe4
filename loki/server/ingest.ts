/**
 * A push on its way into the store: the distributor's checks, the rate limit, the ingester's checks, the write to
 * the segment, memory. Nothing waits in between, so that the checks hold when the entries are stored.
 */

import { type Label, readLabels, writeLabels } from '../../shipper/wire/labels.ts'
import { entryBytes, type Push, type PushedStream } from '../../shipper/wire/pushed.ts'
import type { Limits } from '../limits.ts'
import { admit } from './admit.ts'
import { levelAdder } from './discover.ts'
import { discard, openStream, storeEntry, type Tenant } from './tenant.ts'
import * as rules from './validate.ts'

/** Accepted entries of one stream: indices into what was pushed. */
export interface Accepted {
  readonly stream: PushedStream
  readonly text: string
  readonly labels: readonly Label[]
  entries: Uint32Array
  count: number
  bytes: number
}

/** What is answered: 204, or Loki's status and words. */
export interface Answer {
  readonly status: number
  readonly message: string
}

export interface IngestSettings {
  readonly limits: Limits
  readonly sharding: rules.Sharding
  /** How far behind a stream's newest entry an entry may be, in seconds: half of max_chunk_age. */
  readonly outOfOrderSeconds: number
  /** Loki's gRPC ceiling between distributor and ingester, in bytes; 0 is none. */
  readonly maxMessageBytes: number
  /** A stream counts against max_global_streams_per_user for so long after its last push, in milliseconds. */
  readonly activeMs: number
}

/** Writes accepted entries where they survive; throws when that fails, and then nothing is stored. */
export type Write = (tenant: Tenant, accepted: readonly Accepted[]) => void

const DONE: Answer = { status: 204, message: '' }

/** Checks, writes and stores a push that was read. `now` in milliseconds. */
export function ingest(tenant: Tenant, push: Push, settings: IngestSettings, now: number, write: Write): Answer {
  if (push.streams.length === 0)
    return { status: 422, message: 'error at least one valid stream is required for ingestion' }
  const refusals = new Map<string, number>()
  const accepted: Accepted[] = []
  for (const stream of push.streams) {
    if (stream.count === 0) continue
    const taken = distribute(tenant, stream, settings.limits, now, refusals)
    if (taken !== undefined && taken.count > 0) accepted.push(taken)
  }
  const invalid: Answer = refusals.size === 0 ? DONE : { status: 400, message: writeRefusals(refusals) }
  if (accepted.length === 0) return invalid
  const entries = accepted.reduce((sum, part) => sum + part.count, 0)
  const bytes = accepted.reduce((sum, part) => sum + part.bytes, 0)
  const limited = rules.checkRate(tenant, entries, bytes, settings.limits, now)
  if (limited !== undefined) {
    discard(tenant, limited.reason, entries, bytes)
    return { status: 429, message: limited.message }
  }
  const size = settings.maxMessageBytes === 0 ? 0 : messageSize(tenant, accepted)
  if (size > settings.maxMessageBytes) {
    const message = `rpc error: code = ResourceExhausted desc = grpc: received message larger than max (${size} vs. ${settings.maxMessageBytes})`
    return { status: 500, message }
  }
  const failed = admit(tenant, accepted, settings, now)
  const admitted = accepted.filter((part) => part.count > 0)
  if (admitted.length > 0) {
    write(tenant, admitted)
    store(tenant, admitted, now)
  }
  return failed ?? invalid
}

/** Loki's GroupedErrors: each message once, with how often. */
function writeRefusals(refusals: ReadonlyMap<string, number>): string {
  if (refusals.size === 1 && [...refusals.values()][0] === 1) return [...refusals.keys()][0]!
  return [...refusals].map(([message, count]) => `${count} errors like: ${message}`).join('; ')
}

function distribute(
  tenant: Tenant,
  stream: PushedStream,
  limits: Limits,
  now: number,
  refusals: Map<string, number>,
): Accepted | undefined {
  const refuse = (refusal: rules.Refusal, entries: number, bytes: number) => {
    refusals.set(refusal.message, (refusals.get(refusal.message) ?? 0) + 1)
    discard(tenant, refusal.reason, entries, bytes)
  }
  const labels = readLabels(stream.labels) as Label[]
  const text = writeLabels(labels)
  const refusal = rules.checkLabels(labels, text, tenant.id, limits)
  if (refusal !== undefined) {
    refuse(refusal, stream.count, streamBytes(stream))
    return undefined
  }
  if (limits.max_line_size_truncate) truncateLines(stream, limits)
  const window = rules.acceptWindow(limits, now)
  const chain = { seconds: stream.seconds[0]!, nanos: stream.nanos[0]! }
  const taken: Accepted = { stream, text, labels, entries: new Uint32Array(stream.count), count: 0, bytes: 0 }
  const levels = limits.allow_structured_metadata && limits.discover_log_levels
  const addLevel = levels ? levelAdder(tenant, stream, labels, limits) : undefined
  for (let i = 0; i < stream.count; i++) {
    const bad = rules.checkEntry(stream, i, text, limits, window)
    if (bad !== undefined) {
      refuse(bad, 1, entryBytes(stream, i))
      continue
    }
    addLevel?.(i)
    if (limits.increment_duplicate_timestamp && taken.count > 0)
      increment(stream, taken.entries[taken.count - 1]!, i, chain)
    taken.entries[taken.count++] = i
    taken.bytes += entryBytes(stream, i)
  }
  return taken
}

function streamBytes(stream: PushedStream): number {
  let bytes = 0
  for (let i = 0; i < stream.count; i++) bytes += entryBytes(stream, i)
  return bytes
}

/** max_line_size_truncate: long lines are cut, and end with the identifier. */
function truncateLines(stream: PushedStream, limits: Limits): void {
  const mark = Buffer.from(limits.max_line_size_truncate_identifier)
  const keep = limits.max_line_size - mark.length
  if (limits.max_line_size === 0 || keep <= 0) return
  for (let i = 0; i < stream.count; i++) {
    const start = stream.ranges[4 * i]!
    if (stream.ranges[4 * i + 1]! - start <= limits.max_line_size) continue
    // The tail of this line is nobody else's bytes: the mark is written over it.
    mark.copy(stream.lines, start + keep)
    stream.ranges[4 * i + 1] = start + limits.max_line_size
  }
}

/**
 * increment_duplicate_timestamp: another line at the time of the one before is put 1 ns behind it. `chain` is the
 * time, as pushed, that a run of such lines shares.
 */
function increment(
  stream: PushedStream,
  before: number,
  index: number,
  chain: { seconds: number; nanos: number },
): void {
  const { seconds, nanos, ranges: r } = stream
  const isAt = (second: number, nano: number) => seconds[index] === second && nanos[index] === nano
  const line = (i: number) => stream.lines.subarray(r[4 * i]!, r[4 * i + 1]!)
  const isShared = isAt(chain.seconds, chain.nanos) || isAt(seconds[before]!, nanos[before]!)
  if (!isShared || line(before).equals(line(index))) {
    chain.seconds = seconds[index]!
    chain.nanos = nanos[index]!
    return
  }
  nanos[index] = (nanos[before]! + 1) % 1_000_000_000
  seconds[index] = seconds[before]! + (nanos[index] === 0 ? 1 : 0)
}

/** Bytes of the push as Loki's distributor would hand it to the ingester over gRPC. */
function messageSize(tenant: Tenant, accepted: readonly Accepted[]): number {
  let size = tenant.id.length
  for (const { stream, entries, count, text } of accepted) {
    size += text.length + 14
    for (let i = 0; i < count; i++) {
      const index = entries[i]!
      const length = stream.ranges[4 * index + 1]! - stream.ranges[4 * index]!
      // Tags and lengths: entry 3, timestamp 2 + 6 + up to 6, line 2 to 4, each metadata pair 6.
      const time = stream.nanos[index]! === 0 ? 8 : 14
      size +=
        3 +
        time +
        (length < 128 ? 2 : length < 16_384 ? 3 : 4) +
        length +
        stream.metadataSizes[index]! +
        6 * stream.pairs[index]!
    }
  }
  return size
}

function store(tenant: Tenant, admitted: readonly Accepted[], now: number): void {
  for (const part of admitted) {
    const stream = openStream(tenant, part.text)
    stream.pushed = now
    const { seconds, nanos, ranges, lines } = part.stream
    const metadata = part.stream.metadata.bytes
    for (let i = 0; i < part.count; i++) {
      const index = part.entries[i]!
      const r = 4 * index
      storeEntry(
        tenant,
        stream,
        seconds[index]!,
        nanos[index]!,
        lines,
        ranges[r]!,
        ranges[r + 1]!,
        metadata,
        ranges[r + 2]!,
        ranges[r + 3]!,
      )
    }
    tenant.counters.entries += part.count
    tenant.counters.bytes += part.bytes
  }
}
