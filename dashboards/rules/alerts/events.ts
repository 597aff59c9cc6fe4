/** What scan rules and the pattern miner find, when it cannot wait. */
import { fieldsOf } from '../../lib/logql.ts'
import { type Alert, event } from '../alert.ts'

const OWN = { service: 'longship', node: 'logscan' }
const line = (more: Readonly<Record<string, string>>) =>
  JSON.stringify({ message: 'disk of db-1 is full', workload: 'shop', rule_name: 'Disk full', ...more })

export const eventAlerts: readonly Alert[] = [
  {
    name: 'CriticalLogEvent',
    severity: 'page',
    expr: `sum by (workload, event, rule_name) (count_over_time({service="longship", node="logscan", level="critical"} ${fieldsOf('workload', 'rule_name')} [5m])) > 0`,
    for: '0m',
    summary:
      '{{ $labels.workload }}: {{ $value }} critical events ({{ $labels.event }} {{ $labels.rule_name }}) in 5 minutes',
    dashboard: 'longship-events',
    runbook: {
      means: 'A scan rule of severity critical hit in the logs of a workload.',
      notIf:
        'A rule that is tried out, or a test that writes what it looks for: lower its severity, or switch it off for that workload.',
      steps: [
        'Open “Longship: Log events”, “Latest hits”: the message, and what the rule’s groups captured.',
        'A hit stands for more: while a rule’s cooldown lasts, further hits are counted and make no event. The admin API’s /api/v1/stats has the counts.',
        'An event’s correlation id leads to its trace; else look around its time in the workload’s own logs.',
      ],
    },
    fires: {
      says: 'a critical rule hit once',
      at: '5m',
      labels: [{ workload: 'shop', event: 'rule_hit', rule_name: 'Disk full' }],
      streams: [
        {
          stream: { ...OWN, level: 'critical' },
          structured_metadata: event('rule_hit'),
          lines: [{ line: line({ severity: 'critical' }), at: '3m' }],
        },
      ],
    },
    quiet: {
      says: 'errors of rules, and a critical line of a service',
      at: '5m',
      streams: [
        {
          stream: { ...OWN, level: 'error' },
          structured_metadata: event('rule_hit'),
          lines: [{ line: line({ severity: 'error' }), from: '1m', every: '30s', count: 6 }],
        },
        {
          stream: { service: 'shop', node: 'db', level: 'critical' },
          lines: [{ line: line({}), at: '3m' }],
        },
      ],
    },
  },
]
