/** Entries of one id as a timeline's records: who, what, how long, and which ids they carry. */
import { readDuration } from '../normalize/duration.ts'
import { IDENTIFIERS } from '../record.ts'
import { meaningOf } from '../terms/keys.ts'
import type { Entry } from './answer.ts'
import { readFields, readPairs, viewOf } from './record-view.ts'

export type Identifier = (typeof IDENTIFIERS)[number]

export interface TraceRecord {
  readonly entry: Entry
  /** Milliseconds since the first record, and since the one before (0 for the first). */
  readonly offsetMs: number
  readonly gapMs: number
  readonly service: string
  readonly node: string
  readonly level: string
  readonly event: string
  readonly message: string
  /** What went wrong: error_type, error; '' when nothing did. */
  readonly error: string
  readonly isError: boolean
  readonly durationMs: number | undefined
  /** The ids that it carries. */
  readonly ids: ReadonlyMap<Identifier, string>
}

/** `entries` in time order. */
export function traceRecords(entries: readonly Entry[]): TraceRecord[] {
  const first = entries[0]?.time ?? 0n
  return entries.map((entry, index) => {
    const before = entries[index - 1]?.time ?? entry.time
    return recordOf(entry, millis(entry.time - first), millis(entry.time - before))
  })
}

function millis(nanos: bigint): number {
  return Number(nanos) / 1e6
}

const NOTHING: ReadonlySet<string> = new Set()
const BAD_LEVEL = /^(?:err|crit|fatal|emerg|alert|panic)/i

function recordOf(entry: Entry, offsetMs: number, gapMs: number): TraceRecord {
  const get = reader(entry)
  const { level, message } = viewOf(entry, NOTHING)
  const error = [get('error_type'), get('error')].filter((part) => part !== '' && part !== message).join(': ')
  const ids = IDENTIFIERS.map((name) => [name, get(name)] as const).filter(([, value]) => value !== '')
  return {
    entry,
    offsetMs,
    gapMs,
    service: firstOf(get, ['service', 'service_name', 'app', 'job', 'container']),
    node: firstOf(get, ['node', 'component', 'pod', 'instance', 'host']),
    level,
    event: get('event'),
    message,
    error,
    isError: BAD_LEVEL.test(level) || get('outcome') === 'failure',
    durationMs: durationOf(entry),
    ids: new Map(ids),
  }
}

/** duration_ms, or what a record would make it from: total_duration_ms, took=1.2s, elapsed … */
function durationOf({ labels, line }: Entry): number | undefined {
  const said = labels.get('duration_ms')
  if (said !== undefined) return readDuration(said, 1)
  for (const [name, value] of readFields(line) ?? readPairs(line)) {
    const meaning = meaningOf(name)
    if (meaning?.role !== 'duration' || (typeof value !== 'string' && typeof value !== 'number')) continue
    const ms = readDuration(value, meaning.unit)
    if (ms !== undefined) return ms
  }
  return undefined
}

function firstOf(get: (name: string) => string, names: readonly string[]): string {
  return names.map(get).find((value) => value !== '') ?? ''
}

/** A field by name: a label, a member of the JSON line, or name=value in its text; '' when it has none. */
function reader({ labels, line }: Entry): (name: string) => string {
  const fields = readFields(line) ?? readPairs(line)
  return (name) => {
    const label = labels.get(name)
    if (label !== undefined) return label
    const value = fields.get(name)
    return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
  }
}
