/** 2: rate, errors and duration of services, from outcome and duration_ms, whatever format they log in. */
import {
  ALL,
  count,
  ENDED,
  FAILED,
  orZero,
  pipeline,
  quantile,
  RANGE,
  rate,
  SEARCH,
  STEP,
  successRate,
  sum,
} from './lib/logql.ts'
import { DURATION_STEPS, logs, NONE_WANTED, SUCCESS_STEPS, stat, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const NO_OUTCOME = 'No line says how something ended (outcome): see Logging quality'
const NO_DURATION = 'Nothing that ended carries a duration'
/** HTTP status by its first digit, as a label. */
const STATUS_CLASS = '| status=~"[1-5][0-9][0-9]" | label_format class=`{{ substr 0 1 .status }}xx`'
const HTTP = '| event="http_request"'
const QUANTILES = [
  [0.5, 'p50'],
  [0.95, 'p95'],
  [0.99, 'p99'],
] as const

export const serviceHealth: Dashboard = {
  uid: 'longship-service',
  title: 'Longship: Service health',
  description: 'Rate, success and duration of one or many services.',
  from: 'now-1h',
  rows: [
    {
      title: 'In the range',
      panels: [
        stat({
          title: 'Ended',
          width: 6,
          description: 'Requests, operations, nodes and steps that ended (lines with an outcome) in the range.',
          queries: [{ expr: orZero(sum(count(ALL, ENDED, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Success rate',
          width: 6,
          description: 'Of what ended in the range, the part that did not fail. Nothing ended: no rate.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, '', RANGE) }],
          options: { decimals: 2, max: 1 },
          empty: NO_OUTCOME,
        }),
        stat({
          title: 'Failures',
          width: 6,
          description: 'What ended with the outcome failure in the range.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, FAILED, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Duration p95',
          width: 6,
          description: 'p95 of duration_ms of what ended in the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: overall(0.95, RANGE) }],
          empty: NO_DURATION,
        }),
      ],
    },
    {
      title: 'Along the range',
      panels: [
        timeseries({
          title: 'Rate',
          description: 'What ended, a second, by service.',
          unit: 'perSecond',
          queries: [{ expr: sum(rate(ALL, ENDED), 'service'), legend: '{{service}}' }],
          empty: NO_OUTCOME,
        }),
        timeseries({
          title: 'Success rate by service',
          description: 'Of what ended in a step, the part that did not fail.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, '', STEP, 'service'), legend: '{{service}}' }],
          options: { max: 1 },
          empty: NO_OUTCOME,
        }),
        timeseries({
          title: 'HTTP by status class',
          description:
            'HTTP requests a second by the first digit of their status. 5xx is the service, 4xx its callers.',
          unit: 'perSecond',
          queries: [{ expr: sum(rate(ALL, `${HTTP} ${STATUS_CLASS}`), 'class'), legend: '{{class}}' }],
          options: { isStacked: true, colors: { '2xx': 'green', '3xx': 'blue', '4xx': 'orange', '5xx': 'red' } },
          empty: 'No HTTP requests with a status in this range',
        }),
        timeseries({
          title: 'Duration',
          description: 'p50, p95 and p99 of duration_ms of what ended in a step, over everything chosen.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: QUANTILES.map(([q, name]) => ({ expr: overall(q, STEP), legend: name })),
          empty: NO_DURATION,
        }),
        timeseries({
          title: 'Duration p95 by service',
          width: 24,
          description: 'p95 of duration_ms of what ended in a step.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: quantile(0.95, ALL, ENDED, STEP, 'service'), legend: '{{service}}' }],
          empty: NO_DURATION,
        }),
      ],
    },
    {
      title: 'Slowest',
      panels: [
        table({
          title: 'Slowest operations',
          description: 'p95 of duration_ms of what ended by operation and event, the 15 slowest of the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: `topk(15, ${slowest()})` }],
          options: { columns: { service: 'Service', operation: 'Operation', event: 'Event', Value: 'p95' } },
          empty: NO_DURATION,
        }),
        table({
          title: 'Slowest routes',
          description: 'p95 of duration_ms by HTTP method and path, the 15 slowest of the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: `topk(15, ${routes()})` }],
          options: { columns: { service: 'Service', method: 'Method', path: 'Path', Value: 'p95' } },
          empty: 'No HTTP request with a duration in this range',
        }),
        logs({
          title: 'Failures, line by line',
          description: 'Lines with the outcome failure that match the search, newest first.',
          queries: [{ expr: pipeline(ALL, `${SEARCH} ${FAILED}`) }],
          empty: 'Nothing failed in this range',
        }),
      ],
    },
  ],
}

function overall(q: number, window: string): string {
  return quantile(q, ALL, ENDED, window, '')
}

function slowest(): string {
  return quantile(0.95, ALL, ENDED, RANGE, 'service, operation, event')
}

function routes(): string {
  const fields = '| json method="method", http_method="http_method", path="path"'
  const method = '| label_format method=`{{ if .method }}{{ .method }}{{ else }}{{ .http_method }}{{ end }}`'
  return quantile(0.95, ALL, `${HTTP} ${fields} ${method} | path!=""`, RANGE, 'service, method, path')
}
