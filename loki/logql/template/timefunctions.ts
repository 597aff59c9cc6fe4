/** Loki's functions over times. */
import { quote } from '../../../shipper/wire/quote.ts'
import type { GoFunction } from './call.ts'
import { formatTime, type GoTime, nanosOf, timeOf, timeOfNanos, ZERO_TIME } from './time.ts'
import { parseTime } from './timeparse.ts'
import { isInt, isTime, type Value } from './values.ts'
import { loadZone, UTC } from './zone.ts'

/** `now`: the clock, milliseconds since 1970. */
export function timeFunctions(now: () => number): ReadonlyMap<string, GoFunction> {
  const present = () => timeOfNanos(BigInt(Math.round(now() * 1e6)))
  return new Map<string, GoFunction>([
    ['now', { parameters: [], call: present }],
    [
      'date',
      {
        parameters: ['string', 'any'],
        call: (layout, time) => formatTime(timeFor(time) ?? present(), layout as string),
      },
    ],
    ['toDate', { parameters: ['string', 'string'], call: (layout, text) => readTime(layout, 'UTC', text) }],
    ['toDateInZone', { parameters: ['string', 'string', 'string'], call: readTime }],
    ['unixToTime', { parameters: ['string'], call: (text) => unixToTime(text as string) }],
    ['unixEpoch', ofTime((time) => String(time.seconds))],
    ['unixEpochMillis', ofTime((time) => floorDivide(nanosOf(time), 1_000_000n))],
    ['unixEpochNanos', ofTime((time) => String(BigInt.asIntN(64, nanosOf(time))))],
  ])
}

function ofTime(call: (time: GoTime) => string): GoFunction {
  return { parameters: ['time'], call: (time) => call(time as GoTime) }
}

function floorDivide(value: bigint, by: bigint): string {
  return String((value - (((value % by) + by) % by)) / by)
}

function timeFor(value: Value): GoTime | undefined {
  if (isTime(value)) return timeOf(value.seconds, value.nanos, UTC)
  return isInt(value) ? timeOf(Number(value.value), 0) : undefined
}

/** A text that is not as the layout says is the year 1. */
function readTime(layout: Value, zone: Value, text: Value): Value {
  return parseTime(layout as string, text as string, loadZone(zone as string) ?? UTC) ?? ZERO_TIME
}

/** Digits → nanoseconds in one: days, seconds, milliseconds, microseconds, nanoseconds. */
const EPOCHS: ReadonlyMap<number, bigint> = new Map([
  [5, 86_400_000_000_000n],
  [10, 1_000_000_000n],
  [13, 1_000_000n],
  [16, 1000n],
  [19, 1n],
])

function unixToTime(text: string): Value {
  const isNumber = /^[+-]?\d+$/.test(text)
  const value = isNumber ? BigInt(text) : 0n
  const isInRange = value >= -(2n ** 63n) && value < 2n ** 63n
  const fault = isNumber ? 'value out of range' : 'invalid syntax'
  if (!isNumber || !isInRange) {
    throw new Error(`unable to parse time '${text}': strconv.ParseInt: parsing ${quote(text)}: ${fault}`)
  }
  const unit = EPOCHS.get(Buffer.byteLength(text))
  if (unit === undefined) throw new Error(`unable to parse time '${text}': %!w(<nil>)`)
  return timeOfNanos(value * unit)
}
