/** A trigger tried out: the real payload of a made-up event, sent once. */
import type { LogEvent } from '../../events/event.ts'
import { type Answer, done, refused } from '../../terms/answer.ts'
import { fromMillis } from '../../terms/instant.ts'
import type { Entry } from '../roster.ts'
import { attempt, type Preview, previewOf, type Ready } from './attempt.ts'
import type { HttpWay } from './deliver-http.ts'
import type { Limit } from './limit.ts'
import type { Outcome } from './outcome.ts'

export interface TriggerTest {
  readonly delivered: boolean
  readonly status?: number
  readonly duration_ms: number
  readonly error?: string
  /** What was sent, secrets hidden. */
  readonly request: Preview
}

/** Also of one that is switched off. */
export async function testTrigger(
  entry: Entry,
  way: HttpWay,
  limit: Limit,
  stop: AbortSignal,
): Promise<Answer<TriggerTest>> {
  if (entry.checked === undefined) return refused('conflict', { path: '', message: entry.view.error ?? '' })
  const ready = entry as Ready
  const event = sampleEvent(way.now())
  const [outcome, startedMs] = await limit(ready.checked.target.origin, async () => {
    const startedMs = way.now()
    return [await attempt(ready, event, way, stop), startedMs] as const
  })
  const duration_ms = Math.max(0, Math.round(way.now() - startedMs))
  return done({ ...resultOf(outcome), duration_ms, request: previewOf(ready, event, way) })
}

export function resultOf(outcome: Outcome): { delivered: boolean; status?: number; error?: string } {
  const { status } = outcome
  return {
    delivered: outcome.kind === 'delivered',
    ...(status === undefined ? {} : { status }),
    ...(outcome.kind === 'delivered' ? {} : { error: outcome.error }),
  }
}

/** Of no rule that exists, and with seq 0, which no event of the log has. */
function sampleEvent(nowMs: number): LogEvent {
  return {
    seq: 0,
    key: 'test',
    time: fromMillis(nowMs),
    source: 'logscan',
    event: 'rule_hit',
    severity: 'info',
    message: 'This is a test of a Longship trigger: order 42 failed after 3 attempts',
    metadata: {
      workload: 'longship-test',
      container: 'longship-test',
      rule_id: 'test',
      rule_name: 'Test of a trigger',
      stream: 'stdout',
      captures: { order: '42' },
    },
  }
}
