/** Browsers, as Grafana Faro's SDK reports them: exceptions, web vitals against Google's thresholds, sessions, pages. */
import { ALL, count, fieldsOf, orZero, pipeline, RANGE, SEARCH, STEP, sum, unwrap } from './lib/logql.ts'
import { logs, NONE_WANTED, stat, steps, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

/** kind is a label where the receiver pushed, and in the line anyway: looking for it as text leaves all other logs out. */
const of = (kind: string, ...fields: string[]) =>
  `|= \`"kind":"${kind}"\` ${fieldsOf('kind', ...fields)} | kind="${kind}"`

const EXCEPTIONS = of('exception')
const SESSION = of('event', 'session_id')
const NOTHING = 'No browser has reported in this range: longship faro, or longship serve, receives what they send'

/** web.dev/articles/vitals: up to `good`, from `poor` on. CLS has no unit. */
const VITALS = [
  { name: 'lcp', title: 'Largest contentful paint', good: 2500, poor: 4000, unit: 'ms' },
  { name: 'inp', title: 'Interaction to next paint', good: 200, poor: 500, unit: 'ms' },
  { name: 'cls', title: 'Cumulative layout shift', good: 0.1, poor: 0.25, unit: 'none' },
  { name: 'fcp', title: 'First contentful paint', good: 1800, poor: 3000, unit: 'ms' },
  { name: 'ttfb', title: 'Time to first byte', good: 800, poor: 1800, unit: 'ms' },
] as const

/** 75th percentile: what Google judges pages by. */
function p75(vital: string, window: string, by: string): string {
  const field = `value_${vital}`
  return `quantile_over_time(0.75, ${pipeline(ALL, `${of('measurement', field, 'page_path')} | ${field}!="" ${unwrap(field)}`)} [${window}]) by (${by})`
}

export const frontend: Dashboard = {
  uid: 'longship-frontend',
  title: 'Longship: Frontend',
  description: 'What browsers report with Grafana Faro: exceptions, web vitals, sessions and slow pages.',
  from: 'now-1h',
  rows: [
    {
      title: 'In the range',
      panels: [
        stat({
          title: 'Exceptions',
          width: 6,
          description: 'Errors that browsers reported.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ALL, EXCEPTIONS, RANGE))) }],
          empty: '0',
        }),
        stat({
          title: 'Sessions',
          width: 6,
          description: 'Sessions that reported an event.',
          queries: [{ expr: `count(${sum(count(ALL, SESSION, RANGE), 'session_id')})` }],
          empty: NOTHING,
        }),
        ...VITALS.map(({ name, title, good, poor, unit }, index) =>
          stat({
            title,
            width: index < 2 ? 6 : 8,
            description: `p75 of ${name.toUpperCase()}. Good up to ${good}, poor from ${poor}.`,
            unit,
            thresholds: steps(good, poor),
            queries: [{ expr: p75(name, RANGE, 'service'), legend: '{{service}}' }],
            empty: NOTHING,
          }),
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        timeseries({
          title: 'Exceptions by type',
          description: 'Errors that browsers reported, a step.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, EXCEPTIONS, STEP), 'error_type'), legend: '{{error_type}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'No browser reported an exception in this range',
        }),
        timeseries({
          title: 'Largest contentful paint by application',
          description: 'p75 of LCP, a step.',
          unit: 'ms',
          thresholds: steps(VITALS[0].good, VITALS[0].poor),
          queries: [{ expr: p75('lcp', STEP, 'service'), legend: '{{service}}' }],
          empty: NOTHING,
        }),
        table({
          title: 'Slow pages',
          description: 'p75 of LCP by page.',
          unit: 'ms',
          thresholds: steps(VITALS[0].good, VITALS[0].poor),
          queries: [{ expr: p75('lcp', RANGE, 'service, page_path') }],
          options: { columns: { service: 'Application', page_path: 'Page', Value: 'LCP p75' } },
          empty: NOTHING,
        }),
        table({
          title: 'Exceptions by page',
          description: 'Errors that browsers reported, by page and browser.',
          thresholds: NONE_WANTED,
          queries: [
            {
              expr: sum(
                count(ALL, of('exception', 'page_path', 'browser_name'), RANGE),
                'error_type, page_path, browser_name',
              ),
            },
          ],
          options: { columns: { error_type: 'Type', page_path: 'Page', browser_name: 'Browser', Value: 'Exceptions' } },
          empty: 'No browser reported an exception in this range',
        }),
        logs({
          title: 'Latest exceptions',
          description: 'With their stacks, newest first, those that match the search.',
          queries: [{ expr: pipeline(ALL, `${SEARCH} ${EXCEPTIONS}`) }],
          empty: 'No browser reported an exception in this range',
        }),
      ],
    },
  ],
}
