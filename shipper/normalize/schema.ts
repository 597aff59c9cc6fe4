/**
 * The record's fields, once: the JSON Schema (schema/record.schema.json), the docs' table and the tests are made of this.
 */
import { LEVELS } from '../terms/level.ts'

export interface FieldRule {
  readonly name: string
  readonly type: 'string' | 'number'
  readonly required?: boolean
  readonly description: string
  readonly values?: readonly string[]
  readonly pattern?: string
}

/** RFC 3339 in UTC with nine digits: what formatInstant writes. */
const TIMESTAMP_PATTERN = '^-?\\d{4,6}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{9}Z$'

/** In the order in which they are written. */
export const RECORD_FIELDS: readonly FieldRule[] = [
  {
    name: 'timestamp',
    type: 'string',
    required: true,
    pattern: TIMESTAMP_PATTERN,
    description: 'When it happened: RFC 3339, UTC, nanoseconds.',
  },
  {
    name: 'timestamp_source',
    type: 'string',
    values: ['runtime', 'read'],
    description:
      'Where the time came from when the line carried none: the container runtime, or the clock when it was read.',
  },
  { name: 'level', type: 'string', required: true, values: LEVELS, description: "Severity in Loki's own words." },
  { name: 'service', type: 'string', required: true, description: 'The program or service that wrote the line.' },
  {
    name: 'node',
    type: 'string',
    required: true,
    description:
      "The unit inside the service: node, component, logger, program part, pod, the caller's file or the host.",
  },
  { name: 'env', type: 'string', description: 'Deployment environment.' },
  { name: 'event', type: 'string', description: "The event's machine name: node_complete, provision.start." },
  { name: 'message', type: 'string', description: 'Text for people.' },
  { name: 'logger', type: 'string', description: "The logger's name." },
  { name: 'correlation_id', type: 'string', description: 'Follows one request or message across services.' },
  { name: 'trace_id', type: 'string', description: 'Trace, as in OpenTelemetry.' },
  { name: 'span_id', type: 'string', description: 'Span, as in OpenTelemetry.' },
  { name: 'request_id', type: 'string', description: 'One HTTP request.' },
  { name: 'thread_id', type: 'string', description: 'Thread or conversation.' },
  { name: 'job_id', type: 'string', description: 'Job.' },
  { name: 'workspace_id', type: 'string', description: 'Workspace.' },
  { name: 'operation', type: 'string', description: 'The operation that a step belongs to.' },
  { name: 'step', type: 'string', description: 'Step of an operation.' },
  { name: 'status', type: 'string', description: 'Status word or code, as the line has it.' },
  {
    name: 'outcome',
    type: 'string',
    values: ['success', 'failure'],
    description: 'Derived from outcome, success, status, HTTP status, exit code or the end of the event name.',
  },
  { name: 'error', type: 'string', description: 'The error, in words.' },
  { name: 'error_type', type: 'string', description: "The error's class." },
  { name: 'error_code', type: 'string', description: "The error's code." },
  { name: 'stack', type: 'string', description: 'Stack trace, its lines joined.' },
  {
    name: 'duration_ms',
    type: 'number',
    description: 'How long it took, in milliseconds, whatever unit the line had.',
  },
  {
    name: 'format',
    type: 'string',
    required: true,
    pattern: '^[a-z][a-z0-9_]*$',
    description: 'The format that took the line.',
  },
]

/** JSON Schema of a record in its written form; other fields are the line's own, under their own names. */
export function recordSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://longship.dev/schema/record.schema.json',
    title: 'Longship record',
    description: 'One log event, as `longship normalize` prints it and as it lies in Loki.',
    type: 'object',
    required: RECORD_FIELDS.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      RECORD_FIELDS.map(({ name, type, description, values, pattern }) => [
        name,
        { type, description, ...(values && { enum: values }), ...(pattern && { pattern }) },
      ]),
    ),
    additionalProperties: true,
  }
}
