/** 3: errors by what, where and since when; their patterns; their stacks. */
import { ALL, count, ERRORS, orZero, pipeline, RANGE, SEARCH, STEP, sum } from './lib/logql.ts'
import { logs, NONE_WANTED, stat, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const NO_ERRORS = 'No errors in this range'

/** What failed, and what was logged as an error: a warning with an error_type is one as well. */
const TYPED = '| error_type!=""'

/** What differs from one message to the next: words with three digits in a row, UUIDs, and what begins with a digit. */
const VARYING = [
  '[\\w-]*[0-9]{3}(?:[\\w.:-]*\\w)?',
  '\\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  '\\b[0-9](?:[\\w.:,]*\\w)?',
].join('|')

/** The message with <_> for that, cut: a series for each of thousands of texts would be no pattern. */
export const PATTERN = [
  // Lines that are no record, as other shippers write them, are words as they stand.
  '| json message="message", error="error" | drop __error__, __error_details__',
  '| label_format words=`{{ if .error }}{{ .error }}{{ else if .message }}{{ .message }}{{ else if .event }}{{ .event }}{{ else }}{{ __line__ }}{{ end }}`',
  `| label_format shape=\`{{ regexReplaceAll "${VARYING.replaceAll('\\', '\\\\')}" .words "<_>" | trunc 120 }}\``,
].join(' ')

/**
 * Where the shipper mines patterns, entries carry the id of their message's template: it says better than the shape what
 * belongs together. Elsewhere, and for those that name their error, the shape is all there is.
 */
const KEYED = `${PATTERN} | label_format pattern_key=\`{{ if .error }}{{ .shape }}{{ else if .pattern_id }}{{ .pattern_id }}{{ else }}{{ .shape }}{{ end }}\``

const counted = (offset: string, by: string) =>
  sum(`count_over_time(${ERRORS} ${KEYED} [${RANGE}]${offset})`, `service, ${by}`)

/** By pattern_key, its most frequent shape in place of the key. */
function named(expr: string): string {
  const shapes = `topk by (service, pattern_key) (1, ${counted('', 'pattern_key, shape')}) > bool 0`
  return sum(`(${expr}) * on (service, pattern_key) group_left (shape) (${shapes})`, 'service, shape')
}

const byPattern = counted('', 'pattern_key')
const byType = (offset: string) => sum(`count_over_time(${ALL} ${TYPED} [${RANGE}]${offset})`, 'service, error_type')
/** Ids are many: those of one look at most. */
const ID_WINDOW = '15m'
const BEFORE = ` offset ${RANGE}`

export const errors: Dashboard = {
  uid: 'longship-errors',
  title: 'Longship: Errors',
  description: 'Which errors, of whom, how many, and which are new.',
  from: 'now-1h',
  rows: [
    {
      title: 'How many',
      panels: [
        stat({
          title: 'Errors',
          description: 'Lines of level error, critical or fatal in the range.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(ERRORS, '', RANGE))) }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'Against the period before',
          description: 'Errors of the range, divided by those of the range before it. 2 is twice as many.',
          thresholds: [
            { from: null, color: 'green' },
            { from: 1.5, color: 'orange' },
            { from: 3, color: 'red' },
          ],
          queries: [
            { expr: `${sum(count(ERRORS, '', RANGE))} / ${sum(`count_over_time(${ERRORS} [${RANGE}]${BEFORE})`)}` },
          ],
          width: 6,
          options: { decimals: 1 },
          empty: 'No errors in one of the two periods',
        }),
        stat({
          title: 'Error types',
          description: 'Different error_type of each service in the range.',
          queries: [{ expr: orZero(`count(${byType('')})`) }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'New error types',
          description: 'Error types of a service that it did not have in the range before.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(`count(${byType('')} unless ${byType(BEFORE)})`) }],
          width: 6,
          empty: '0',
        }),
        timeseries({
          title: 'Errors by service',
          description: 'Errors a step. Blue lines are deployments.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ERRORS, '', STEP), 'service'), legend: '{{service}}' }],
          options: { isBars: true, isStacked: true },
          empty: NO_ERRORS,
        }),
        timeseries({
          title: 'Errors by type',
          description: 'Lines that name an error_type, a step, whatever their level.',
          thresholds: NONE_WANTED,
          queries: [{ expr: sum(count(ALL, TYPED, STEP), 'error_type'), legend: '{{error_type}}' }],
          options: { isBars: true, isStacked: true },
          empty: 'No line names an error_type',
        }),
      ],
    },
    {
      title: 'Which',
      panels: [
        table({
          title: 'Error patterns',
          description:
            'Errors’ texts, <_> where numbers and ids stood, cut at 120 characters; the 20 most frequent of the range. Where the shipper mines patterns (scan.patterns), messages of one pattern_id are one, and its most frequent text is shown.',
          queries: [{ expr: `topk(20, ${named(byPattern)})` }],
          options: { columns: { service: 'Service', shape: 'Pattern', Value: 'Errors' } },
          empty: NO_ERRORS,
        }),
        table({
          title: 'New error patterns',
          description: 'Patterns of the range that the range before it did not have.',
          thresholds: NONE_WANTED,
          queries: [{ expr: named(`${byPattern} unless ${counted(BEFORE, 'pattern_key')}`) }],
          options: { columns: { service: 'Service', shape: 'Pattern', Value: 'Errors' } },
          empty: 'No pattern is new',
        }),
        table({
          title: 'By type, service, node and step',
          description: 'Lines that name an error_type, the 30 most frequent combinations of the range.',
          queries: [{ expr: `topk(30, ${sum(count(ALL, TYPED, RANGE), 'error_type, service, node, step')})` }],
          options: {
            columns: { error_type: 'Type', service: 'Service', node: 'Node', step: 'Step', Value: 'Lines' },
          },
          empty: 'No line names an error_type',
        }),
        table({
          title: 'Ids with most errors',
          description: `Correlation ids with the most errors in the last ${ID_WINDOW} of the range. An id leads to its trace.`,
          queries: [
            { expr: `topk(20, ${sum(count(ERRORS, '| correlation_id!=""', ID_WINDOW), 'correlation_id, service')})` },
          ],
          options: { columns: { correlation_id: 'Correlation id', service: 'Service', Value: 'Errors' } },
          empty: 'No error carries a correlation id',
        }),
      ],
    },
    {
      title: 'Lines',
      panels: [
        logs({
          title: 'Stack traces',
          description: 'Errors that carry a stack, as text, newest first.',
          queries: [
            {
              expr: pipeline(
                ALL,
                `|= \`"stack":\` ${SEARCH} | json stack="stack" | stack!="" | line_format \`{{ .stack }}\``,
              ),
              maxLines: 50,
            },
          ],
          empty: 'No line carries a stack in this range',
        }),
        logs({
          title: 'Errors, line by line',
          description: 'Lines of level error or worse that match the search, newest first.',
          queries: [{ expr: pipeline(ERRORS, SEARCH) }],
          empty: NO_ERRORS,
        }),
      ],
    },
  ],
}
