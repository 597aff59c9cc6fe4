/**
 * What a shipper says of itself in its own log, once a minute: what it read, delivered and lost since it last said so, and
 * what it holds back. The dashboard "Longship itself" and its alerts are made of these lines, so that Loki alone is enough.
 */
import type { Log, Telemetry } from './telemetry.ts'

export const REPORT_MS = 60_000

type Counts = ReadonlyMap<string, number>

/** Says nothing as long as nothing happened and nothing waits. Call it when the telemetry is up to date. */
export function createReport(telemetry: Telemetry, log: Log): () => void {
  let last = readCounters(telemetry)
  return () => {
    const now = readCounters(telemetry)
    const { pending } = telemetry.balance
    const oldest_unacknowledged_ms = Math.round(telemetry.oldestUnacknowledged.value * 1000)
    const since = (field: 'read' | 'delivered' | 'retries' | 'batches' | 'latencyMs') => now[field] - last[field]
    const rejected = grown(now.rejected, last.rejected)
    const dropped = grown(now.dropped, last.dropped)
    const batches = since('batches')
    if (since('read') > 0 || batches > 0 || since('retries') > 0 || pending > 0) {
      log.info('shipper report', {
        event: 'shipper_report',
        read: since('read'),
        delivered: since('delivered'),
        rejected: sum(rejected),
        dropped: sum(dropped),
        pending,
        retries: since('retries'),
        batches,
        batch_ms: batches === 0 ? undefined : Math.round(since('latencyMs') / batches),
        oldest_unacknowledged_ms,
      })
    }
    for (const [reason, records] of rejected) {
      log.error('records rejected', { event: 'shipper_rejected', reason, records })
    }
    for (const [reason, records] of dropped) log.error('records dropped', { event: 'shipper_dropped', reason, records })
    last = now
  }
}

function readCounters({ balance, retries, batches, batchLatency }: Telemetry) {
  return {
    read: balance.read,
    delivered: balance.delivered,
    rejected: new Map(balance.rejected),
    dropped: new Map(balance.dropped),
    retries: retries.value,
    batches: batches.value,
    latencyMs: batchLatency.sum * 1000,
  }
}

function grown(now: Counts, before: Counts): Map<string, number> {
  const pairs = [...now].map(([reason, count]) => [reason, count - (before.get(reason) ?? 0)] as const)
  return new Map(pairs.filter(([, count]) => count > 0))
}

function sum(counts: Counts): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
