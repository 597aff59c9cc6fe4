/** GET /metrics: Prometheus text, under Loki's names where Loki has one. */
import type { Store } from './store.ts'

export interface RequestCounters {
  /** "method route status" → requests. */
  readonly requests: Map<string, number>
}

export function metricsText(store: Store, counters: RequestCounters): string {
  const lines: string[] = []
  const family = (name: string, type: string, help: string, samples: readonly string[]) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => name + sample))
  }
  const tenants = [...store.tenants.values()]
  const of = (id: string) => `tenant=${quoted(id)}`
  family(
    'loki_distributor_lines_received_total',
    'counter',
    'Entries stored since start, and read back at start.',
    tenants.map((t) => `{${of(t.id)}} ${t.counters.entries}`),
  )
  family(
    'loki_distributor_bytes_received_total',
    'counter',
    'Bytes of lines and structured metadata stored since start.',
    tenants.map((t) => `{${of(t.id)}} ${t.counters.bytes}`),
  )
  family(
    'loki_ingester_memory_streams',
    'gauge',
    'Streams held.',
    tenants.map((t) => `{${of(t.id)}} ${t.streams.size}`),
  )
  family(
    'longship_store_memory_bytes',
    'gauge',
    'Memory that stored entries take.',
    tenants.map((t) => `{${of(t.id)}} ${t.memory}`),
  )
  const discarded = tenants.flatMap((t) =>
    [...t.counters.discarded].map(([reason, counts]) => ({ labels: `{reason="${reason}",${of(t.id)}}`, ...counts })),
  )
  family(
    'loki_discarded_samples_total',
    'counter',
    'The total number of samples that were discarded.',
    discarded.map((d) => `${d.labels} ${d.samples}`),
  )
  family(
    'loki_discarded_bytes_total',
    'counter',
    'The total number of bytes that were discarded.',
    discarded.map((d) => `${d.labels} ${d.bytes}`),
  )
  const requests = [...counters.requests].map(([key, count]) => {
    const [method, route, status] = key.split(' ')
    return `{method="${method}",route=${quoted(route!)},status_code="${status}"} ${count}`
  })
  family('longship_requests_total', 'counter', 'Requests answered.', requests)
  family('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', [` ${process.memoryUsage.rss()}`])
  return `${lines.join('\n')}\n`
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
