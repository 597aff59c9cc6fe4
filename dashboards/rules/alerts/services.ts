/** Any service: errors, silence, volume, secrets. */
import { sum } from '../../lib/logql.ts'
import { ALL, ALL_BUT_EVENTS, type Alert, counted, ERRORS_BUT_EVENTS, repeated } from '../alert.ts'

/** A service may log this much a day. */
const BUDGET_BYTES = 100_000_000

const errorsOf = (window: string) => `sum by (service) (count_over_time(${ERRORS_BUT_EVENTS} ${window}))`

export const serviceAlerts: readonly Alert[] = [
  {
    name: 'ErrorSpike',
    severity: 'page',
    expr: `${errorsOf('[15m]')} > 20 and ${errorsOf('[15m]')} > 3 * (${errorsOf('[15m] offset 1d')} or ${errorsOf('[15m]')} * 0)`,
    for: '5m',
    summary:
      '{{ $labels.service }} logged {{ $value }} errors in 15 minutes, more than three times as many as yesterday',
    dashboard: 'longship-errors',
    runbook: {
      means: 'A service logs more than 20 errors in 15 minutes, and three times as many as at the same time yesterday.',
      notIf: 'A test or a migration that was announced; a service that did not run yesterday.',
      steps: [
        'Open “Longship: Errors” for the service. “New error patterns” says what was not there before.',
        'Look at the deployment marks: an error that begins with one is the deployment’s. Roll it back.',
        'Follow one correlation id into “Longship: Trace” to find the service where it begins.',
      ],
    },
    fires: {
      says: 'forty errors, two at the same time yesterday',
      at: '20m',
      labels: [{ service: 'shop' }],
      streams: [
        {
          stream: { service: 'shop', node: 'web', level: 'error' },
          lines: [repeated('failed {{ .i }}', '6m', '20s', 42), repeated('failed before {{ .i }}', '-23h50m', '5m', 2)],
        },
      ],
    },
    quiet: {
      says: 'forty errors, as many as yesterday; forty that scan rules found',
      at: '20m',
      streams: [
        {
          stream: { service: 'shop', node: 'web', level: 'error' },
          lines: [repeated('failed {{ .i }}', '6m', '20s', 42), repeated('failed {{ .i }}', '-24h', '20s', 90)],
        },
        {
          stream: { service: 'longship', node: 'logscan', level: 'error' },
          lines: [repeated('found {{ .i }}', '6m', '20s', 42)],
        },
      ],
    },
  },
  {
    name: 'NewErrorType',
    severity: 'ticket',
    expr: `${sum(counted('| error_type!=""', '10m'), 'service, error_type')} unless ${sum(`count_over_time(${ALL} | error_type!="" [1d] offset 10m)`, 'service, error_type')}`,
    for: '0m',
    summary: '{{ $labels.service }} fails with {{ $labels.error_type }}, which it did not in the day before',
    dashboard: 'longship-errors',
    runbook: {
      means: 'An error_type appears that the service did not log in the 24 hours before.',
      notIf: 'The service is new, or its logs of yesterday are not there.',
      steps: [
        'Open “Longship: Errors”: the type’s step and node say where it comes from, its stack why.',
        'Was something deployed? The marks of deployments are on every panel.',
      ],
    },
    fires: {
      says: 'a type that was not there yesterday',
      at: '5m',
      labels: [{ service: 'shop', error_type: 'DiskFull' }],
      streams: [
        {
          stream: { service: 'shop', node: 'web', level: 'error' },
          lines: [
            { line: 'no space left', at: '3m', structured_metadata: { error_type: 'DiskFull' } },
            { line: 'timed out', at: '3m', structured_metadata: { error_type: 'Timeout' } },
            { line: 'timed out', at: '-5h', structured_metadata: { error_type: 'Timeout' } },
          ],
        },
      ],
    },
    quiet: {
      says: 'a type that was there yesterday',
      at: '5m',
      streams: [
        {
          stream: { service: 'shop', node: 'web', level: 'error' },
          structured_metadata: { error_type: 'Timeout' },
          lines: [
            { line: 'timed out', at: '3m' },
            { line: 'timed out', at: '-5h' },
          ],
        },
      ],
    },
  },
  {
    name: 'ServiceSilent',
    severity: 'page',
    expr: `${sum(`count_over_time(${ALL_BUT_EVENTS} [1h] offset 15m)`, 'service')} > 10 unless ${sum(`count_over_time(${ALL_BUT_EVENTS} [15m])`, 'service')}`,
    for: '0m',
    summary: '{{ $labels.service }} has logged nothing for 15 minutes, and {{ $value }} lines in the hour before',
    dashboard: 'longship-overview',
    runbook: {
      means: 'A service that logged more than ten lines in an hour has been silent for 15 minutes.',
      notIf: 'It runs on a schedule, or was taken down on purpose.',
      steps: [
        'Does it run? Ask whatever runs it (docker ps, kubectl get pods).',
        'It runs: is its log still read? `longship doctor`, and “Longship itself” for what the shipper holds back.',
        'Several services at once are silent: it is the shipper, its machine, or Loki.',
      ],
    },
    fires: {
      says: 'a line a minute for an hour, then nothing',
      at: '20m',
      labels: [{ service: 'shop' }],
      streams: [{ stream: { service: 'shop', level: 'info' }, lines: [repeated('tick {{ .i }}', '-1h', '1m', 60)] }],
    },
    quiet: {
      says: 'a line a minute, up to now; scan rules that find nothing more',
      at: '20m',
      streams: [
        { stream: { service: 'shop', level: 'info' }, lines: [repeated('tick {{ .i }}', '-1h', '1m', 80)] },
        {
          stream: { service: 'longship', node: 'logscan', level: 'info' },
          lines: [repeated('found {{ .i }}', '-1h', '1m', 60)],
        },
      ],
    },
  },
  {
    name: 'LogVolumeOverBudget',
    severity: 'ticket',
    expr: `sum by (service) (bytes_over_time(${ALL} [1d])) > ${BUDGET_BYTES}`,
    for: '0m',
    summary: '{{ $labels.service }} logged {{ $value | humanize1024 }}B in a day; the budget is 100 MB',
    dashboard: 'longship-volume',
    runbook: {
      means: 'A service logged more than 100 MB in 24 hours.',
      notIf: 'It was decided that it may: raise the budget of the rule and of the dashboard.',
      steps: [
        '“Longship: Volume and cost”, “Heaviest events”: what is said most.',
        'DEBUG in production: set its level. One event in a loop: sample it, or log its count.',
      ],
    },
    fires: {
      says: '110 MB',
      at: '2m',
      labels: [{ service: 'chatty' }],
      streams: [
        { stream: { service: 'chatty', level: 'debug' }, lines: [repeated('x'.repeat(20_000), '-1h', '500ms', 5_500)] },
      ],
    },
    quiet: {
      says: '90 MB',
      at: '2m',
      streams: [
        { stream: { service: 'chatty', level: 'debug' }, lines: [repeated('x'.repeat(20_000), '-1h', '500ms', 4_500)] },
      ],
    },
  },
  {
    name: 'SecretsRedacted',
    severity: 'ticket',
    expr: `${sum(counted('|= `[redacted:`', '10m'), 'service')} > 100`,
    for: '0m',
    summary: 'Secrets were taken out of {{ $value }} lines of {{ $labels.service }} in 10 minutes',
    dashboard: 'longship-quality',
    runbook: {
      means: 'A service logs secrets in bulk. They did not reach Loki, but they stand in its own log files.',
      notIf: '-',
      steps: [
        '“Longship: Logging quality”, “Redactions by rule”: which kind of secret, of which service.',
        'Mend the line that logs it. Treat the secret as known: change it.',
        'Clear the log files and other copies of them that stand outside of Loki.',
      ],
    },
    fires: {
      says: '120 lines with a token in two minutes',
      at: '5m',
      labels: [{ service: 'bot' }],
      streams: [
        {
          stream: { service: 'bot', level: 'info' },
          lines: [repeated('GET /bot[redacted:token]/x {{ .i }}', '1m', '1s', 120)],
        },
      ],
    },
    quiet: {
      says: 'ten lines with a token',
      at: '5m',
      streams: [
        {
          stream: { service: 'bot', level: 'info' },
          lines: [repeated('GET /bot[redacted:token]/x {{ .i }}', '1m', '1s', 10)],
        },
      ],
    },
  },
]
