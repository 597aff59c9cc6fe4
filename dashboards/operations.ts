/** 8: operations, their steps, errors and retries. */
import {
  ALL,
  average,
  count,
  orZero,
  pipeline,
  quantile,
  RANGE,
  SEARCH,
  STEP,
  successRate,
  sum,
  unwrap,
} from './lib/logql.ts'
import {
  DURATION_STEPS,
  logs,
  NONE_WANTED,
  piechart,
  SUCCESS_STEPS,
  stat,
  steps,
  table,
  timeseries,
} from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const ENDED = '| event="operation_end"'
const COMPLETED = '| event="operation_end" | outcome="success"'
const STEP_ERRORS = '| event="step_error"'
const RETRIES = '| step=~"attempt-[0-9]+"'
const NO_OPERATIONS = 'No operation ended in this range'
const MINUTES = steps(60_000, 300_000)

export const operations: Dashboard = {
  uid: 'longship-operations',
  title: 'Longship: Operations',
  description: 'Success, duration, errors and retries of operations.',
  from: 'now-6h',
  rows: [
    {
      title: 'In the range',
      panels: [
        stat({
          title: 'Ended',
          description: 'operation_end in the range.',
          queries: [{ expr: orZero(sum(count(ALL, ENDED, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Success rate',
          description: 'Of operations that ended in the range, the part that did not fail.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, ENDED, RANGE) }],
          options: { decimals: 2, max: 1 },
          empty: NO_OPERATIONS,
        }),
        stat({
          title: 'Average duration',
          description: 'Average total duration of completed operations in the range.',
          unit: 'ms',
          thresholds: MINUTES,
          queries: [{ expr: average(ALL, COMPLETED, RANGE, '') }],
          empty: NO_OPERATIONS,
        }),
        stat({
          title: 'Duration p95',
          description: 'p95 of the total duration of completed operations in the range.',
          unit: 'ms',
          thresholds: MINUTES,
          queries: [{ expr: quantile(0.95, ALL, COMPLETED, RANGE, '') }],
          empty: NO_OPERATIONS,
        }),
        stat({
          title: 'Step errors',
          description: 'step_error in the range.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, STEP_ERRORS, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Without correlation id',
          description: 'Lines of operations that carry no correlation id: a caller passed no context.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, '| operation!="" | correlation_id=""', RANGE))) }],
          empty: '0',
        }),
      ],
    },
    {
      title: 'Operations',
      panels: [
        table({
          title: 'Success rate by operation',
          description: 'Of what ended in the range, the part that did not fail, the worst first.',
          unit: 'ratio',
          thresholds: SUCCESS_STEPS,
          queries: [{ expr: successRate(ALL, ENDED, RANGE, 'service, operation') }],
          options: {
            columns: { service: 'Service', operation: 'Operation', Value: 'Success rate' },
            isAscending: true,
          },
          empty: NO_OPERATIONS,
        }),
        timeseries({
          title: 'Ended by outcome',
          description: 'Operations that ended, a step.',
          queries: [{ expr: sum(count(ALL, ENDED, STEP), 'outcome'), legend: '{{outcome}}' }],
          options: { isBars: true, isStacked: true, colors: { success: 'green', failure: 'red' } },
          empty: NO_OPERATIONS,
        }),
        ...durations(),
        timeseries({
          title: 'Duration p95 by operation, along the range',
          description: 'p95 of completed operations, a step.',
          unit: 'ms',
          thresholds: MINUTES,
          queries: [{ expr: quantile(0.95, ALL, COMPLETED, STEP, 'operation'), legend: '{{operation}}' }],
          empty: NO_OPERATIONS,
        }),
        table({
          title: 'Slowest jobs',
          description: 'The 15 slowest operations that ended in the range. The id leads to the trace.',
          unit: 'ms',
          thresholds: MINUTES,
          queries: [{ expr: `topk(15, ${jobs()})` }],
          options: { columns: { job_id: 'Job', operation: 'Operation', outcome: 'Outcome', Value: 'Duration' } },
          empty: NO_OPERATIONS,
        }),
      ],
    },
    {
      title: 'Errors and retries',
      panels: [
        table({
          title: 'Error patterns',
          description: 'step_error by type, step and operation.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, STEP_ERRORS, RANGE), 'error_type, step, operation') }],
          options: { columns: { error_type: 'Type', step: 'Step', operation: 'Operation', Value: 'Errors' } },
          empty: 'No step failed in this range',
        }),
        piechart({
          title: 'How retries ended',
          description: 'attempt-N steps by status: completed, retrying or failed.',
          queries: [{ expr: sum(count(ALL, RETRIES, RANGE), 'status'), legend: '{{status}}' }],
          width: 6,
          options: { colors: { completed: 'green', retrying: 'orange', failed: 'red' } },
          empty: 'Nothing was tried again in this range',
        }),
        table({
          title: 'Retries by operation',
          description: 'attempt-N steps by operation and status.',
          queries: [{ expr: sum(count(ALL, RETRIES, RANGE), 'operation, status') }],
          width: 6,
          options: { columns: { operation: 'Operation', status: 'Status', Value: 'Attempts' } },
          empty: 'Nothing was tried again in this range',
        }),
        timeseries({
          title: 'Step errors by type',
          description: 'step_error a step of time.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, STEP_ERRORS, STEP), 'error_type'), legend: '{{error_type}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'No step failed in this range',
        }),
        table({
          title: 'Slowest steps',
          description: 'p95 of duration_ms of steps by operation, the 15 slowest of the range.',
          unit: 'ms',
          thresholds: DURATION_STEPS,
          queries: [{ expr: `topk(15, ${quantile(0.95, ALL, '| event="step_end"', RANGE, 'operation, step')})` }],
          options: { columns: { operation: 'Operation', step: 'Step', Value: 'p95' } },
          empty: 'No step ended in this range',
        }),
        logs({
          title: 'Step errors, line by line',
          description: 'step_error that match the search, newest first.',
          queries: [{ expr: pipeline(ALL, `${SEARCH} ${STEP_ERRORS}`) }],
          empty: 'No step failed in this range',
        }),
      ],
    },
  ],
}

function durations() {
  const by = 'service, operation'
  const each = [
    ['Average', average(ALL, COMPLETED, RANGE, by)],
    ['p95', quantile(0.95, ALL, COMPLETED, RANGE, by)],
    ['p99', quantile(0.99, ALL, COMPLETED, RANGE, by)],
  ] as const
  return each.map(([name, expr]) =>
    table({
      title: `Duration by operation: ${name}`,
      description: `${name} of the total duration of completed operations in the range.`,
      unit: 'ms',
      thresholds: MINUTES,
      queries: [{ expr }],
      width: 8,
      height: 6,
      options: { columns: { service: 'Service', operation: 'Operation', Value: name } },
      empty: NO_OPERATIONS,
    }),
  )
}

function jobs(): string {
  return `max_over_time(${pipeline(ALL, `${ENDED} ${unwrap('duration_ms')}`)} [${RANGE}]) by (job_id, operation, outcome)`
}
