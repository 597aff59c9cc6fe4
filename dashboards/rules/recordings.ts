/** Recording rules: what the heavy panels ask for again and again, and what Prometheus keeps for longer than Loki logs. */
import { unwrap } from '../lib/logql.ts'
import { burnRate, errorRatio, type Slo } from '../lib/slo.ts'
import { ALL, ERRORS } from './alert.ts'

export interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export const recordings: readonly Recording[] = [
  { record: 'service_level:log_lines:rate5m', expr: `sum by (service, level) (rate(${ALL} [5m]))` },
  { record: 'service:log_bytes:rate5m', expr: `sum by (service) (bytes_rate(${ALL} [5m]))` },
  { record: 'service:log_errors:rate5m', expr: `sum by (service) (rate(${ERRORS} [5m]))` },
  {
    record: 'service_outcome:ended:rate5m',
    expr: `sum by (service, outcome) (rate(${ALL} | outcome=~"success|failure" [5m]))`,
  },
  {
    record: 'service:duration_ms:p95_5m',
    expr: `quantile_over_time(0.95, ${ALL} ${unwrap('duration_ms')} [5m]) by (service)`,
  },
  {
    record: 'operation:duration_ms:p95_1h',
    expr: `quantile_over_time(0.95, ${ALL} | event="operation_end" | outcome="success" ${unwrap('duration_ms')} [1h]) by (service, operation)`,
  },
]

export function sloRecordings(slo: Slo): Recording[] {
  const labels = { slo: slo.name, service: slo.service }
  return [
    { record: 'slo:error_ratio:1h', expr: errorRatio(slo, '1h'), labels },
    { record: 'slo:burn_rate:1h', expr: burnRate(slo, '1h'), labels },
    { record: 'slo:burn_rate:6h', expr: burnRate(slo, '6h'), labels },
  ]
}
