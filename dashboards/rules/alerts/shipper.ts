/** Longship itself: what it loses, and what Loki does not take. */
import { unwrap } from '../../lib/logql.ts'
import { type Alert, event } from '../alert.ts'

export const shipperAlerts: readonly Alert[] = [
  {
    name: 'ShipperLosing',
    severity: 'page',
    expr: `sum by (service, reason) (sum_over_time({service="longship"} | event=~"shipper_dropped|shipper_rejected" | json reason="reason", records="records" ${unwrap('records')} [10m])) > 0`,
    for: '0m',
    summary: 'A shipper lost {{ $value }} records in 10 minutes: {{ $labels.reason }}',
    dashboard: 'longship-shipper',
    runbook: {
      means: 'Longship dropped records, or Loki refused them for good.',
      notIf: 'Records are dropped because the configuration says so.',
      steps: [
        'The reason says which: docs/delivery.md lists them. Rejected records lie in the dead letters and can be sent again.',
        '`longship doctor` compares Loki’s limits with what is sent.',
      ],
    },
    fires: {
      says: 'two records dropped',
      at: '5m',
      labels: [{ service: 'longship', reason: 'queue_full' }],
      streams: [
        {
          stream: { service: 'longship', node: 'host', level: 'error' },
          structured_metadata: event('shipper_dropped'),
          lines: [{ line: '{"reason":"queue_full","records":2}', at: '3m' }],
        },
      ],
    },
    quiet: {
      says: 'a report without losses',
      at: '5m',
      streams: [
        {
          stream: { service: 'longship', node: 'host', level: 'info' },
          structured_metadata: event('shipper_report'),
          lines: [{ line: '{"read":10,"delivered":10,"dropped":0}', at: '3m' }],
        },
      ],
    },
  },
  {
    name: 'ShipperLagging',
    severity: 'page',
    expr: `max by (service) (max_over_time({service="longship"} | event="shipper_report" | json age="oldest_unacknowledged_ms" ${unwrap('age')} [5m])) > 300000`,
    for: '0m',
    summary: 'A shipper waits for Loki: its oldest record is {{ $value }} ms old',
    dashboard: 'longship-shipper',
    runbook: {
      means: 'A record was read more than five minutes ago, and Loki has not acknowledged it.',
      notIf: '-',
      steps: [
        '“Longship itself”, “Warnings and errors”: what Loki answers. 429 is a limit, 5xx is Loki’s own trouble.',
        'Is Loki ready (GET /ready), has its disk room? Nothing is lost while the shipper waits: positions are not committed.',
      ],
    },
    fires: {
      says: 'the oldest record is six minutes old',
      at: '5m',
      labels: [{ service: 'longship' }],
      streams: [reportStream(360_000)],
    },
    quiet: {
      says: 'the oldest record is two seconds old',
      at: '5m',
      streams: [reportStream(2_000)],
    },
  },
]

function reportStream(age: number) {
  return {
    stream: { service: 'longship', node: 'host', level: 'info' },
    structured_metadata: { event: 'shipper_report' },
    lines: [{ line: JSON.stringify({ pending: 10, oldest_unacknowledged_ms: age }), at: '3m' }],
  }
}
