/** Go's time.Time as templates use it: formatted and read by layouts that show 2006-01-02 15:04:05.999999999 -0700 MST. */
import { fixedZone, UTC, type Zone } from './zone.ts'

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

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
export const monthName = (month: number) => MONTHS[month - 1]!
export const dayName = (weekday: number) => DAYS[weekday]!

const PARTS =
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

interface Found {
  year: number
  month: number
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  nanos: number
  isPm: boolean | undefined
  offset: number | undefined
  zoneName: string | undefined
}

/** time.ParseInLocation; undefined for a text that is not as the layout says. */
export function parseTime(layout: string, text: string, zone: Zone): GoTime | undefined {
  const found: Found = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    isPm: undefined,
    offset: undefined,
    zoneName: undefined,
  }
  let rest: string | undefined = text
  let from = 0
  const parts = [...layout.matchAll(PARTS)]
  for (const [i, match] of parts.entries()) {
    rest = skipLiteral(rest, layout.slice(from, match.index))
    if (rest === undefined) return undefined
    from = match.index + match[0].length
    const next = layout.slice(from)
    rest = readPart(match[0], rest, found, /^[.,][09]/.test(next) && parts[i + 1]?.index === from)
    if (rest === undefined) return undefined
  }
  rest = skipLiteral(rest, layout.slice(from))
  return rest === '' ? finish(found, zone) : undefined
}

