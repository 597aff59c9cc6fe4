/** 10: how much is logged, by whom, against a budget; what makes streams; what could go. */
import { ALL, count, RANGE, STEP, sum } from './lib/logql.ts'
import { bargauge, LEVEL_COLORS, NEUTRAL, NONE_WANTED, piechart, stat, steps, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'
import { BUDGET } from './lib/variables.ts'

const NO_LINES = 'No log lines in this range'
const DAY = '24h'
const bytes = (window: string, by = '') => sum(`bytes_over_time(${ALL} [${window}])`, by)
/** The budget is in megabytes of a million bytes a service and day. */
const ofBudget = (expr: string) => `${expr} / ($budget_mb * 1000000)`
const LABELS = ['service', 'node', 'level', 'env'] as const

export const volume: Dashboard = {
  uid: 'longship-volume',
  title: 'Longship: Volume and cost',
  description: 'Bytes a day against a budget, label cardinality, and what is said most often.',
  from: 'now-24h',
  variables: [BUDGET],
  rows: [
    {
      title: 'Against the budget',
      panels: [
        stat({
          title: 'Bytes of the last day',
          description: `All services, the ${DAY} before the end of the range.`,
          unit: 'bytes',
          queries: [{ expr: bytes(DAY) }],
          width: 6,
          empty: NO_LINES,
        }),
        stat({
          title: 'Services over budget',
          description: `Services that logged more than the budget in the last ${DAY}.`,
          thresholds: NONE_WANTED,
          queries: [{ expr: `count(${bytes(DAY, 'service')} > $budget_mb * 1000000) or vector(0)` }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'Streams',
          description: 'Different sets of labels in the range. Each is a stream that Loki keeps open.',
          thresholds: steps(5_000, 50_000),
          queries: [{ expr: `count(${sum(count(ALL, '', RANGE), 'service, node, level, env')})` }],
          width: 6,
          empty: NO_LINES,
        }),
        stat({
          title: 'Bytes a line',
          description: 'Average length of a line in the range.',
          unit: 'bytes',
          thresholds: steps(2_000, 20_000),
          queries: [{ expr: `${bytes(RANGE)} / ${sum(count(ALL, '', RANGE))}` }],
          width: 6,
          empty: NO_LINES,
        }),
        bargauge({
          title: 'Day’s bytes of the budget',
          description: `Bytes of the last ${DAY}, of the budget of a service. Over 100 % it logs too much.`,
          unit: 'ratio',
          thresholds: steps(0.8, 1),
          queries: [{ expr: `topk(15, ${ofBudget(bytes(DAY, 'service'))})`, legend: '{{service}}' }],
          options: { min: 0, max: 1 },
          empty: NO_LINES,
        }),
        timeseries({
          title: 'Bytes by service',
          description: 'Bytes a step.',
          unit: 'bytes',
          queries: [{ expr: bytes(STEP, 'service'), legend: '{{service}}' }],
          options: { isStacked: true, isBars: true },
          empty: NO_LINES,
        }),
        table({
          title: 'Bytes a day by service',
          description: `Bytes of the last ${DAY}.`,
          unit: 'bytes',
          queries: [{ expr: bytes(DAY, 'service') }],
          options: { columns: { service: 'Service', Value: 'Bytes' } },
          empty: NO_LINES,
        }),
        piechart({
          title: 'Bytes by level',
          description: 'Bytes of the range. DEBUG in production is the first thing to sample.',
          unit: 'bytes',
          queries: [{ expr: bytes(RANGE, 'level'), legend: '{{level}}' }],
          width: 12,
          options: { colors: LEVEL_COLORS },
          empty: NO_LINES,
        }),
      ],
    },
    {
      title: 'What it is made of',
      panels: [
        bargauge({
          title: 'Label cardinality',
          description:
            'Different values of each label in the range. A label with thousands of values makes as many streams.',
          thresholds: steps(200, 1_000),
          queries: LABELS.map((label) => ({
            expr: `count(${sum(count(ALL, '', RANGE), label)})`,
            legend: label,
          })),
          empty: NO_LINES,
        }),
        table({
          title: 'Nodes by service',
          description: 'Different nodes of each service.',
          thresholds: steps(50, 200),
          queries: [{ expr: `count by (service) (${sum(count(ALL, '', RANGE), 'service, node')})` }],
          options: { columns: { service: 'Service', Value: 'Nodes' } },
          empty: NO_LINES,
        }),
        table({
          title: 'Chattiest events',
          description: 'Lines by service and event, the 20 most frequent of the range.',
          thresholds: NEUTRAL,
          queries: [{ expr: `topk(20, ${sum(count(ALL, '| event!=""', RANGE), 'service, event')})` }],
          options: { columns: { service: 'Service', event: 'Event', Value: 'Lines' } },
          empty: 'No line names an event',
        }),
        table({
          title: 'Heaviest events',
          description: 'Bytes by service and event, the 20 heaviest of the range.',
          unit: 'bytes',
          queries: [{ expr: `topk(20, ${sum(`bytes_over_time(${ALL} | event!="" [${RANGE}])`, 'service, event')})` }],
          options: { columns: { service: 'Service', event: 'Event', Value: 'Bytes' } },
          empty: 'No line names an event',
        }),
      ],
    },
  ],
}
