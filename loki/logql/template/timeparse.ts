/** Go's time.Parse: reads a time by a layout. */
import { clockOf, DAYS, type GoTime, MONTHS, PARTS, timeOf } from './time.ts'
import { fixedZone, UTC, type Zone } from './zone.ts'

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
