/** The ingester's half of a push: the limit on streams, entries too far behind, each stream's own rate. */

import { entryBytes } from '../../shipper/wire/pushed.ts'
import type { Limits } from '../limits.ts'
import type { Accepted, Answer, IngestSettings } from './ingest.ts'
import { discard, openStream, type Stream, type Tenant } from './tenant.ts'
import * as rules from './validate.ts'

/** Takes out of `accepted` what may not in; returns what is answered then. */
export function admit(tenant: Tenant, accepted: Accepted[], settings: IngestSettings, now: number): Answer | undefined {
  let failed: Answer | undefined
  const { limits } = settings
  let active: number | undefined
  for (const part of accepted) {
    const stream = tenant.streams.get(part.text)
    if (stream === undefined || stream.pushed < now - settings.activeMs) {
      active ??= countActive(tenant, now - settings.activeMs)
      const caps = [limits.max_streams_per_user, limits.max_global_streams_per_user].filter((cap) => cap > 0)
      if (active >= Math.min(...caps)) {
        failed = { status: 429, message: rules.streamLimitMessage(part.text, tenant.id) }
        discard(tenant, 'stream_limit', part.count, part.bytes)
        part.count = 0
        continue
      }
      active++
    }
    failed = admitStream(tenant, openStream(tenant, part.text), part, settings, now) ?? failed
  }
  return failed
}

function countActive(tenant: Tenant, since: number): number {
  let active = 0
  for (const stream of tenant.streams.values()) if (stream.pushed >= since) active++
  return active
}

/** Loki names at most so many entries in one answer (ingester.max_ignored_stream_errors). */
const MAX_NAMED = 10

function admitStream(
  tenant: Tenant,
  stream: Stream,
  part: Accepted,
  settings: IngestSettings,
  now: number,
): Answer | undefined {
  const pushed = part.count
  const named: string[] = []
  const { seconds, nanos } = part.stream
  let highest = stream.newest.seconds
  let highestNanos = stream.newest.nanos
  let kept = 0
  let bytes = 0
  let behind = 0
  let behindBytes = 0
  for (let i = 0; i < pushed; i++) {
    const index = part.entries[i]!
    const second = seconds[index]!
    const nano = nanos[index]!
    const cutoff = highest - settings.outOfOrderSeconds
    if (settings.limits.unordered_writes && (second < cutoff || (second === cutoff && nano < highestNanos))) {
      behind++
      behindBytes += entryBytes(part.stream, index)
      if (named.length < MAX_NAMED) {
        const reason = rules.tooFarBehindMessage(second, cutoff)
        named.push(`entry with timestamp ${rules.writeGoTime(second, nano)} ignored, reason: '${reason}',\n`)
      }
      continue
    }
    if (second > highest || (second === highest && nano > highestNanos)) {
      highest = second
      highestNanos = nano
    }
    part.entries[kept++] = index
    bytes += entryBytes(part.stream, index)
  }
  part.count = kept
  part.bytes = bytes
  if (behind > 0) discard(tenant, 'too_far_behind', behind, behindBytes)
  const total = `user '${tenant.id}', total ignored: ${behind} out of ${pushed} for stream: ${stream.text}`
  if (kept > 0 && !rules.allowStream(stream, bytes, settings.limits, settings.sharding, now)) {
    discard(tenant, 'per_stream_rate_limit', kept, bytes)
    return { status: 429, message: refuseStream(tenant, stream, part, settings.limits, pushed) }
  }
  return behind === 0 ? undefined : { status: 400, message: named.join('') + total }
}

function refuseStream(tenant: Tenant, stream: Stream, part: Accepted, limits: Limits, pushed: number): string {
  let text = ''
  for (let i = 0; i < Math.min(part.count, MAX_NAMED); i++) {
    const index = part.entries[i]!
    const time = rules.writeGoTime(part.stream.seconds[index]!, part.stream.nanos[index]!)
    const reason = rules.streamRateMessage(stream.text, limits, entryBytes(part.stream, index))
    text += `entry with timestamp ${time} ignored, reason: '${reason}',\n`
  }
  text += `user '${tenant.id}', total ignored: ${part.count} out of ${pushed} for stream: ${stream.text}`
  part.count = 0
  return text
}
