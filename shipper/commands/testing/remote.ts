/** A real Loki as what tests run against: pushes over HTTP, asks over HTTP, with the credentials that `ship` would use. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pushJson } from '../../../loki/testing/embedded.ts'
import { type Remote, shiftedTarget } from '../../../loki/testing/shifted.ts'
import type { OpenTarget } from '../../../loki/testing/target.ts'
import type { Config } from '../../config.ts'
import { endpointOf } from '../../endpoint.ts'
import { LongshipError } from '../../errors.ts'
import { createClient } from '../../push/client.ts'
import { openRemote } from '../../querying/remote.ts'

/** Bytes of one push: far below Loki's limit for a message. */
const MAX_PUSH_ENTRIES = 5000

export function remoteTargets(config: Config, timeoutMs: number, signal: AbortSignal): OpenTarget {
  const endpoint = endpointOf(config.loki, timeoutMs)
  const client = createClient(endpoint)
  const loki = openRemote(config.loki, timeoutMs, signal)
  const post = async (body: string) => {
    const bytes = Buffer.from(body)
    const reply = await client.post(
      { chunks: [bytes], length: bytes.length, type: 'application/json', encoding: undefined },
      signal,
    )
    if (reply.kind === 'answer' && reply.status === 204) return
    const why = reply.kind === 'answer' ? `it answers ${reply.status}: ${reply.body.trim()}` : reply.message
    throw new LongshipError('loki', `cannot push to ${endpoint.url.href}: ${why}`)
  }
  const remote: Remote = {
    async push(streams) {
      for (const { labels, entries } of streams) {
        for (let at = 0; at < entries.length; at += MAX_PUSH_ENTRIES) {
          await post(pushJson([{ labels, entries: entries.slice(at, at + MAX_PUSH_ENTRIES) }]))
        }
      }
    },
    range: (question) => loki.range(question),
    instant: (query, time) => loki.instant(query, time),
  }
  return async (span) => shiftedTarget(remote, { span, id: randomUUID(), now: Date.now, sleep: (ms) => sleep(ms) })
}
