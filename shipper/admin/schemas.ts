/**
 * Bodies of requests and answers as JSON Schema, by the names that operations give. Those of rules and triggers are made
 * from schema/longship.schema.json: one source for longship.yaml, the API and its document.
 */
import longship from '../../schema/longship.schema.json' with { type: 'json' }
import { EVENT_NAMES, EVENT_SOURCES, SEVERITIES } from '../events/event.ts'
import type { Schema } from './parameters.ts'
import { counters } from './schemas-stats.ts'
import { array, integer, map, named, object, string } from './shape.ts'

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
}

const { rule, trigger, duration } = rebased(longship.definitions) as unknown as {
  rule: ObjectSchema
  trigger: ObjectSchema
  duration: Schema
}

/** References to definitions become references to components. */
function rebased(definitions: object): object {
  const text = JSON.stringify(definitions).replaceAll('"#/definitions/duration"', '"#/components/schemas/Duration"')
  return JSON.parse(text) as object
}

/** A draft with its defaults filled in, and what is known of it besides. */
function viewOf(draft: ObjectSchema, more: Readonly<Record<string, Schema>>, always: readonly string[]): Schema {
  const withDefault = Object.keys(draft.properties).filter((name) => 'default' in draft.properties[name]!)
  return object({ ...draft.properties, ...more }, [...new Set([...draft.required, ...withDefault, ...always])])
}

