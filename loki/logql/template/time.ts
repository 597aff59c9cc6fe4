/** Go's time.Time as templates use it: formatted and read by layouts that show 2006-01-02 15:04:05.999999999 -0700 MST. */
import { UTC, type Zone } from './zone.ts'

export interface GoTime {
  readonly kind: 'time'
  /** Since 1970. */
  readonly seconds: number
  readonly nanos: number
  readonly zone: Zone
  /** Time.String. */
  show(): string
}

/** Year 1: the time that Go gives where it has none. */
const ZERO_SECONDS = -62_135_596_800

export function timeOf(seconds: number, nanos: number, zone: Zone = UTC): GoTime {
  const time: GoTime = {
    kind: 'time',
    seconds,
    nanos,
    zone,
    show: () => formatTime(time, '2006-01-02 15:04:05.999999999 -0700 MST'),
  }
  return time
}

export const ZERO_TIME: GoTime = timeOf(ZERO_SECONDS, 0)

export function timeOfNanos(nanos: bigint, zone?: Zone): GoTime {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return timeOf(Number((nanos - rest) / 1_000_000_000n), Number(rest), zone)
}

export function nanosOf(time: GoTime): bigint {
  return BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanos)
}

export interface Clock {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** From 0, Sunday. */
  readonly weekday: number
  /** From 1. */
  readonly yearDay: number
  readonly offset: number
  readonly zoneName: string
}

export function clockOf(time: GoTime): Clock {
  const { offset, short } = time.zone.at(time.seconds)
  const date = new Date((time.seconds + offset) * 1000)
  const start = new Date(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - start.getTime()) / 86_400_000) + 1,
    offset,
    zoneName: short,
  }
}

export const MONTHS = 'January February March April May June July August September October November December'.split(' ')
export const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
export const monthName = (month: number) => MONTHS[month - 1]!
export const dayName = (weekday: number) => DAYS[weekday]!

/** What a layout shows. */
export const PARTS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|2006|(?<=_)2006|__2|_2(?!006)|[-Z]07:00:00|[-Z]070000|[-Z]07:00|[-Z]0700|[-Z]07|PM|pm|[.,]0+(?![0-9])|[.,]9+(?![0-9])|[12345]/g

const two = (value: number) => String(value).padStart(2, '0')

/** Time.Format. */
export function formatTime(time: GoTime, layout: string): string {
  const clock = clockOf(time)
  return layout.replace(PARTS, (part) => formatPart(part, clock, time.nanos))
}

const WRITERS: ReadonlyMap<string, (clock: Clock) => string> = new Map([
  ['January', (c) => monthName(c.month)],
  ['Jan', (c) => monthName(c.month).slice(0, 3)],
  ['1', (c) => String(c.month)],
  ['01', (c) => two(c.month)],
  ['Monday', (c) => dayName(c.weekday)],
  ['Mon', (c) => dayName(c.weekday).slice(0, 3)],
  ['2', (c) => String(c.day)],
  ['_2', (c) => String(c.day).padStart(2)],
  ['02', (c) => two(c.day)],
  ['__2', (c) => String(c.yearDay).padStart(3)],
  ['002', (c) => String(c.yearDay).padStart(3, '0')],
  ['15', (c) => two(c.hour)],
  ['3', (c) => String(c.hour % 12 || 12)],
  ['03', (c) => two(c.hour % 12 || 12)],
  ['4', (c) => String(c.minute)],
  ['04', (c) => two(c.minute)],
  ['5', (c) => String(c.second)],
  ['05', (c) => two(c.second)],
  ['2006', (c) => (c.year < 0 ? `-${String(-c.year).padStart(4, '0')}` : String(c.year).padStart(4, '0'))],
  ['06', (c) => two(c.year % 100)],
  ['PM', (c) => (c.hour >= 12 ? 'PM' : 'AM')],
  ['pm', (c) => (c.hour >= 12 ? 'pm' : 'am')],
  ['MST', (c) => c.zoneName || formatOffset('-0700', c.offset)],
])

function formatPart(part: string, clock: Clock, nanos: number): string {
  const write = WRITERS.get(part)
  if (write !== undefined) return write(clock)
  if (part[0] === '-' || part[0] === 'Z') return formatOffset(part, clock.offset)
  const digits = String(nanos)
    .padStart(9, '0')
    .slice(0, part.length - 1)
    .padEnd(part.length - 1, '0')
  if (part[1] === '0') return part[0] + digits
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : part[0] + trimmed
}

function formatOffset(part: string, offset: number): string {
  if (part[0] === 'Z' && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const colon = part.includes(':') ? ':' : ''
  const units = [two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)]
  const count = part.replaceAll(':', '').length === 7 ? 3 : part.length === 3 ? 1 : 2
  return (offset < 0 ? '-' : '+') + units.slice(0, count).join(colon)
}
