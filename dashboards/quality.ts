/** 12: what a team can mend in how it logs, by service. */
import { UNCORRELATED, UNFINISHED, unfinishedNodes } from './agentnodes.ts'
import {
  ALL,
  count,
  ERRORS,
  open,
  orZero,
  pipeline,
  RANGE,
  ratio,
  SEARCH,
  STEP,
  sum,
  UNKNOWN_LEVEL,
} from './lib/logql.ts'
import { logs, NONE_WANTED, stat, steps, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'
import { BUDGET } from './lib/variables.ts'

const HTTP = '| event="http_request"'
const NO_TYPE = '| error_type=""'
const NO_STACK = '!= `"stack":`'
const FORMATLESS = '| format="plain"'
/** Of records whose line carried no time: normalize writes it. */
const CLOCK_TIME = '|= `"timestamp_source":"read"`'
const REDACTED = '|= `[redacted:` | regexp `\\[redacted:(?P<rule>[a-z_0-9]+)\\]`'
const unfinishedOperations = (window: string, by: string) => open(ALL, 'operation_start', ['operation_end'], window, by)
/** Ids are many: those of one look at most. */
const ID_WINDOW = '15m'

const lines = sum(count(ALL, '', RANGE), 'service')

interface Measure {
  readonly title: string
  readonly description: string
  readonly part: string
  readonly whole: string
  readonly empty: string
}

/** Parts of all, by service: 0 is what everyone wants. */
const MEASURES: readonly Measure[] = [
  {
    title: 'HTTP requests without a correlation id',
    description: 'Of all HTTP requests: nobody can follow them. Bind the id in the middleware.',
    part: sum(count(ALL, UNCORRELATED, RANGE), 'service'),
    whole: sum(count(ALL, HTTP, RANGE), 'service'),
    empty: 'No HTTP requests in this range',
  },
  {
    title: 'Errors without a type',
    description: 'Of all lines of level error or worse: log error_type beside error.',
    part: sum(count(ERRORS, NO_TYPE, RANGE), 'service'),
    whole: sum(count(ERRORS, '', RANGE), 'service'),
    empty: 'No errors in this range',
  },
  {
    title: 'Errors without a stack',
    description: 'Of all lines of level error or worse: log the exception, not its words.',
    part: sum(count(ERRORS, NO_STACK, RANGE), 'service'),
    whole: sum(count(ERRORS, '', RANGE), 'service'),
    empty: 'No errors in this range',
  },
  {
    title: 'Lines that no format took',
    description: 'Of all lines: kept whole as the message. `longship explain` says what was tried.',
    part: sum(count(ALL, FORMATLESS, RANGE), 'service'),
    whole: lines,
    empty: 'No log lines in this range',
  },
  {
    title: 'Unknown levels',
    description: 'Of all lines: the line names no level. A source may set a default.',
    part: sum(count(UNKNOWN_LEVEL, '', RANGE), 'service'),
    whole: lines,
    empty: 'No log lines in this range',
  },
  {
    title: 'Times from the clock',
    description: 'Of all lines: the line carried no time, so it has that at which it was read.',
    part: sum(count(ALL, CLOCK_TIME, RANGE), 'service'),
    whole: lines,
    empty: 'No log lines in this range',
  },
]

export const quality: Dashboard = {
  uid: 'longship-quality',
  title: 'Longship: Logging quality',
  description: 'What a team can mend in how it logs.',
  from: 'now-24h',
  variables: [BUDGET],
  rows: [
    {
      title: 'All services',
      panels: [
        total(
          'Requests without id',
          'HTTP requests in the range without a correlation id.',
          sum(count(ALL, UNCORRELATED, RANGE)),
        ),
        total('Errors without type', 'Errors in the range without one.', sum(count(ERRORS, NO_TYPE, RANGE))),
        total('Errors without stack', 'Errors in the range without one.', sum(count(ERRORS, NO_STACK, RANGE))),
        total('Nodes without end', 'Starts of nodes in the range less their ends.', UNFINISHED),
        total(
          'Operations without end',
          'Starts of operations in the range less their ends.',
          `sum(${unfinishedOperations(RANGE, 'service, operation')})`,
        ),
        total('Redactions', 'Lines from which a secret was taken out.', sum(count(ALL, REDACTED, RANGE))),
      ],
    },
    {
      title: 'By service',
      panels: [
        ...MEASURES.map(({ title, description, part, whole, empty }) =>
          table({
            title,
            description,
            unit: 'ratio',
            thresholds: steps(0.01, 0.2),
            queries: [{ expr: ratio(part, whole) }],
            width: 8,
            options: { columns: { service: 'Service', Value: 'Part' } },
            empty,
          }),
        ),
        table({
          title: 'Redactions by rule',
          description: 'Lines by the first rule that found a secret. Mend the program that logs it.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, REDACTED, RANGE), 'service, rule') }],
          width: 8,
          options: { columns: { service: 'Service', rule: 'Rule', Value: 'Lines' } },
          empty: 'No secret was found',
        }),
        table({
          title: 'Operations without an end',
          description: `Operations that started in the last ${ID_WINDOW} of the range and have not ended, those that run among them. The id leads to the trace.`,
          thresholds: NONE_WANTED,
          queries: [{ expr: unfinishedOperations(ID_WINDOW, 'service, operation, correlation_id') }],
          width: 8,
          options: {
            columns: { service: 'Service', operation: 'Operation', correlation_id: 'Correlation id', Value: 'Open' },
          },
          empty: 'Every operation that started has ended',
        }),
        table({
          title: 'Day’s bytes of the budget',
          description: 'Bytes of the last 24 hours, of the budget of a service.',
          unit: 'ratio',
          thresholds: steps(0.8, 1),
          queries: [{ expr: `${sum(`bytes_over_time(${ALL} [24h])`, 'service')} / ($budget_mb * 1000000)` }],
          width: 8,
          options: { columns: { service: 'Service', Value: 'Of the budget' } },
          empty: 'No log lines in the last 24 hours',
        }),
        table({
          title: 'Started, never ended',
          description: 'Starts of nodes and of operations in the range less their ends, where there are more starts.',
          thresholds: NONE_WANTED,
          queries: [
            {
              expr: `${named('nodes', `sum by (service) (${unfinishedNodes(RANGE, 'service, node')})`)} or ${named('operations', `sum by (service) (${unfinishedOperations(RANGE, 'service, operation')})`)}`,
            },
          ],
          width: 8,
          options: { columns: { service: 'Service', what: 'What', Value: 'Open' } },
          empty: 'Every node and every operation that started has ended',
        }),
        timeseries({
          title: 'Lines that no format took, along the range',
          description: 'A step. A rise says that a program changed how it logs.',
          queries: [{ expr: sum(count(ALL, FORMATLESS, STEP), 'service'), legend: '{{service}}' }],
          width: 16,
          options: { isBars: true, isStacked: true },
          empty: 'A format took every line',
        }),
        logs({
          title: 'Lines that no format took, as they are',
          description: 'To find out which format they are of. The search applies.',
          queries: [{ expr: pipeline(ALL, `${SEARCH} ${FORMATLESS}`), maxLines: 100 }],
          empty: 'A format took every line',
        }),
      ],
    },
  ],
}

/** With a label that says what it counts. */
function named(what: string, expr: string): string {
  return `label_replace(${expr}, "what", "${what}", "", "")`
}

function total(title: string, description: string, expr: string) {
  return stat({ title, description, thresholds: NONE_WANTED, queries: [{ expr: orZero(expr) }], empty: '0' })
}
