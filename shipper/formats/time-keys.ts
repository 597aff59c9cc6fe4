/** Which key of a line holds its time, and the values that stand for one. */
import type { Instant } from '../terms/instant.ts'
import { type Fields, JsonNumber, type Value, valueText } from '../terms/json.ts'
import { meaningOf } from '../terms/keys.ts'
import { readTimeValue, type TimeOptions } from '../terms/time.ts'

/** Takes the time out of the fields of a line of no known library: the best-ranked timestamp key that holds one. */
export function takeTime(fields: Fields, options: TimeOptions): Instant | undefined {
  return takeDateAndTime(fields, options) ?? takeZoned(fields, options) ?? takeRanked(fields, options)
}

function takeRanked(fields: Fields, options: TimeOptions): Instant | undefined {
  let best: string | undefined
  let instant: Instant | undefined
  let rank = Number.POSITIVE_INFINITY
  for (const [name, value] of fields) {
    const meaning = meaningOf(name)
    if (meaning === undefined || meaning.role !== 'timestamp' || meaning.rank >= rank) continue
    const found = readInstant(value, options)
    if (found === undefined) continue
    best = name
    instant = found
    rank = meaning.rank
  }
  best ??= OTHER_KEYS.find((name) => (instant = readInstant(fields.get(name) ?? null, options)) !== undefined)
  if (best !== undefined) fields.delete(best)
  return instant
}

/** Grafana's t, nginx' and Envoy's access logs, brokers, audit trails (Okta, Windows, Microsoft 365, Kubernetes): names that elsewhere may mean something else, so only at last. */
const OTHER_KEYS = [
  't',
  'time_iso8601',
  'time_local',
  'msec',
  'timeMillis',
  'epoch',
  'start_time',
  'startTime',
  'eventTimestamp',
  'logged_at',
  'created_at',
  'created',
  'started_at',
  'instant',
  'published',
  'TimeCreated',
  'CreationTime',
  'requestReceivedTimestamp',
  'stageTimestamp',
  'EdgeStartTimestamp',
  'EdgeEndTimestamp',
]

const DATE = /^\d{4}[-/]\d\d[-/]\d\d$/
const CLOCK = /^\d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/
const ZONE = /^[+-]\d\d:?\d\d$/

/** date=2026-05-05 time=12:30:11 tz="-0700", as firewalls write it. */
function takeDateAndTime(fields: Fields, options: TimeOptions): Instant | undefined {
  const date = fields.get('date')
  const clock = fields.get('time')
  if (typeof date !== 'string' || typeof clock !== 'string' || !DATE.test(date) || !CLOCK.test(clock)) return undefined
  const zone = valueText(fields.get('tz') ?? fields.get('timezone') ?? '')
  const instant = readTimeValue(`${date} ${clock}${ZONE.test(zone) ? zone : ''}`, options)
  if (instant === undefined) return undefined
  fields.delete('date')
  fields.delete('time')
  return instant
}

const LOCAL = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/

/** Stormshield: time="2026-05-05 10:11:12" … tz=+0200 */
function takeZoned(fields: Fields, options: TimeOptions): Instant | undefined {
  const zone = fields.get('tz')
  const time = fields.get('time')
  if (typeof zone !== 'string' || typeof time !== 'string' || !ZONE.test(zone) || !LOCAL.test(time)) return undefined
  const instant = readTimeValue(time + zone, options)
  if (instant !== undefined) fields.delete('time')
  return instant
}

/** The first of `keys` whose value is a time. */
export function timeKeyOf(line: Fields, keys: readonly string[], options: TimeOptions): string | undefined {
  return keys.find((key) => {
    const value = line.get(key)
    return value !== undefined && readInstant(value, options) !== undefined
  })
}

/** Seconds and nanoseconds, or a time, inside an object: log4j2's instant, protobuf's Timestamp, MongoDB's $date. */
const PARTS = [
  ['epochSecond', 'nanoOfSecond'],
  ['seconds', 'nanos'],
] as const

/** A value as a time: text, an epoch number of any unit, or one of the objects that stand for a time. */
export function readInstant(value: Value, options: TimeOptions): Instant | undefined {
  if (typeof value === 'string') return readTimeValue(value, options)
  // As text first: digits as they were written, not as a double rounds them.
  if (typeof value === 'number') return readTimeValue(String(value), options) ?? readTimeValue(value, options)
  if (value instanceof JsonNumber) return readTimeValue(value.text, options)
  if (!(value instanceof Map)) return undefined
  for (const [whole, part] of PARTS) {
    const seconds = value.get(whole)
    const nanos = value.get(part) ?? 0
    if (typeof seconds === 'number' && typeof nanos === 'number' && nanos >= 0 && nanos < 1e9) {
      return { seconds, nanos: Math.floor(nanos) }
    }
  }
  const inner = value.get('$date') ?? value.get('$numberLong')
  return inner === undefined ? undefined : readInstant(inner, options)
}
