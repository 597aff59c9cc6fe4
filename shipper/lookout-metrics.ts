/** What the lookout counts, for /metrics; made when asked for, so that its counts live in one place only. */
import type { Lookout } from './lookout.ts'
import { Metric } from './telemetry.ts'

type Counts = Iterable<readonly [labels: readonly string[], value: number]>

export function lookoutMetrics({ rulebook, scanner, events, triggers, patterns }: Lookout): Metric[] {
  const scan = scanner.stats()
  const log = events.stats()
  const told = Object.entries(triggers.stats())
  const rules = Object.entries(scan.rules)
  const make = (kind: 'counter' | 'gauge', name: string, help: string, labels: readonly string[], counts: Counts) => {
    const metric = new Metric(kind, `longship_${name}`, help, labels)
    for (const [values, value] of counts) metric.series(...values).value = value
    return metric
  }
  const one = (value: number): Counts => [[[], value]]
  const by = (counts: Readonly<Record<string, number>>): Counts =>
    Object.entries(counts).map(([name, count]) => [[name], count] as const)
  const outcomes = (['delivered', 'failed', 'retried', 'dropped'] as const).flatMap((outcome) =>
    told.map(([id, stats]) => [[id, outcome], stats[outcome]] as const),
  )
  const mined = patterns?.stats()
  return [
    make('counter', 'scan_records_total', 'Records that rules looked at.', [], one(scan.lines)),
    make(
      'counter',
      'scan_hits_total',
      'Hits by rule, silent ones too.',
      ['rule'],
      rules.map(([id, { hits }]) => [[id], hits]),
    ),
    make('counter', 'scan_dropped_total', 'Hits that made no event, by what stopped them.', ['by'], by(scan.dropped)),
    make(
      'counter',
      'scan_too_slow_total',
      'Texts that a rule was not searched for in to their end, as its pattern took too long.',
      ['rule'],
      rules.map(([id, stats]) => [[id], stats.too_slow]),
    ),
    make(
      'gauge',
      'scan_rules_left_out',
      'Rules that do not compile, or override what is not there.',
      [],
      one(scan.compile_errors.length),
    ),
    make(
      'gauge',
      'scan_rule_files_failed',
      'Rule files that cannot be read as rules.',
      [],
      one(rulebook.problems.size),
    ),
    make('gauge', 'scan_watches', 'Containers and files that are read.', [], one(scan.watches)),
    make('gauge', 'events', 'Events in the log.', [], one(log.events)),
    make('gauge', 'events_bytes', 'Bytes of the event log.', [], one(log.bytes)),
    make('counter', 'events_refused_total', 'Events that could not be stored.', ['reason'], by(log.refused)),
    make(
      'counter',
      'trigger_events_total',
      'Events of triggers, by what came of them.',
      ['trigger', 'outcome'],
      outcomes,
    ),
    make(
      'gauge',
      'trigger_queued',
      'Events that wait to be sent.',
      ['trigger'],
      told.map(([id, { queued }]) => [[id], queued]),
    ),
    ...(mined === undefined
      ? []
      : [
          make('gauge', 'patterns', 'Patterns that are kept.', [], one(mined.patterns)),
          make('counter', 'patterns_new_total', 'Patterns that were not seen before.', [], one(mined.new_patterns)),
          make(
            'counter',
            'pattern_spikes_total',
            'Patterns that came far more often than usual.',
            [],
            one(mined.spikes),
          ),
        ]),
  ]
}
