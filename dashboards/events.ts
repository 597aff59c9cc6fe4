/** Log events: what rules and the pattern miner found in the stream, as the shipper's event log pushes it. */
import { count, fieldsOf, join, orZero, pipeline, RANGE, SEARCH, STEP, sum } from './lib/logql.ts'
import { LEVEL_COLORS, logs, NONE_WANTED, stat, table, timeseries } from './lib/panels.ts'
import type { Dashboard } from './lib/spec.ts'

/** Longship's own stream of events: a severity is its level. */
const EVENTS = '{env=~"$env", service="longship", node="logscan", level=~"$level"}'
const HIT = '| event="rule_hit"'
const NEW = '| event="new_pattern"'
const SPIKE = '| event="pattern_spike"'

/** The service that is chosen is the one that was found in. */
const of = (...fields: string[]) => join(fieldsOf('workload', ...fields), '| workload=~"$service"')
const counted = (stages: string, window: string, ...fields: string[]) =>
  count(EVENTS, join(stages, of(...fields)), window)

const NO_EVENTS = 'Nothing was found in this range: no rule hit, or no shipper has rules (scan in longship.yaml)'
const NO_HITS = 'No rule hit in this range'
const NO_PATTERNS = 'No pattern is new, and none spiked: or no shipper mines patterns (scan.patterns in longship.yaml)'

export const events: Dashboard = {
  uid: 'longship-events',
  title: 'Longship: Log events',
  description: 'What scan rules found in the logs, which patterns are new, and which come more often than they did.',
  from: 'now-6h',
  rows: [
    {
      title: 'In the range',
      panels: [
        total('Events', 'Events of any severity.', counted('', RANGE)),
        bad('Critical', 'Events of severity critical.', counted('| level="critical"', RANGE)),
        bad('Errors', 'Events of severity error.', counted('| level="error"', RANGE)),
        total('Rules that hit', 'Rules with at least one hit.', '', distinct(HIT, 'rule_id')),
        total('New patterns', 'Patterns that were not seen before.', counted(NEW, RANGE)),
        total('Pattern spikes', 'Patterns that came far more often than they had.', counted(SPIKE, RANGE)),
      ],
    },
    {
      title: 'Along the range',
      panels: [
        timeseries({
          title: 'Events by severity',
          description: 'Events a step. Hits that a cooldown or the token bucket held back are no events.',
          queries: [{ expr: sum(counted('', STEP), 'level'), legend: '{{level}}' }],
          options: { isBars: true, isStacked: true, colors: LEVEL_COLORS },
          empty: NO_EVENTS,
        }),
        timeseries({
          title: 'Events by workload',
          description: 'Events a step, by the service in whose logs they were found.',
          queries: [{ expr: sum(counted('', STEP), 'workload'), legend: '{{workload}}' }],
          options: { isBars: true, isStacked: true },
          empty: NO_EVENTS,
        }),
        timeseries({
          title: 'Hits by rule',
          description: 'Hits a step, by the rule’s name.',
          queries: [{ expr: sum(counted(HIT, STEP, 'rule_name'), 'rule_name'), legend: '{{rule_name}}' }],
          options: { isBars: true, isStacked: true },
          empty: NO_HITS,
        }),
        timeseries({
          title: 'New patterns and spikes',
          description: 'Events of the pattern miner a step, by kind.',
          queries: [{ expr: sum(counted('| event=~"new_pattern|pattern_spike"', STEP), 'event'), legend: '{{event}}' }],
          options: { isBars: true, isStacked: true },
          empty: NO_PATTERNS,
        }),
      ],
    },
    {
      title: 'Which',
      panels: [
        table({
          title: 'Rules',
          description: 'The 30 most frequent pairs of rule and workload of the range.',
          queries: [
            {
              expr: `topk(30, ${sum(counted(HIT, RANGE, 'rule_name'), 'rule_name, workload, level')})`,
            },
          ],
          options: { columns: { rule_name: 'Rule', workload: 'Workload', level: 'Severity', Value: 'Hits' } },
          empty: NO_HITS,
        }),
        table({
          title: 'Where',
          description: 'The 30 containers, files and inputs with the most events of the range.',
          queries: [{ expr: `topk(30, ${sum(counted('', RANGE, 'container'), 'workload, container')})` }],
          options: { columns: { workload: 'Workload', container: 'Container or file', Value: 'Events' } },
          empty: NO_EVENTS,
        }),
        patterns('Patterns that are new', 'What was logged for the first time, <_> where texts differ.', NEW),
        patterns('Patterns that spiked', 'What came far more often than before, <_> where texts differ.', SPIKE),
      ],
    },
    {
      title: 'One by one',
      panels: [
        logs({
          title: 'Latest hits',
          description:
            'Hits that match the search, newest first: rule, workload, message, and what its groups captured.',
          queries: [
            {
              expr: pipeline(
                EVENTS,
                join(
                  HIT,
                  SEARCH,
                  of('rule_name', 'message', 'captures'),
                  '| line_format `{{ .rule_name }} · {{ .workload }} · {{ .message }}{{ if .captures }} · {{ .captures }}{{ end }}`',
                ),
              ),
            },
          ],
          empty: NO_HITS,
        }),
        logs({
          title: 'Latest new patterns and spikes',
          description: 'Events of the pattern miner that match the search, newest first.',
          queries: [
            {
              expr: pipeline(
                EVENTS,
                join(
                  '| event=~"new_pattern|pattern_spike"',
                  SEARCH,
                  of('message', 'pattern_template'),
                  '| line_format `{{ .event }} · {{ .workload }} · {{ .message }} · {{ .pattern_template }}`',
                ),
              ),
              maxLines: 100,
            },
          ],
          empty: NO_PATTERNS,
        }),
      ],
    },
  ],
}

function distinct(stages: string, field: string): string {
  return `count(${sum(counted(stages, RANGE, field), field)})`
}

function total(title: string, description: string, counting: string, expr = sum(counting)) {
  return stat({ title, description, queries: [{ expr: orZero(expr) }], empty: '0' })
}

function bad(title: string, description: string, counting: string) {
  return stat({ title, description, thresholds: NONE_WANTED, queries: [{ expr: orZero(sum(counting)) }], empty: '0' })
}

function patterns(title: string, description: string, stages: string) {
  return table({
    title,
    description: `${description} The 30 most frequent of the range.`,
    queries: [
      {
        expr: `topk(30, ${sum(counted(stages, RANGE, 'pattern_template'), 'workload, pattern_template, pattern_id')})`,
      },
    ],
    options: { columns: { workload: 'Workload', pattern_template: 'Pattern', pattern_id: 'Id', Value: 'Events' } },
    empty: NO_PATTERNS,
  })
}
