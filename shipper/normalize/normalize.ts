/**
 * ParsedLine → LogRecord: keys by the table of meanings, the level by its table, outcome and duration derived, service
 * and node filled from what is known. Law: nothing that the line carried is lost. A value that a record's field cannot
 * hold as it was stays beside it as <name>_original.
 */
import type { LogRecord, ParsedLine, Runtime, TextField } from '../record.ts'
import { TEXT_FIELDS } from '../record.ts'
import type { Instant } from '../terms/instant.ts'
import { addField, type Fields, JsonNumber, type Value, valueText } from '../terms/json.ts'
import type { Role } from '../terms/keys.ts'
import { type Level, type LevelScale, readLevel } from '../terms/level.ts'
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
import { placeOf } from './place.ts'

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

/** Where `node` comes from, in this order; then the source's setting, the caller's file, the line's host, this machine. */
const NODE_ROLES = ['node', 'component', 'logger', 'pod', 'host'] as const satisfies readonly Role[]

export function normalize(
  parsed: ParsedLine,
  runtime: Runtime | undefined,
  read: Instant,
  around: Surroundings,
): LogRecord {
  const claims = claimFields(parsed.fields, parsed.time !== undefined)
  const time = parsed.time ?? runtime?.time
  const record: LogRecord = {
    timestamp: time ?? read,
    timestamp_source: parsed.time !== undefined ? 'line' : time !== undefined ? 'runtime' : 'read',
    level: around.level,
    service: around.service,
    node: nodeOf(claims, around),
    env: around.env,
    text: emptyText(),
    duration_ms: undefined,
    format: parsed.format,
    pattern_id: undefined,
    fields: new Map(),
  }
  const said = new Set<string>()
  takeLevel(record, claims.get('level'), parsed.scale, said)
  takeTexts(record, claims, said)
  takeNames(record, claims, said)
  takeDuration(record, claims.get('duration'), said)
  record.text.outcome = outcomeOf(record, claims, said)
  keepRest(record.fields, parsed.fields, said)
  return record
}

/** Keeps, in line order, every field that the record does not say in full already. */
function keepRest(keep: Fields, fields: Fields, said: ReadonlySet<string>): void {
  for (const [name, value] of fields) {
    if (said.has(name)) continue
    const reserved = RESERVED_NAMES.has(name)
    if (!reserved || value !== null) addField(keep, reserved ? `${name}_original` : name, value)
  }
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

function takeLevel(
  record: LogRecord,
  claim: Claim | undefined,
  scale: LevelScale | undefined,
  said: Set<string>,
): void {
  if (claim === undefined) return
  const raw = typeof claim.value === 'number' ? claim.value : valueText(claim.value)
  const match = readLevel(raw, scale)
  if (match === undefined) return
  record.level = match.level
  if (match.exact && !claim.nested) said.add(claim.name)
}

function takeTexts(record: LogRecord, claims: Claims, said: Set<string>): void {
  for (const [role, claim] of claims) {
    if (!CLAIMED_TEXT.has(role)) continue
    const field = role as TextField
    const { value } = claim
    // An object where text is expected (error: {…}) stays whole, its parts claim by their paths; exc_info=True is no stack.
    if (isContainer(value) || (typeof value === 'boolean' && TRUTH_IS_NO_TEXT.has(field))) continue
    record.text[field] = valueText(value)
    if (!claim.nested && (!claim.keep || claim.name === field)) said.add(claim.name)
  }
}

function takeNames(record: LogRecord, claims: Claims, said: Set<string>): void {
  for (const role of ['service', 'env', 'node'] as const) {
    const claim = claims.get(role)
    if (typeof claim?.value !== 'string' || claim.value === '') continue
    record[role] = claim.value
    if (!claim.nested) said.add(claim.name)
  }
}

/** The line's node, component, logger or pod; the source's setting; the caller's file; the line's host; this machine. */
function nodeOf(claims: Claims, around: Surroundings): string {
  let host: string | undefined
  for (const role of NODE_ROLES) {
    const value = claims.get(role)?.value
    const text = value === undefined || isContainer(value) ? '' : valueText(value)
    if (text === '') continue
    if (role !== 'host') return text
    host = text
  }
  return around.node ?? callerOf(claims) ?? host ?? around.host
}

/** Of zap's and go-kit's caller=server.go:744: the file. */
function callerOf(claims: Claims): string | undefined {
  const value = claims.get('caller')?.value
  return typeof value === 'string' ? placeOf(value) : undefined
}

function takeDuration(record: LogRecord, claim: Claim | undefined, said: Set<string>): void {
  if (claim === undefined) return
  record.duration_ms = readDuration(claim.value, claim.unit)
  const number = claim.value instanceof JsonNumber ? Number(claim.value.text) : claim.value
  // logfmt has only text: "1841" is said in full by 1841, "1841.50" is not.
  const isSame = record.duration_ms === number || String(record.duration_ms) === claim.value
  if (claim.name === 'duration_ms' && !claim.nested && isSame) said.add(claim.name)
}

function outcomeOf(record: LogRecord, claims: Claims, said: Set<string>): Outcome | undefined {
  const claim = claims.get('outcome')
  const word = claim && outcomeOfWord(claim.value)
  if (claim?.name === 'outcome' && claim.value === word) said.add('outcome')
  const success = claims.get('success')
  const code = claims.get('exit_code')
  const { status, event } = record.text
  return (
    word ??
    (success && outcomeOfSuccess(success.value)) ??
    (status === undefined ? undefined : outcomeOfStatus(status)) ??
    (code && outcomeOfExitCode(code.value)) ??
    (event === undefined ? undefined : outcomeOfEvent(event))
  )
}

function isContainer(value: Value): boolean {
  return value instanceof Map || Array.isArray(value)
}
