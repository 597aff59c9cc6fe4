/** 1: what is going on, over all services; where to look next. */
import {
  ALL,
  ALL_BUT_EVENTS,
  count,
  ERRORS,
  orZero,
  pipeline,
  RANGE,
  rate,
  ratio,
  SEARCH,
  STEP,
  sum,
} from './lib/logql.ts'
import { bargauge, LEVEL_COLORS, logs, NONE_WANTED, stat, steps, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

/** A service that logged in the range and not in this time is called silent. */
const SILENCE = '10m'
const TOP = 10

const lines = (window: string) => sum(count(ALL, '', window))
const errors = (window: string) => sum(count(ERRORS, '', window))

export const overview: Dashboard = {
  uid: 'longship-overview',
  title: 'Longship: Overview',
  description: 'Volume, errors and silence of every service: the first look.',
  from: 'now-1h',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Lines',
          description: 'Log lines in the range.',
          queries: [{ expr: lines(RANGE) }],
          empty: 'No log lines in this range',
        }),
        stat({
          title: 'Bytes',
          description: 'Bytes of log lines in the range, without labels and metadata.',
          unit: 'bytes',
          queries: [{ expr: sum(`bytes_over_time(${ALL} [${RANGE}])`) }],
          empty: 'No log lines in this range',
        }),
        stat({
          title: 'Error lines',
          description: 'Lines of level error, critical or fatal in the range.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(errors(RANGE)) }],
          empty: '0',
        }),
        stat({
          title: 'Error ratio',
          description: 'Lines of level error or worse, of all lines in the range.',
          unit: 'ratio',
          thresholds: steps(0.01, 0.05),
          queries: [{ expr: `(${orZero(errors(RANGE))}) / ${lines(RANGE)}` }],
          options: { decimals: 2 },
          empty: 'No log lines in this range',
        }),
        stat({
          title: 'Services',
          description: 'Services that logged in the range.',
          queries: [{ expr: `count(${sum(count(ALL, '', RANGE), 'service')})` }],
          empty: '0',
        }),
        stat({
          title: 'Silent services',
          description: `Services that logged in the range, and not in its last ${SILENCE}.`,
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(`count(${silent()})`) }],
          empty: '0',
        }),
      ],
    },
    {
      title: 'Volume',
      panels: [
        timeseries({
          title: 'Lines by level',
          description: 'Lines a step by level. A rise of errors shows here first.',
          queries: [{ expr: sum(count(ALL, '', STEP), 'level'), legend: '{{level}}' }],
          options: { isStacked: true, isBars: true, colors: LEVEL_COLORS },
          empty: 'No log lines in this range',
        }),
        timeseries({
          title: 'Lines a second by service',
          description: `The ${TOP} services that log most.`,
          unit: 'perSecond',
          queries: [{ expr: `topk(${TOP}, ${sum(rate(ALL, ''), 'service')})`, legend: '{{service}}' }],
          empty: 'No log lines in this range',
        }),
        timeseries({
          title: 'Bytes a second by service',
          description: `The ${TOP} services that log most bytes.`,
          unit: 'bytesPerSecond',
          queries: [{ expr: `topk(${TOP}, ${sum(`bytes_rate(${ALL} [${STEP}])`, 'service')})`, legend: '{{service}}' }],
          empty: 'No log lines in this range',
        }),
        timeseries({
          title: 'Error ratio by service',
          description: 'Lines of level error or worse, of all lines of the service, a step.',
          unit: 'ratio',
          thresholds: steps(0.01, 0.05),
          queries: [
            {
              expr: ratio(sum(count(ERRORS, '', STEP), 'service'), sum(count(ALL, '', STEP), 'service')),
              legend: '{{service}}',
            },
          ],
          options: { min: 0 },
          empty: 'No log lines in this range',
        }),
      ],
    },
    {
      title: 'Who',
      panels: [
        bargauge({
          title: 'Top services',
          description: `The ${TOP} services with the most lines in the range.`,
          queries: [{ expr: `topk(${TOP}, ${sum(count(ALL, '', RANGE), 'service')})`, legend: '{{service}}' }],
          width: 8,
          empty: 'No log lines in this range',
        }),
        table({
          title: 'Noisiest streams',
          description: `The ${TOP} streams (service, node and level) with the most bytes in the range.`,
          unit: 'bytes',
          queries: [{ expr: `topk(${TOP}, ${sum(`bytes_over_time(${ALL} [${RANGE}])`, 'service, node, level')})` }],
          width: 8,
          options: { columns: { service: 'Service', node: 'Node', level: 'Level', Value: 'Bytes' } },
          empty: 'No log lines in this range',
        }),
        table({
          title: 'Services gone silent',
          description: `Services that logged in the range and not in its last ${SILENCE}, with their lines in the range.`,
          queries: [{ expr: silent() }],
          width: 8,
          options: { columns: { service: 'Service', Value: 'Lines before' } },
          empty: `Every service has logged in the last ${SILENCE}`,
        }),
      ],
    },
    {
      title: 'Errors',
      panels: [
        logs({
          title: 'Latest errors',
          description: 'Lines of level error or worse that match the search, newest first.',
          queries: [{ expr: pipeline(ERRORS, SEARCH), maxLines: 100 }],
          empty: 'No errors in this range',
        }),
      ],
    },
  ],
}

function silent(): string {
  const spoke = (window: string) => sum(count(ALL_BUT_EVENTS, '', window), 'service')
  return `${spoke(RANGE)} unless ${spoke(SILENCE)}`
}
