/** 4: everything that happened under one id, across services, in the order of time. */
import { count, ERROR_LEVELS, orZero, RANGE, STEP, sum, TIME, unwrap } from './lib/logql.ts'
import {
  bargauge,
  ID_FIELDS,
  LEVEL_COLORS,
  logs,
  NONE_WANTED,
  stat,
  statetimeline,
  steps,
  table,
  timeseries,
} from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

const NOTHING = 'Nothing happened under this id in this range'

/** A trace crosses services and nodes: those that are chosen elsewhere do not narrow it. The line filter is cheap. */
const TRACE = `{env=~"$env", service=~".+"} |= \`\${id:raw}\` | ${ID_FIELDS.map((field) => `${field}=\`\${id:raw}\``).join(' or ')}`
const TRACE_ERRORS = TRACE.replace('{', `{level=~"${ERROR_LEVELS}", `)

const WORST = ERROR_LEVELS.split('|')
  .map((level) => `(eq .level "${level}")`)
  .join(' ')
const SEVERITIES = [
  { value: 1, text: 'fine', color: 'green' },
  { value: 2, text: 'warning', color: 'yellow' },
  { value: 3, text: 'error', color: 'red' },
]

const duration = `max_over_time(${TRACE} ${unwrap('duration_ms')} [${RANGE}]) by (service, node, event)`

export const trace: Dashboard = {
  uid: 'longship-trace',
  title: 'Longship: Trace',
  description: 'One correlation, trace, request, thread, job or workspace id across all services.',
  from: 'now-24h',
  variables: [
    {
      name: 'id',
      label: 'Id',
      description: 'A correlation, trace, request, thread, job or workspace id, whole.',
      value: 'paste-an-id',
    },
  ],
  rows: [
    {
      title: 'Which way it went',
      panels: [
        stat({
          title: 'Lines',
          description: 'Lines that carry the id.',
          queries: [{ expr: orZero(sum(count(TRACE, '', RANGE))) }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'Services',
          description: 'Services that it passed.',
          queries: [{ expr: orZero(`count(${sum(count(TRACE, '', RANGE), 'service')})`) }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'Errors',
          description: 'Lines of level error or worse that carry the id.',
          thresholds: NONE_WANTED,
          queries: [{ expr: orZero(sum(count(TRACE_ERRORS, '', RANGE))) }],
          width: 6,
          empty: '0',
        }),
        stat({
          title: 'From first to last line',
          description: 'By the times of the lines.',
          unit: 'ms',
          queries: [{ expr: span() }],
          width: 6,
          empty: NOTHING,
        }),
        statetimeline({
          title: 'Who spoke when',
          description: 'A lane for each service and node, coloured by its worst line of a step. Zoom in for the order.',
          thresholds: steps(2, 3),
          queries: [{ expr: lanes(), legend: '{{service}} {{node}}' }],
          options: { words: SEVERITIES },
          height: 9,
          empty: NOTHING,
        }),
        timeseries({
          title: 'Lines by service',
          description: 'When which service spoke, a step.',
          queries: [{ expr: sum(count(TRACE, '', STEP), 'service'), legend: '{{service}}' }],
          options: { isBars: true, isStacked: true },
          empty: NOTHING,
        }),
        timeseries({
          title: 'Lines by level',
          description: 'Of the id, a step.',
          queries: [{ expr: sum(count(TRACE, '', STEP), 'level'), legend: '{{level}}' }],
          options: { isBars: true, isStacked: true, colors: LEVEL_COLORS },
          empty: NOTHING,
        }),
        bargauge({
          title: 'Where the time went',
          description: 'The longest duration_ms by service, node and event.',
          unit: 'ms',
          queries: [{ expr: `topk(15, ${duration})`, legend: '{{service}} {{node}} {{event}}' }],
          empty: 'No line under this id carries a duration',
        }),
        table({
          title: 'Stations',
          description: 'Lines by service, node and event.',
          queries: [{ expr: sum(count(TRACE, '', RANGE), 'service, node, event') }],
          options: { columns: { service: 'Service', node: 'Node', event: 'Event', Value: 'Lines' } },
          empty: NOTHING,
        }),
      ],
    },
    {
      title: 'Timeline',
      panels: [
        logs({
          title: 'Timeline',
          description: 'Every line that carries the id, in all services, the oldest first.',
          queries: [{ expr: TRACE, maxLines: 1000 }],
          options: { isForward: true },
          empty: NOTHING,
        }),
      ],
    },
  ],
}

function lanes(): string {
  const severity = `| label_format severity=\`{{ if eq .level "warn" }}2{{ else if or ${WORST} }}3{{ else }}1{{ end }}\``
  return `max_over_time(${TRACE} ${severity} ${unwrap('severity')} [${STEP}]) by (service, node)`
}

function span(): string {
  const at = `${TRACE} ${TIME}`
  return `max_over_time(${at} [${RANGE}]) by () - min_over_time(${at} [${RANGE}]) by ()`
}
