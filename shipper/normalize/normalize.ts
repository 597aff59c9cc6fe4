/**
 * ParsedLine → LogRecord: keys by the table of meanings, the level by its table, outcome and duration derived, service
 * and node filled from what is known. Law: nothing that the line carried is lost. A value that a record's field cannot
 * hold as it was stays beside it as <name>_original.
 */
import type { LogRecord, ParsedLine, Runtime, TextField } from '../record.ts'
import { TEXT_FIELDS } from '../record.ts'
import type { Instant } from '../terms/instant.ts'
import { addField, type Fields, type Value, valueText } from '../terms/json.ts'
import type { Role } from '../terms/keys.ts'
import { type Level, readLevel } from '../terms/level.ts'
import { type Claim, type Claims, claimFields } from './claims.ts'
import { readDuration } from './duration.ts'
import {
  type Outcome,
  outcomeOfEvent,
  outcomeOfExitCode,
  outcomeOfStatus,
  outcomeOfSuccess,
  outcomeOfWord,
} from './outcome.ts'

/** What is known about a line besides its text. */
export interface Surroundings {
  readonly service: string
  readonly node: string | undefined
  readonly env: string | undefined
  /** For lines that carry no level. */
  readonly level: Level
  /** Name of the machine this runs on: the last thing `node` falls back to. */
  readonly host: string
}

/** Fields of the record that take their text from a claim of the same name. */
const CLAIMED_TEXT = new Set<Role>(TEXT_FIELDS.filter((field) => field !== 'outcome') as Role[])

const TRUTH_IS_NO_TEXT: ReadonlySet<TextField> = new Set(['error', 'stack'])

/** Names that belong to the record: a line's own field of such a name is kept as <name>_original. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...TEXT_FIELDS,
  'timestamp',
  'timestamp_source',
  'level',
  'service',
  'node',
  'env',
  'duration_ms',
  'format',
])

/** Where `node` comes from, in this order; then the source's setting, the host named in the line, this machine. */
const NODE_ROLES = ['node', 'component', 'logger', 'pod', 'host'] as const satisfies readonly Role[]

export function normalize(
  parsed: ParsedLine,
  runtime: Runtime | undefined,
  read: Instant,
  around: Surroundings,
): LogRecord {
  const { claims, rest } = claimFields(parsed.fields, parsed.time !== undefined)
  const time = parsed.time ?? runtime?.time
  const record: LogRecord = {
    timestamp: time ?? read,
    timestamp_source: parsed.time !== undefined ? 'line' : time !== undefined ? 'runtime' : 'read',
    level: around.level,
    service: around.service,
    node: '',
    env: around.env,
    text: emptyText(),
    duration_ms: undefined,
    format: parsed.format,
    fields: new Map(),
  }
  const keep = record.fields
  takeLevel(record, claims.get('level'), parsed, keep)
  takeTexts(record, claims, keep)
  record.node = nodeOf(claims, around)
  takeName(
    claims.get('service'),
    (text) => {
      record.service = text
    },
    keep,
  )
  takeName(
    claims.get('env'),
    (text) => {
      record.env = text
    },
    keep,
  )
  takeDuration(record, claims.get('duration'), keep)
  record.text.outcome = outcomeOf(record, claims, keep)
  for (const [name, value] of rest) if (value !== null || !RESERVED_NAMES.has(name)) keepField(keep, name, value)
  return record
}

function emptyText(): Record<TextField, string | undefined> {
  return {
    event: undefined,
    message: undefined,
    logger: undefined,
    correlation_id: undefined,
    trace_id: undefined,
    span_id: undefined,
    request_id: undefined,
    thread_id: undefined,
    job_id: undefined,
    workspace_id: undefined,
    operation: undefined,
    step: undefined,
    status: undefined,
    outcome: undefined,
    error: undefined,
    error_type: undefined,
    error_code: undefined,
    stack: undefined,
  }
}

function keepField(keep: Fields, name: string, value: Value): void {
  addField(keep, RESERVED_NAMES.has(name) ? `${name}_original` : name, value)
}

function takeLevel(record: LogRecord, claim: Claim | undefined, parsed: ParsedLine, keep: Fields): void {
  if (claim === undefined) return
  const raw = typeof claim.value === 'number' ? claim.value : valueText(claim.value)
  const match = readLevel(raw, parsed.scale)
  if (match !== undefined) record.level = match.level
  if (!claim.nested && !match?.exact) keepField(keep, 'level', claim.value)
}

function takeTexts(record: LogRecord, claims: Claims, keep: Fields): void {
  for (const [role, claim] of claims) {
    if (!CLAIMED_TEXT.has(role)) continue
    const field = role as TextField
    const { value } = claim
    if (isContainer(value) || (typeof value === 'boolean' && TRUTH_IS_NO_TEXT.has(field))) {
      // An object where text is expected (error: {…}) is kept whole, its parts claim by their paths; exc_info=True is no stack.
      keepField(keep, claim.name, value)
      continue
    }
    record.text[field] = valueText(value)
    if (claim.keep && claim.name !== field && !claim.nested) keepField(keep, claim.name, value)
  }
}

function takeName(claim: Claim | undefined, set: (text: string) => void, keep: Fields): void {
  if (claim === undefined) return
  if (typeof claim.value === 'string' && claim.value !== '') set(claim.value)
  else if (claim.value !== null && !claim.nested) keepField(keep, claim.name, claim.value)
}

function nodeOf(claims: Claims, around: Surroundings): string {
  let host: string | undefined
  for (const role of NODE_ROLES) {
    const value = claims.get(role)?.value
    const text =
      value === undefined || value === null || value instanceof Map || Array.isArray(value) ? '' : valueText(value)
    if (text === '') continue
    if (role !== 'host') return text
    host = text
  }
  return around.node ?? host ?? around.host
}

function isContainer(value: Value): boolean {
  return value instanceof Map || Array.isArray(value)
}

function takeDuration(record: LogRecord, claim: Claim | undefined, keep: Fields): void {
  if (claim === undefined) return
  record.duration_ms = readDuration(claim.value, claim.unit)
  const same = claim.name === 'duration_ms' && record.duration_ms !== undefined
  if (!same && !claim.nested) keepField(keep, claim.name, claim.value)
}

function outcomeOf(record: LogRecord, claims: Claims, keep: Fields): Outcome | undefined {
  const said = claims.get('outcome')
  const word = said && outcomeOfWord(said.value)
  const success = claims.get('success')
  const code = claims.get('exit_code')
  for (const claim of [said, success, code]) {
    const exact = claim === said && claim?.name === 'outcome' && claim.value === word
    if (claim !== undefined && !claim.nested && !exact) keepField(keep, claim.name, claim.value)
  }
  return (
    word ??
    (success && outcomeOfSuccess(success.value)) ??
    (record.text.status === undefined ? undefined : outcomeOfStatus(record.text.status)) ??
    (code && outcomeOfExitCode(code.value)) ??
    (record.text.event === undefined ? undefined : outcomeOfEvent(record.text.event))
  )
}