/** What is not required may also be null, which is as if it were not there. */
function draftOf(draft: ObjectSchema): Schema {
  const isNeeded = new Set(draft.required)
  const names = Object.entries(draft.properties)
  const properties = names.map(([name, schema]) => [name, isNeeded.has(name) ? schema : orNull(schema)])
  return { ...draft, properties: Object.fromEntries(properties) } as unknown as Schema
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

/** Nothing is required, and everything may be null: the default, or none. */
function patchOf({ properties }: ObjectSchema): Schema {
  const nullable = Object.entries(properties).map(([name, schema]) => [name, orNull(schema)])
  return object(Object.fromEntries(nullable), [])
}

const ruleMore = {
  id: string('Of a rule of a file its name.'),
  origin: string('Where it comes from: only api can be changed here.', ['config', 'folder', 'api']),
  file: string('The file it comes from.'),
  error: string('Why it does nothing: its pattern does not compile, or it overrides an unknown rule.'),
}
const from = string('Whether it is a global one, stands for a global one, or is its own.', [
  'global',
  'override',
  'own',
])
const span = {
  ...array({ type: 'integer', minimum: 0 }),
  minItems: 2,
  maxItems: 2,
  description: 'UTF-16 offsets in text.',
}

const ruleSchemas = {
  RuleDraft: draftOf(rule),
  RulePatch: patchOf(rule),
  Rule: viewOf(rule, ruleMore, ['id', 'origin']),
  RuleList: object({ rules: array(named('Rule')) }),
  EffectiveRule: viewOf(rule, { ...ruleMore, from }, ['id', 'origin', 'from']),
  EffectiveRuleList: object({ rules: array(named('EffectiveRule')) }),
  RuleTestRequest: object(
    {
      rule: named('RuleDraft'),
      rule_id: string('Id of a rule that is there.'),
      line: string('As a program would write it.'),
      stream: string('stdout unless told otherwise.', ['stdout', 'stderr']),
      workload: string('The service that writes it.'),
    },
    ['line'],
  ),
  RuleTest: object(
    {
      matched: { type: 'boolean' },
      reason: string('Why it does not match.'),
      span,
      captures: map({ type: 'string' }, 'By name, or $1 … for groups without one.'),
      spans: map(span, 'Of the captures.'),
      text: string('What was matched on.'),
      message: string('What the event would say: cut to 500 bytes.'),
      record: { type: 'object', description: 'The line as Longship reads it: record.schema.json.' },
      event: named('UnstoredEvent'),
    },
    ['matched', 'captures', 'spans', 'text', 'message', 'record'],
  ),
  Deleted: object({ deleted: array({ type: 'string' }) }),
  WorkloadList: object({
    workloads: array(object({ workload: { type: 'string' }, rules: integer('In force for it.') })),
  }),
}

const delivery = {
  delivered: { type: 'boolean' },
  status: integer('HTTP status of the answer.'),
  error: string('Why it was not delivered.'),
}

const triggerSchemas = {
  TriggerDraft: draftOf(trigger),
  TriggerPatch: patchOf(trigger),
  Trigger: viewOf(
    trigger,
    {
      id: string('Of a trigger of longship.yaml its name.'),
      origin: string('Where it comes from: only api can be changed here.', ['config', 'api']),
      error: string('Why it sends nothing: what is wrong with it, or a key that is missing.'),
    },
    ['id', 'origin'],
  ),
  TriggerList: object({ triggers: array(named('Trigger')) }),
  TriggerTest: object(
    {
      ...delivery,
      duration_ms: { type: 'number' },
      request: object({
        method: { type: 'string' },
        url: string('Without its secrets.'),
        headers: map({ type: 'string' }, 'Without their secrets.'),
        body: { type: 'string' },
      }),
    },
    ['delivered', 'duration_ms', 'request'],
  ),
  Delivery: object(delivery, ['delivered']),
  DeadLetter: object({
    id: { type: 'string' },
    trigger: string('Its id.'),
    trigger_name: { type: 'string' },
    failed_at: { type: 'string', format: 'date-time' },
    attempts: integer('Made so far.'),
    error: string('Of the last one.'),
    event: named('Event'),
  }),
  DeadLetterList: object({ dead_letters: array(named('DeadLetter')) }),
}

const unstored = {
  time: { type: 'string', format: 'date-time', description: "The record's own time, in nanoseconds." },
  source: string('Who says it.', EVENT_SOURCES),
  event: string('What happened.', EVENT_NAMES),
  severity: string('How loud.', SEVERITIES),
  message: string('At most 500 bytes. Log content: hostile.'),
  metadata: named('EventMetadata'),
}

const eventSchemas = {
  Event: object({
    seq: { type: 'integer', minimum: 1, description: 'Its place in the log: growing, never given twice.' },
    ...unstored,
  }),
  UnstoredEvent: object(unstored),
  EventMetadata: object(
    {
      workload: string("The record's service."),
      container: string('Container, file or input.'),
      rule_id: { type: 'string' },
      rule_name: { type: 'string' },
      stream: string('Of a container.', ['stdout', 'stderr']),
      captures: map({ type: 'string' }, 'By name, or $1 … for groups without one.'),
      node: { type: 'string' },
      level: { type: 'string' },
      correlation_id: { type: 'string' },
      trace_id: { type: 'string' },
      pattern_id: { type: 'string' },
      pattern: string('The template, with <_> for what differs.'),
      count: { type: 'number', description: 'Of a spike: lines of it in the last minute.' },
      expected: { type: 'number', description: 'Of a spike: lines that were expected.' },
    },
    ['workload', 'container'],
  ),
  EventList: object({ events: array(named('Event')), next: integer('Value of before for the next page.') }, ['events']),
  EventStream: { type: 'string', description: 'Server-sent events: each data is an Event.' },
}

const otherSchemas = {
  Duration: duration,
  Pattern: object({
    id: { type: 'string' },
    service: { type: 'string' },
    level: string('Of its first line.'),
    template: string('With <_> for what differs.'),
    lines: integer('Since it was first seen.'),
    lines_last_minute: { type: 'number' },
    first_seen: { type: 'string', format: 'date-time' },
    last_seen: { type: 'string', format: 'date-time' },
    sample: string('A line of it.'),
  }),
  PatternList: object({ patterns: array(named('Pattern')) }),
  LokiPatterns: object({
    status: string('success'),
    data: array(
      object({
        pattern: { type: 'string' },
        level: { type: 'string' },
        samples: array(array({ type: 'number' })),
      }),
    ),
  }),
  Health: object({ status: string('ok', ['ok']) }),
  OpenApi: { type: 'object', description: 'This document.' },
  Problem: object({
    type: string('urn:longship:problem:KIND'),
    title: string('What kind of problem.'),
    status: integer('HTTP status.'),
    detail: string('What is wrong with this request, and what is allowed.'),
    errors: array(object({ path: string('filter.severities[1]; empty: the whole.'), message: { type: 'string' } })),
  }),
}

export const schemas = {
  ...ruleSchemas,
  ...triggerSchemas,
  ...eventSchemas,
  ...counters,
  ...otherSchemas,
} satisfies Record<string, Schema>
export type SchemaName = keyof typeof schemas
