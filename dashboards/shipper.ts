/** 11: Longship itself, from what it logs once a minute (event shipper_report) and when something happens. */
import { aggregate, orZero, pipeline, RANGE, SEARCH, STEP, sum, unwrap } from './lib/logql.ts'
import { logs, NONE_WANTED, type PanelInput, stat, steps, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const REPORT = '| event="shipper_report"'
/** Its own log only: the other services need not be looked through. */
const OWN = '{env=~"$env", service="longship", node=~"$node", level=~"$level"}'
const NO_REPORT = 'No report of a shipper in this range: ship its own log as well'
const over = (operator: string, field: string, window: string) =>
  `${operator}_over_time(${pipeline(OWN, `${REPORT} | json ${field}="${field}" ${unwrap(field)}`)} [${window}])`
const added = (field: string, window: string) => sum(over('sum', field, window))
const lost = (event: string, window: string) =>
  sum(
    `sum_over_time(${pipeline(OWN, `| event="${event}" | json reason="reason", records="records" ${unwrap('records')}`)} [${window}])`,
    'reason',
  )

export const shipper: Dashboard = {
  uid: 'longship-shipper',
  title: 'Longship: Longship itself',
  description: 'What shippers read, delivered, lost and hold back, as they report it every minute.',
  from: 'now-6h',
  rows: [
    {
      title: 'In the range',
      panels: [
        total('Read', 'Records read.', added('read', RANGE)),
        total('Delivered', 'Records that Loki has taken.', added('delivered', RANGE)),
        loss('Rejected', 'Records that Loki will never take; they are in the dead letters.', added('rejected', RANGE)),
        loss('Dropped', 'Records that were lost.', added('dropped', RANGE)),
        stat({
          title: 'Pending',
          description: 'Records read and not yet accounted for, at the last report.',
          thresholds: steps(50_000, 500_000),
          queries: [{ expr: orZero(sum(over('last', 'pending', RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Oldest unacknowledged',
          description: 'Age of the oldest record that Loki has not acknowledged, the worst of the range.',
          unit: 'ms',
          thresholds: steps(60_000, 600_000),
          queries: [{ expr: aggregate('max', over('max', 'oldest_unacknowledged_ms', RANGE)) }],
          empty: NO_REPORT,
        }),
      ],
    },
    {
      title: 'Along the range',
      panels: [
        reported({
          title: 'Balance',
          description: 'Records a step. Delivered follows read, unless Loki does not take them.',
          queries: ['read', 'delivered', 'rejected', 'dropped'].map((field) => ({
            expr: added(field, STEP),
            legend: field,
          })),
          options: { colors: { rejected: 'orange', dropped: 'red' } },
          empty: NO_REPORT,
        }),
        reported({
          title: 'Pending records',
          description: 'At the last report of a step.',
          thresholds: steps(50_000, 500_000),
          queries: [{ expr: sum(over('last', 'pending', STEP)), legend: 'pending' }],
          empty: NO_REPORT,
        }),
        reported({
          title: 'Dropped by reason',
          description: 'Records lost, a step.',
          thresholds: NONE_WANTED,
          queries: [{ expr: lost('shipper_dropped', STEP), legend: '{{reason}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'Nothing was dropped in this range',
        }),
        reported({
          title: 'Rejected by reason',
          description: 'Records that Loki refused for good, a step.',
          thresholds: NONE_WANTED,
          queries: [{ expr: lost('shipper_rejected', STEP), legend: '{{reason}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'Nothing was rejected in this range',
        }),
        reported({
          title: 'Retries',
          description: 'Pushes that were tried again, a step.',
          thresholds: steps(1, 20),
          queries: [{ expr: added('retries', STEP), legend: 'retries' }],
          options: { isBars: true },
          empty: NO_REPORT,
        }),
        reported({
          title: 'Batch latency',
          description: 'From sending a batch to Loki’s answer: the average of a report, the worst of a step.',
          unit: 'ms',
          thresholds: steps(1_000, 10_000),
          queries: [{ expr: aggregate('max', over('max', 'batch_ms', STEP)), legend: 'batch' }],
          empty: NO_REPORT,
        }),
        reported({
          title: 'Age of the oldest unacknowledged record',
          description: 'The worst of a step. Rising without end: Loki does not take what is sent.',
          unit: 'ms',
          thresholds: steps(60_000, 600_000),
          queries: [{ expr: aggregate('max', over('max', 'oldest_unacknowledged_ms', STEP)), legend: 'oldest' }],
          empty: NO_REPORT,
        }),
        reported({
          title: 'Batches',
          description: 'Batches that Loki has answered, a step.',
          queries: [{ expr: added('batches', STEP), legend: 'batches' }],
          empty: NO_REPORT,
        }),
        logs({
          title: 'Warnings and errors',
          description: 'What shippers say when something is wrong. The search applies.',
          queries: [{ expr: pipeline('{env=~"$env", service="longship", level=~"warn|error"}', SEARCH) }],
          empty: 'No shipper warned of anything',
        }),
      ],
    },
  ],
}

/** A step has a report in it, or two: between single points there would be no line. */
function reported(input: PanelInput) {
  return timeseries({ ...input, options: { ...input.options, leastStep: '2m' } })
}

function total(title: string, description: string, expr: string) {
  return stat({ title, description, queries: [{ expr: orZero(expr) }], empty: '0' })
}

function loss(title: string, description: string, expr: string) {
  return stat({ title, description, thresholds: NONE_WANTED, queries: [{ expr: orZero(expr) }], empty: '0' })
}
