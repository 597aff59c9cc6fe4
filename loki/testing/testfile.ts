/** The test file: what it may hold. docs/testing.md explains it, schema/test.schema.json is made from it. */

import { readLabels } from '../../shipper/wire/labels.ts'
import { readPrometheusDuration } from '../logql/units.ts'
import {
  boolean,
  checked,
  choice,
  duration,
  either,
  list,
  mapped,
  mapping,
  notation,
  optional,
  type Read,
  record,
  required,
  type Shape,
  sampleValue,
  text,
  wholeNumber,
  withDefault,
} from '../yaml/shape.ts'
import { itemsOf, textOf } from '../yaml/source.ts'

/** Milliseconds from the test's start; may be negative. */
const offset: Shape<number> = notation(
  'a time from the start of the test such as 90s, 1m30s or -5m',
  (written) => {
    const ms = readPrometheusDuration(written.replace(/^-/, ''))
    return ms === undefined ? undefined : written.startsWith('-') ? -ms : ms
  },
  { type: ['string', 'integer'], pattern: '^-?(0|([0-9]+(ms|[smhdwy]))+)$' },
)

const labelsText: Shape<ReadonlyMap<string, string>> = mapped(
  checked(text, (written) => {
    const labels = readLabels(written)
    return Array.isArray(labels) ? undefined : `must be labels such as {service="a", level="error"}: ${labels.error}`
  }),
  (written) => new Map(readLabels(written) as [string, string][]),
)

/** `{a="b"}`, or a mapping. */
const labels = either((place) => textOf(place) !== undefined, labelsText, mapping(text))

const texts = mapping(text)

const ENTRY = record({
  line: required(text, 'The log line. {{ .i }} is the number of the repetition, from 0.'),
  at: optional(offset, 'When, from the start of the test.'),
  from: optional(offset, 'When the first repetition is; 0s otherwise.'),
  every: optional(duration, "Time between repetitions; the test's interval otherwise."),
  count: optional(wholeNumber, 'Number of repetitions.'),
  until: optional(offset, 'Instead of count: the last repetition is not later than this.'),
  structured_metadata: optional(texts, "The entry's own, over the stream's."),
})

const plainEntry = mapped(text, (line) => ({ line }))

const STREAM = record({
  stream: required(labels, 'Labels of the stream: {service="a", level="error"}, or a mapping.'),
  structured_metadata: optional(texts, 'Of every entry.'),
  lines: required(
    list(either((place) => textOf(place) !== undefined, plainEntry, ENTRY)),
    'The entries: a text, which stands one interval behind the entry before it, or a mapping.',
  ),
})

const RAW = record({
  service: optional(text, 'Service of lines that name none.'),
  node: optional(text, 'Node of lines that name none.'),
  env: optional(text, 'Environment of lines that name none.'),
  format: withDefault(text, 'auto', 'The format of every line, instead of finding it.'),
  timezone: withDefault(text, 'UTC', 'IANA zone of times that carry none.'),
  text: optional(text, 'The raw log, as the program wrote it.'),
  file: optional(text, 'Or a file with it, relative to this one.'),
  at: optional(offset, 'Moves the log: its first line stands here, the others as far from it as they were.'),
  from: optional(offset, 'Together with every: where the first event stands.'),
  every: optional(duration, 'Sets the events so far apart, whatever their own times are.'),
})

const SAMPLE = record({
  labels: withDefault(labels, new Map<string, string>(), "The series' labels, all of them."),
  value: optional(sampleValue, 'Its value at eval_time.'),
  values: optional(
    mapped(
      either(
        (place) => itemsOf(place) !== undefined,
        list(text),
        mapped(text, (words) => words.split(/\s+/)),
      ),
      readGaps,
    ),
    'Its values from start to end, one a step; _ where there is none. A list, or a text with spaces.',
  ),
})

function readGaps(words: readonly string[]): readonly (number | undefined | string)[] {
  return words.filter((word) => word !== '').map((word) => (word === '_' ? undefined : (readSample(word) ?? word)))
}

function readSample(word: string): number | undefined {
  const special = /^([+-]?)inf$/i.exec(word)
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(word)) return Number.NaN
  const value = Number(word)
  return Number.isNaN(value) ? undefined : value
}

const LOG = record({
  labels: optional(
    labels,
    'Labels that the entry must have, others may be there too. An empty value: must not be there.',
  ),
  line: optional(text, 'The whole line.'),
  contains: optional(text, 'Or a part of it.'),
  lines: optional(list(text), 'Or several whole lines with these labels.'),
  at: optional(offset, 'When, from the start of the test.'),
})

/** What an expression must answer: exactly one of these. */
const EXPECTED = {
  exp_samples: optional(list(SAMPLE), 'The series of a metric query, all of them; [] for none.'),
  exp_logs: optional(list(LOG), 'The entries of a log query, all of them, in any order; [] for none.'),
  exp_error: optional(text, 'A part of the error that it must end with.'),
}

