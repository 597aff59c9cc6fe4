/** Tests of scan rules: what a file may hold. docs/scan.md explains it. */

import {
  choice,
  duration,
  either,
  type Field,
  list,
  mapped,
  mapping,
  optional,
  type Read,
  record,
  required,
  type Shape,
  text,
  wholeNumber,
  withDefault,
} from '../../../loki/yaml/shape.ts'
import { type Place, textOf } from '../../../loki/yaml/source.ts'
import { SEVERITIES } from '../../events/event.ts'

const LINE = record({
  line: required(text, 'The line, or several of one event, as the program wrote them.'),
  at: optional(duration, 'When, from the start of the test; otherwise when the line before it is.'),
  service: optional(text, 'Service of a line that names none: the workload of rules.'),
  stream: optional(choice(['stdout', 'stderr']), "The container's stream that it came by."),
})

const plainLine = mapped(text, (line) => ({ line, at: undefined, service: undefined, stream: undefined }))

const HIT = record({
  rule: required(text, 'Name of the rule.'),
  line: optional(wholeNumber, 'Which of the lines, from 1.'),
  severity: optional(choice(SEVERITIES), 'How loud the event is.'),
  message: optional(text, "The event's whole message."),
  captures: optional(
    mapping(text),
    'What groups of the pattern took, by name or as $1; groups that are not named here are not asked.',
  ),
})

const TEST = record({
  name: withDefault(text, '', 'What it shows.'),
  service: withDefault(text, 'app', 'Service of lines that name none.'),
  stream: optional(choice(['stdout', 'stderr']), 'Stream of lines that say none.'),
  line: optional(text, 'One line.'),
  lines: optional(
    list(either((place) => textOf(place) !== undefined, plainLine, LINE)),
    'Or several, in their order: cooldowns count.',
  ),
  hits: required(list(HIT), 'Every event that must come, in order; [] for none.'),
})

/** Read elsewhere: by what reads rules for the scanner. */
const rules: Shape<Place> = {
  read: (place) => place,
  schema: { type: 'array', items: { $ref: '#/definitions/rule' } },
}

const FIELDS = {
  rules: optional(rules, 'Rules of this file.') as Field<Place | undefined>,
  rule_files: withDefault(list(text), [], 'Or files with them, relative to this one.'),
  tests: withDefault(list(TEST), [], 'What they must find, and what not.'),
}

export const RULES_FILE = record(FIELDS)

export type RulesFile = Read<typeof RULES_FILE>
export type RuleTestCase = RulesFile['tests'][number]
export type ExpectedHit = RuleTestCase['hits'][number]
