/** A real Loki as what tests run against: pushes over HTTP, asks over HTTP, with the credentials that `ship` would use. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pushJson } from '../../../loki/testing/embedded.ts'
import { type Remote, shiftedTarget } from '../../../loki/testing/shifted.ts'
import type { OpenTarget, TestEntry } from '../../../loki/testing/target.ts'
import type { Config } from '../../config.ts'
import { endpointOf } from '../../endpoint.ts'
import { LongshipError } from '../../errors.ts'
import { createClient } from '../../push/client.ts'
import { openRemote } from '../../querying/remote.ts'

/** Of one push: far below the 4 MiB that a Loki takes as one message unless it is told. */
const MAX_PUSH_ENTRIES = 5000
const MAX_PUSH_BYTES = 1_000_000
/** What a Loki's rate limit holds back is sent again, so often. */
const MAX_TRIES = 60
const TRY_AGAIN_MS = 1000
const TOO_MANY_REQUESTS = 429

export function remoteTargets(config: Config, timeoutMs: number, signal: AbortSignal): OpenTarget {
  const endpoint = endpointOf(config.loki, timeoutMs)
  const client = createClient(endpoint)
  const loki = openRemote(config.loki, timeoutMs, signal)
  const post = async (body: string) => {
    const bytes = Buffer.from(body)
    const request = { chunks: [bytes], length: bytes.length, type: 'application/json' as const, encoding: undefined }
    for (let tries = 1; ; tries++) {
      const reply = await client.post(request, signal)
      if (reply.kind === 'answer' && reply.status === 204) return
      const isHeldBack = reply.kind === 'answer' && reply.status === TOO_MANY_REQUESTS
      if (isHeldBack && tries < MAX_TRIES) {
        await sleep(TRY_AGAIN_MS, undefined, { signal })
        continue
      }
      const why = reply.kind === 'answer' ? `it answers ${reply.status}: ${reply.body.trim()}` : reply.message
      throw new LongshipError('loki', `cannot push to ${endpoint.url.href}: ${why}`)
    }
  }
  const remote: Remote = {
    async push(streams) {
      for (const { labels, entries } of streams) {
        for (const part of partsOf(entries)) await post(pushJson([{ labels, entries: part }]))
      }
    },
    range: (question) => loki.range(question),
    instant: (query, time) => loki.instant(query, time),
  }
  return async (span) => shiftedTarget(remote, { span, id: randomUUID(), now: Date.now, sleep: (ms) => sleep(ms) })
}

/** As many entries at a time as one push takes; one that is larger than that goes alone. */
export function* partsOf(entries: readonly TestEntry[]): Generator<TestEntry[]> {
  let part: TestEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.line)
    if (part.length > 0 && (part.length === MAX_PUSH_ENTRIES || bytes + size > MAX_PUSH_BYTES)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(entry)
    bytes += size
  }
  if (part.length > 0) yield part
}