const TIMES = {
  eval_time: optional(offset, 'An instant query at this time.'),
  start: optional(offset, 'A range query from here; of a log query also with eval_time.'),
  end: optional(offset, 'The end of the range.'),
  step: optional(duration, "The step of the range, and $__interval; the test's interval otherwise."),
  limit: withDefault(wholeNumber, 1000, 'Entries of a log query at most.'),
  direction: withDefault(choice(['forward', 'backward']), 'forward', 'Which entries of a log query the limit keeps.'),
}

const EXPR_TEST = record({ expr: required(text, 'LogQL.'), ...TIMES, ...EXPECTED })

const DASHBOARD_TEST = record({
  dashboard: required(text, "The dashboard's JSON file, relative to this one."),
  panel: required(text, "The panel's title, or its id."),
  ref_id: optional(text, 'Which query of the panel: A, B …; the only one otherwise.'),
  variables: optional(
    mapping(
      either(
        (place) => itemsOf(place) !== undefined,
        list(text),
        mapped(text, (value) => [value]),
      ),
    ),
    "Values of the dashboard's variables, over those that it was saved with.",
  ),
  ...TIMES,
  ...EXPECTED,
})

const ALERT = record({
  exp_labels: withDefault(texts, new Map<string, string>(), 'Labels without alertname, all of them.'),
  exp_annotations: optional(texts, 'Annotations, all of them; not looked at when left out.'),
  state: withDefault(choice(['firing', 'pending']), 'firing', 'pending ones are compared only when one is expected.'),
})

const ALERT_TEST = record({
  eval_time: required(offset, 'When, from the start of the test.'),
  alertname: required(text, 'The alert.'),
  exp_alerts: withDefault(list(ALERT), [], 'What fires then; [] for nothing.'),
})

const RECORDING_TEST = record({
  eval_time: required(offset, 'When, from the start of the test.'),
  record: required(text, 'The recorded metric.'),
  exp_samples: withDefault(list(SAMPLE), [], 'Its series then, without __name__.'),
})

const TEST = record({
  name: withDefault(text, '', 'What the test shows.'),
  interval: optional(duration, 'Between lines that say no time, and the default step; evaluation_interval otherwise.'),
  start_timestamp: optional(
    notation('a time such as 2026-01-01T00:00:00Z', readStart, { type: 'string', format: 'date-time' }),
    'When the test starts; 2026-01-01T00:00:00Z otherwise.',
  ),
  external_labels: optional(texts, '$externalLabels of templates.'),
  external_url: withDefault(text, '', '$externalURL of templates.'),
  input_streams: withDefault(list(STREAM), [], 'Entries as they lie in Loki.'),
  raw_lines: withDefault(list(RAW), [], 'Raw logs in any format, which become entries as `longship ship` makes them.'),
  logql_expr_test: withDefault(list(EXPR_TEST), [], 'Expressions and what they answer.'),
  alert_rule_test: withDefault(list(ALERT_TEST), [], 'Which alerts fire, and when.'),
  recording_rule_test: withDefault(list(RECORDING_TEST), [], 'What recording rules record.'),
  dashboard_test: withDefault(list(DASHBOARD_TEST), [], 'Panels of a dashboard and what they show.'),
})

function readStart(written: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d/.test(written) ? Date.parse(written) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

export const TEST_FILE = record({
  rule_files: withDefault(list(text), [], 'Rule files, relative to this one; * matches.'),
  evaluation_interval: withDefault(duration, 60_000, 'How often rules are evaluated.'),
  group_eval_order: withDefault(list(text), [], 'Names of groups in the order in which they are evaluated.'),
  fuzzy_compare: withDefault(boolean, false, 'Values may differ by a millionth.'),
  tests: required(list(TEST), 'The tests; each has its own, empty Loki.'),
})

export type TestFile = Read<typeof TEST_FILE>
export type Test = Read<typeof TEST>
export type StreamInput = Read<typeof STREAM>
export type EntryInput = StreamInput['lines'][number]
export type RawInput = Read<typeof RAW>
export type ExprTest = Read<typeof EXPR_TEST>
export type DashboardTest = Read<typeof DASHBOARD_TEST>
export type AlertTest = Read<typeof ALERT_TEST>
export type RecordingTest = Read<typeof RECORDING_TEST>
export type ExpectedSample = Read<typeof SAMPLE>
export type ExpectedLog = Read<typeof LOG>
export type Timing = Pick<ExprTest, 'eval_time' | 'start' | 'end' | 'step' | 'limit' | 'direction'>
export type Expected = Pick<ExprTest, 'exp_samples' | 'exp_logs' | 'exp_error'>

/** When a test starts unless it says otherwise: a whole day, so that ranges stand on their steps. */
export const DEFAULT_START_MS = Date.UTC(2026, 0, 1)
