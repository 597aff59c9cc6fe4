/** 7: the background sync manager: healthy or not, backing off, contended, behind. It logs messages, not events. */
import {
  ALL,
  aggregate,
  count,
  join,
  message,
  orZero,
  pipeline,
  RANGE,
  SEARCH,
  STEP,
  sum,
  unwrap,
} from './lib/logql.ts'
import { DURATION_STEPS, logs, NONE_WANTED, stat, statetimeline, steps, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const NO_SYNC = 'No sync manager logged this in the range (most of it is DEBUG)'
const BY = 'service, node, worker'

/** 1 a cycle that ended well, 0 one that failed or was skipped: the latest word counts. */
const STATE = [
  message(['cycle complete', 'sync healthy', 'failure recorded', 'cycle skipped, max failures'], 'worker'),
  '| label_format healthy=`{{ if or (eq .message "cycle complete") (eq .message "sync healthy") }}1{{ else }}0{{ end }}`',
  unwrap('healthy'),
].join(' ')

const counted = (text: string, window: string) => count(ALL, message(text), window)
const last = (text: string, field: string, window: string) =>
  `last_over_time(${pipeline(ALL, join(message(text, field, 'worker'), unwrap(field)))} [${window}]) by (${BY})`
const summed = (text: string, field: string, window: string) =>
  sum(`sum_over_time(${pipeline(ALL, join(message(text, field), unwrap(field)))} [${window}])`)
const FAILURES =
  '|= `consecutive_failures` | json failures="consecutive_failures", worker="worker" | failures!="" ' +
  unwrap('failures')

/** slog writes times as RFC 3339, with as many digits of a second as there are: Go reads them without being told. */
const WAITS = [
  '|= `backoff_until` | json until="backoff_until", worker="worker" | until=~`[0-9]{4}-.+`',
  '| label_format until_ms=`{{ toDateInZone "2006-01-02T15:04:05Z07:00" "UTC" .until | unixEpochMillis }}`',
  unwrap('until_ms'),
].join(' ')

const HEALTH_WORDS = [
  { value: 0, text: 'failing', color: 'red' },
  { value: 1, text: 'healthy', color: 'green' },
]

export const sync: Dashboard = {
  uid: 'longship-sync',
  title: 'Longship: Background sync',
  description: 'Is sync healthy, is the lease contested, how much is pending, is it backing off.',
  from: 'now-1h',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Healthy',
          width: 8,
          description: 'The last word of each worker in the range: a cycle that ended well, or a failure.',
          thresholds: steps(1, 0.5),
          queries: [
            {
              expr: aggregate(
                'min',
                `last_over_time(${pipeline(ALL, STATE)} [${RANGE}]) by (${BY})`,
                'service, worker',
              ),
              legend: '{{service}} {{worker}}',
            },
          ],
          options: { words: HEALTH_WORDS },
          empty: NO_SYNC,
        }),
        stat({
          title: 'Pending, last cycle',
          width: 8,
          description: 'Mutations that waited when a worker last began to push.',
          thresholds: steps(100, 1000),
          queries: [
            {
              expr: sum(last('pushing mutations', 'count', RANGE), 'service, worker'),
              legend: '{{service}} {{worker}}',
            },
          ],
          empty: NO_SYNC,
        }),
        stat({
          title: 'Backing off until',
          width: 8,
          description: 'The latest end of a wait that each worker named in the range. One that lies behind is over.',
          unit: 'ago',
          queries: [
            {
              expr: `max_over_time(${pipeline(ALL, WAITS)} [${RANGE}]) by (service, worker)`,
              legend: '{{service}} {{worker}}',
            },
          ],
          empty: 'No worker had to wait',
        }),
        stat({
          title: 'Consecutive failures',
          width: 8,
          description: 'The most that any worker counted in the range.',
          thresholds: steps(1, 3),
          queries: [{ expr: orZero(`max_over_time(${pipeline(ALL, FAILURES)} [${RANGE}]) by ()`) }],
          empty: '0',
        }),
        stat({
          title: 'Lease held by another',
          width: 8,
          description: 'Cycles in which the lease was another worker’s, in the range. Normal for a standby.',
          queries: [{ expr: orZero(sum(counted('lease held by another worker', RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Lease errors',
          width: 8,
          description: 'Cycles in which the lease could not be asked for.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(counted('lease error', RANGE))) }],
          empty: '0',
        }),
      ],
    },
    {
      title: 'Health',
      panels: [
        statetimeline({
          title: 'State',
          description: 'Healthy or failing, by worker, until it says otherwise.',
          thresholds: steps(1, 0.5),
          queries: [{ expr: `last_over_time(${pipeline(ALL, STATE)} [${STEP}]) by (${BY})`, legend: '{{worker}}' }],
          options: { words: HEALTH_WORDS, isHeld: true },
          height: 6,
          empty: NO_SYNC,
        }),
        timeseries({
          title: 'Consecutive failures by worker',
          description: 'As counted when a failure is recorded or a cycle is skipped. At the maximum it stops trying.',
          thresholds: steps(1, 3),
          queries: [{ expr: `max_over_time(${pipeline(ALL, FAILURES)} [${STEP}]) by (${BY})`, legend: '{{worker}}' }],
          empty: 'No failures in this range',
        }),
        timeseries({
          title: 'Failures and skips',
          description: 'Push and pull failures, and cycles skipped for backoff or for the maximum of failures, a step.',
          thresholds: NONE_WANTED,
          queries: [
            byMessage('push failed', 'pull failed', 'cycle skipped, backoff active', 'cycle skipped, max failures'),
          ],
          options: { isBars: true, isStacked: true },
          empty: 'No failures in this range',
        }),
        timeseries({
          title: 'Lease',
          description: 'Cycles without the lease, and errors asking for it, a step.',
          queries: [byMessage('lease held by another worker', 'lease error')],
          options: { isBars: true, colors: { 'lease error': 'red' } },
          empty: NO_SYNC,
        }),
        timeseries({
          title: 'Mutations',
          description: 'Pushed and applied, a step.',
          queries: [
            { expr: summed('per-project batch pushed', 'mutations', STEP), legend: 'pushed' },
            { expr: summed('pull complete', 'mutations_applied', STEP), legend: 'applied' },
          ],
          options: { isBars: true },
          empty: NO_SYNC,
        }),
        timeseries({
          title: 'Pending mutations',
          description: 'What waited when pushing began, by worker: rising means that pushing does not keep up.',
          thresholds: steps(100, 1000),
          queries: [{ expr: last('pushing mutations', 'count', STEP), legend: '{{worker}}' }],
          empty: NO_SYNC,
        }),
        timeseries({
          title: 'Cycle duration',
          description: 'Average and p95 of complete cycles, a step.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [
            { expr: cycles('avg_over_time('), legend: 'average' },
            { expr: cycles('quantile_over_time(0.95, '), legend: 'p95' },
          ],
          empty: NO_SYNC,
        }),
        timeseries({
          title: 'Duration of failures',
          width: 24,
          height: 6,
          description: 'How long pushes and pulls took that failed, the longest of a step.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: ['push failed', 'pull failed'].map((text) => ({
            expr: `max_over_time(${pipeline(ALL, join(message(text), unwrap('duration_ms')))} [${STEP}]) by ()`,
            legend: text,
          })),
          empty: 'No push and no pull failed in this range',
        }),
        logs({
          title: 'Warnings and health',
          description: 'What the manager says at INFO and above, newest first.',
          queries: [
            {
              expr: pipeline(
                ALL,
                `|~ \`manager (started|stopped)|sync healthy|lease error|(push|pull) failed|failure recorded|max failures\` ${SEARCH}`,
              ),
            },
          ],
          empty: NO_SYNC,
        }),
      ],
    },
  ],
}

function byMessage(...texts: readonly string[]) {
  return { expr: sum(count(ALL, message(texts), STEP), 'message'), legend: '{{message}}' }
}

function cycles(operator: string): string {
  return `${operator}${pipeline(ALL, join(message('cycle complete'), unwrap('duration_ms')))} [${STEP}]) by ()`
}