function skipLiteral(text: string, literal: string): string | undefined {
  let rest = text
  for (let i = 0; i < literal.length; i++) {
    if (literal[i] === ' ') {
      // Any number of spaces, also none at the end.
      if (rest !== '' && rest[0] !== ' ') return undefined
      while (literal[i + 1] === ' ') i++
      rest = rest.replace(/^ +/, '')
    } else if (rest[0] !== literal[i]) return undefined
    else rest = rest.slice(1)
  }
  return rest
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'yearDay'
/** Part → what it is, how it looks, its least and greatest. */
const NUMBERS: ReadonlyMap<string, readonly [Field, RegExp, number, number]> = new Map([
  ['2006', ['year', /^\d{4}/, 0, 9999]],
  ['1', ['month', /^\d{1,2}/, 1, 12]],
  ['01', ['month', /^\d{2}/, 1, 12]],
  ['2', ['day', /^\d{1,2}/, 0, 31]],
  ['_2', ['day', /^ ?\d{1,2}/, 0, 31]],
  ['02', ['day', /^\d{2}/, 0, 31]],
  ['__2', ['yearDay', /^ {0,2}\d{1,3}/, 1, 366]],
  ['002', ['yearDay', /^\d{3}/, 1, 366]],
  ['15', ['hour', /^\d{1,2}/, 0, 23]],
  ['3', ['hour', /^\d{1,2}/, 0, 12]],
  ['03', ['hour', /^\d{2}/, 0, 12]],
  ['4', ['minute', /^\d{1,2}/, 0, 59]],
  ['04', ['minute', /^\d{2}/, 0, 59]],
  ['5', ['second', /^\d{1,2}/, 0, 59]],
  ['05', ['second', /^\d{2}/, 0, 59]],
])

function readPart(part: string, text: string, found: Found, isFractionNext: boolean): string | undefined {
  const number = NUMBERS.get(part)
  if (number !== undefined) {
    const [field, pattern, least, greatest] = number
    const match = pattern.exec(text)
    if (match === null || Number(match[0]) < least || Number(match[0]) > greatest) return undefined
    found[field] = Number(match[0])
    const rest = text.slice(match[0].length)
    // Digits behind the seconds are read though the layout does not show them.
    const fraction = field === 'second' && !isFractionNext ? /^[.,]\d+/.exec(rest) : null
    return fraction === null ? rest : readFraction(fraction[0], rest, found)
  }
  switch (part) {
    case '06': {
      const match = /^\d{2}/.exec(text)
      if (match === null) return undefined
      found.year = Number(match[0]) + (Number(match[0]) >= 69 ? 1900 : 2000)
      return text.slice(2)
    }
    case 'January':
    case 'Jan': {
      const at = indexOfName(MONTHS, text, part === 'Jan')
      if (at < 0) return undefined
      found.month = at + 1
      return text.slice(part === 'Jan' ? 3 : MONTHS[at]!.length)
    }
    case 'Monday':
    case 'Mon': {
      const at = indexOfName(DAYS, text, part === 'Mon')
      return at < 0 ? undefined : text.slice(part === 'Mon' ? 3 : DAYS[at]!.length)
    }
    case 'PM':
    case 'pm': {
      const half = text.slice(0, 2)
      if (half !== (part === 'PM' ? 'AM' : 'am') && half !== part) return undefined
      found.isPm = half === part
      return text.slice(2)
    }
    case 'MST':
      return readZoneName(text, found)
  }
  if (part[0] === '-' || part[0] === 'Z') return readOffset(part, text, found)
  const digits = part.length - 1
  const match = part[1] === '0' ? new RegExp(`^[.,]\\d{${digits}}`).exec(text) : /^[.,]\d{1,9}/.exec(text)
  if (match === null) return part[1] === '9' ? text : undefined
  return readFraction(match[0], text, found)
}

function readFraction(fraction: string, text: string, found: Found): string {
  found.nanos = Number(fraction.slice(1, 10).padEnd(9, '0'))
  return text.slice(fraction.length)
}

function indexOfName(names: readonly string[], text: string, isShort: boolean): number {
  const lower = text.toLowerCase()
  return names.findIndex((name) => lower.startsWith((isShort ? name.slice(0, 3) : name).toLowerCase()))
}

function readZoneName(text: string, found: Found): string | undefined {
  const match = /^(?:UTC|GMT[+-]\d{1,2}|[A-Z]{3,5}(?![A-Z])|[+-]\d{2}(?:\d{2})?)/.exec(text)
  if (match === null) return undefined
  if (match[0] === 'UTC') found.offset = 0
  found.zoneName = match[0]
  return text.slice(match[0].length)
}

function readOffset(part: string, text: string, found: Found): string | undefined {
  if (part[0] === 'Z' && text[0] === 'Z') {
    found.offset = 0
    found.zoneName = 'UTC'
    return text.slice(1)
  }
  const colon = part.includes(':') ? ':' : ''
  const count = part.replaceAll(':', '').length === 7 ? 3 : part.length === 3 ? 1 : 2
  const match = new RegExp(`^([+-])${new Array<string>(count).fill('(\\d{2})').join(colon)}`).exec(text)
  if (match === null) return undefined
  const [all, sign, hours, minutes = '0', seconds = '0'] = match
  if (Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60) return undefined
  found.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  return text.slice(all.length)
}

function finish(found: Found, zone: Zone): GoTime | undefined {
  let { month, day, hour } = found
  if (found.isPm === true && hour < 12) hour += 12
  if (found.isPm === false && hour === 12) hour = 0
  const date = new Date(0)
  date.setUTCFullYear(found.year, 0, 1)
  if (found.yearDay > 0 && month < 0 && day < 0) {
    date.setUTCDate(found.yearDay)
    month = date.getUTCMonth() + 1
    day = date.getUTCDate()
  }
  month = Math.max(1, month)
  day = day < 0 ? 1 : day
  date.setUTCFullYear(found.year, month - 1, day)
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return undefined
  date.setUTCHours(hour, found.minute, found.second)
  const seconds = date.getTime() / 1000
  if (found.offset !== undefined) return atOffset(seconds, found, zone)
  if (found.zoneName === undefined) return inZone(seconds, found.nanos, zone)
  const here = inZone(seconds, found.nanos, zone)
  if (clockOf(here).zoneName === found.zoneName) return here
  const hours = /^GMT([+-]\d{1,2})$/.exec(found.zoneName)
  const offset = hours === null ? 0 : Number(hours[1]) * 3600
  return timeOf(seconds - offset, found.nanos, fixedZone(found.zoneName, offset))
}

function atOffset(seconds: number, found: Found, zone: Zone): GoTime {
  const instant = seconds - found.offset!
  if (found.offset === 0 && found.zoneName === 'UTC') return timeOf(instant, found.nanos, UTC)
  const here = zone.at(instant)
  if (here.offset === found.offset && (found.zoneName === undefined || here.short === found.zoneName)) {
    return timeOf(instant, found.nanos, zone)
  }
  return timeOf(instant, found.nanos, fixedZone(found.zoneName ?? '', found.offset!))
}

/** A wall clock's time in a zone: by its offset before, then by the one after. */
function inZone(seconds: number, nanos: number, zone: Zone): GoTime {
  const { offset } = zone.at(seconds)
  const first = seconds - offset
  const { offset: before } = zone.at(first)
  return timeOf(before === offset ? first : seconds - before, nanos, zone)
}
