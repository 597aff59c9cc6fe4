/** Counters of GET /stats as JSON Schema. */
import { array, integer, map, named, object, string } from './shape.ts'

const number = { type: 'number' }

export const counters = {
  Stats: object({
    scan: named('ScanStats'),
    events: named('EventStats'),
    triggers: map(named('TriggerStats'), 'By id.'),
    patterns: { anyOf: [named('PatternStats'), { type: 'null' }] },
    admin: named('AdminStats'),
  }),
  ScanStats: object({
    rules: map(named('RuleStats'), 'By id.'),
    dropped: object({
      cooldown: integer('Hits of rules that are silent for now.'),
      bucket: integer('Hits beyond the bucket.'),
    }),
    watches: integer('Containers, files and inputs that are read.'),
    lines: integer('Records that were looked at.'),
    compile_errors: array(object({ id: { type: 'string' }, name: { type: 'string' }, error: { type: 'string' } })),
    file_errors: array(object({ file: { type: 'string' }, error: { type: 'string' } })),
    snapshot_version: integer('Counts up with each change of rules.'),
  }),
  RuleStats: object(
    {
      hits: integer('Events of it.'),
      hits_last_minute: number,
      minutes: { ...array(number), maxItems: 60, description: 'Hits of the last 60 minutes, the oldest first.' },
      cooled_down: integer('Hits that its cooldown dropped.'),
      too_slow: integer('Texts in which it was not searched for to their end, as its pattern took too long.'),
      error: string('Why it does nothing.'),
    },
    ['hits', 'hits_last_minute', 'minutes', 'cooled_down', 'too_slow'],
  ),
  EventStats: object(
    {
      events: integer('In the log.'),
      bytes: integer('On the disk.'),
      oldest_seq: integer('Sequence number of the oldest; 0: none.'),
      newest_seq: integer('Sequence number of the newest; 0: none.'),
      duplicates: integer('Happenings that were read twice.'),
      refused: map(number, 'By reason.'),
      damaged: integer('Lines that were no whole event at the start.'),
      torn_bytes: integer('Bytes at the end that the last process did not finish.'),
    },
    ['events', 'bytes', 'oldest_seq', 'newest_seq', 'duplicates', 'refused', 'damaged', 'torn_bytes'],
  ),
  TriggerStats: object(
    {
      matched: number,
      delivered: number,
      failed: number,
      retried: number,
      dropped: number,
      queued: number,
      last_error: { type: 'string' },
      last_delivered_at: { type: 'string' },
    },
    ['matched', 'delivered', 'failed', 'retried', 'dropped', 'queued'],
  ),
  PatternStats: object({
    patterns: integer('Templates that are known.'),
    max_patterns: integer('As many as there may be.'),
    lines: integer('That were learned from.'),
    searched: integer('Lines that no cache knew.'),
    forgotten: integer('Templates that went because there were too many.'),
    new_patterns: integer('Events.'),
    spikes: integer('Events.'),
    withheld: integer('Events that were only counted.'),
    state_faults: integer('Times that the state could not be written.'),
  }),
  AdminStats: object({
    requests: map(number, 'By class of status: 2xx, 4xx, 5xx.'),
    refusals: map(number, 'By kind of problem.'),
    streams: object({ open: number, opened: number, cut_off: number }),
  }),
}
