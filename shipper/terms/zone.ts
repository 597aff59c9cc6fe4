/**
 * Time zones: IANA names through Intl (cached, because one look-up costs microseconds), and the suffixes that follow a
 * time in logs: Z, +02:00, +0200, +02, UTC, GMT+1, CEST, [Europe/Berlin].
 */
const QUARTER = 900
const DAY = 86_400
/** Offsets are kept by quarter of an hour of local time (no zone changes within one); more than this are forgotten. */
const CACHE_LIMIT = 8192

interface Zone {
  readonly format: Intl.DateTimeFormat | undefined
  /** Quarter of an hour in local time → offset in seconds. */
  readonly offsets: Map<number, number>
  lastQuarter: number
  lastOffset: number
}

const zones = new Map<string, Zone | undefined>()

/** True for a name that this machine's time zone data knows. */
export function isZone(name: string): boolean {
  return zoneOf(name) !== undefined
}

/**
 * Seconds since the epoch for a wall clock reading in a zone, itself given as if it were UTC. An hour that a change to
 * summer time skips maps forward; of an hour that comes twice the first is meant. An unknown zone counts as UTC.
 */
export function localToEpoch(name: string, local: number): number {
  if (name === 'UTC') return local
  const zone = zoneOf(name)
  if (zone === undefined || zone.format === undefined) return local
  const quarter = Math.floor(local / QUARTER)
  if (quarter !== zone.lastQuarter) {
    let offset = zone.offsets.get(quarter)
    if (offset === undefined) {
      offset = localOffset(zone.format, quarter * QUARTER)
      if (zone.offsets.size >= CACHE_LIMIT) zone.offsets.clear()
      zone.offsets.set(quarter, offset)
    }
    zone.lastQuarter = quarter
    zone.lastOffset = offset
  }
  return local - zone.lastOffset
}

/** Seconds to add to UTC to get the wall clock of a zone at that moment. */
export function offsetAt(name: string, epoch: number): number {
  if (name === 'UTC') return 0
  const format = zoneOf(name)?.format
  return format === undefined ? 0 : formatOffset(format, epoch)
}

let lastName = ''
let lastZone: Zone | undefined

function zoneOf(name: string): Zone | undefined {
  if (name === lastName) return lastZone
  lastZone = lookUp(name)
  lastName = name
  return lastZone
}

function lookUp(name: string): Zone | undefined {
  let zone = zones.get(name)
  if (zone === undefined && !zones.has(name)) {
    zone = openZone(name)
    // Names come from log lines too ([Europe/Berlin]): what is remembered of them stays bounded.
    if (zones.size >= 1024) zones.clear()
    zones.set(name, zone)
  }
  return zone
}

function openZone(name: string): Zone | undefined {
  const state = { offsets: new Map<number, number>(), lastQuarter: Number.NaN, lastOffset: 0 }
  if (/^(?:etc\/)?(?:utc|gmt|uct|zulu|universal)$/i.test(name)) return { format: undefined, ...state }
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    return { format, ...state }
  } catch {
    return undefined
  }
}

function localOffset(format: Intl.DateTimeFormat, local: number): number {
  const before = formatOffset(format, local - DAY)
  const after = formatOffset(format, local + DAY)
  if (before === after) return before
  const inFirst = formatOffset(format, local - before) === before
  const inSecond = formatOffset(format, local - after) === after
  // Both hold: the hour comes twice, the first is meant. Neither holds: it is skipped, the old offset maps it forward.
  return inFirst || !inSecond ? before : after
}

function formatOffset(format: Intl.DateTimeFormat, epoch: number): number {
  const at = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const part of format.formatToParts(epoch * 1000)) {
    if (part.type in at) at[part.type as keyof typeof at] = Number(part.value)
  }
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second) / 1000 - epoch
}

/** What follows a time: where it ends, and the offset in seconds, or the zone's name, or neither (undefined). */
export interface ZoneSuffix {
  end: number
  offset: number | undefined
  zone: string | undefined
}

const hour = 3600
/** Hours east of Greenwich. Where an abbreviation has several meanings, the one that logs use most. */
const ABBREVIATIONS = new Map<string, number>(
  Object.entries({
    UTC: 0, GMT: 0, UCT: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, MET: 1, MEST: 2, MESZ: 2, MEZ: 1, EET: 2, EEST: 3,
    MSK: 3, MSD: 4, SAMT: 4, YEKT: 5, OMST: 6, NOVT: 7, KRAT: 7, IRKT: 8, VLAT: 10, TRT: 3, IDT: 3, GST: 4, PKT: 5,
    IST: 5.5, NPT: 5.75, ICT: 7, WIB: 7, WITA: 8, HKT: 8, SGT: 8, MYT: 8, PHT: 8, AWST: 8, JST: 9, KST: 9, WIT: 9,
    ACST: 9.5, ACDT: 10.5, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13, HST: -10, AKST: -9, AKDT: -8, PST: -8, PDT: -7,
    MST: -7, MDT: -6, CST: -6, CDT: -5, EST: -5, EDT: -4, AST: -4, ADT: -3, NST: -3.5, NDT: -2.5, BRT: -3, BRST: -2,
    ART: -3, CLT: -4, CLST: -3, COT: -5, PET: -5, VET: -4, SAST: 2, EAT: 3, WAT: 1, CAT: 2,
  }).map(([name, hours]) => [name, hours * hour]), // biome-ignore format: a table
)

/** Abbreviations that mean the reader's own zone, when that is one of these. */
const LOCAL_MEANING = new Map<string, { readonly zones: RegExp; readonly offset: number }>([
  ['CST', { zones: /^(?:Asia\/|PRC$|ROC$)/, offset: 8 * hour }],
  ['IST', { zones: /^(?:Asia\/Jerusalem|Asia\/Tel_Aviv|Israel)$/, offset: 2 * hour }],
  ['BST', { zones: /^Asia\/Dhaka$/, offset: 6 * hour }],
])

const suffix: ZoneSuffix = { end: 0, offset: undefined, zone: undefined }

/** Reads the zone right behind a time; the answer is one shared object, valid until the next call. */
export function readZone(text: string, start: number, homeZone: string): Readonly<ZoneSuffix> {
  suffix.end = start
  suffix.offset = undefined
  suffix.zone = undefined
  let at = start
  let code = text.charCodeAt(at)
  if (code === 0x5a || code === 0x7a) {
    if (isWordCode(text.charCodeAt(at + 1))) return suffix
    suffix.end = at + 1
    suffix.offset = 0
    return bracketed(text)
  }
  const spaced = code === 0x20
  if (spaced) code = text.charCodeAt(++at)
  if (code === 0x2b || code === 0x2d) {
    readOffset(text, at, spaced)
    if (spaced && suffix.offset !== undefined) parenthesised(text)
  } else if (code === 0x5a && spaced && !isWordCode(text.charCodeAt(at + 1))) {
    suffix.end = at + 1
    suffix.offset = 0
  } else if (code >= 0x41 && code <= 0x5a) readAbbreviation(text, at, homeZone)
  return spaced && suffix.offset === undefined ? suffix : bracketed(text)
}

/** +hh:mm, +hhmm, +hh, and DB2's +mmm (minutes). Behind a space only those that cannot be a number of something, as Duplicati's "+02 - [". */
function readOffset(text: string, at: number, spaced: boolean): void {
  let digits = 0
  while (digits < 5 && isDigit(text.charCodeAt(at + 1 + digits))) digits++
  let value = 0
  let end = at + 1 + digits
  for (let i = at + 1; i < end; i++) value = value * 10 + text.charCodeAt(i) - 48
  let seconds: number
  if (digits === 2) {
    seconds = value * 3600
    const colon = text.charCodeAt(end) === 0x3a
    if (colon && isDigit(text.charCodeAt(end + 1)) && isDigit(text.charCodeAt(end + 2))) {
      seconds += Number(text.slice(end + 1, end + 3)) * 60
      end += 3
    } else if (spaced && !text.startsWith(' - [', end)) return
  } else if (digits === 4) seconds = Math.floor(value / 100) * 3600 + (value % 100) * 60
  else if (digits === 3 && !spaced) seconds = value * 60
  else return
  if (seconds > 18 * hour || isWordCode(text.charCodeAt(end))) return
  suffix.end = end
  suffix.offset = text.charCodeAt(at) === 0x2d ? -seconds : seconds
}

function readAbbreviation(text: string, at: number, homeZone: string): void {
  let end = at
  while (end - at < 6 && text.charCodeAt(end) >= 0x41 && text.charCodeAt(end) <= 0x5a) end++
  // Every abbreviation ends in one of these, and no level word does: spares a look-up for most lines.
  if (end - at < 3 || !'TCDKZBA'.includes(text.charAt(end - 1))) return
  const name = text.slice(at, end)
  const offset = ABBREVIATIONS.get(name)
  if (offset === undefined || isWordCode(text.charCodeAt(end))) return
  const local = LOCAL_MEANING.get(name)
  suffix.end = end
  suffix.offset = local?.zones.test(homeZone) ? local.offset : offset
  const sign = text.charCodeAt(end)
  if (offset === 0 && (sign === 0x2b || sign === 0x2d)) {
    readOffset(text, end, false)
    if (suffix.end === end && isDigit(text.charCodeAt(end + 1)) && !isWordCode(text.charCodeAt(end + 2))) {
      suffix.offset = (sign === 0x2d ? -hour : hour) * (text.charCodeAt(end + 1) - 48)
      suffix.end = end + 2
    }
  }
}

/** RFC 9557: 2026-05-05T12:30:11+02:00[Europe/Berlin]. */
function bracketed(text: string): Readonly<ZoneSuffix> {
  if (text.charCodeAt(suffix.end) !== 0x5b) return suffix
  const close = text.indexOf(']', suffix.end)
  if (close < 0 || close - suffix.end > 40) return suffix
  const name = text.slice(suffix.end + 1, close)
  if (!/^(?:[A-Z][A-Za-z_]+(?:\/[A-Za-z_+\-0-9]+)+|UTC|GMT|Z)$/.test(name) || (name !== 'Z' && !isZone(name)))
    return suffix
  if (suffix.offset === undefined) suffix.zone = name === 'Z' ? 'UTC' : name
  suffix.end = close + 1
  return suffix
}

/** RFC 5322's comment: +0000 (UTC). */
function parenthesised(text: string): void {
  const at = suffix.end
  if (text.charCodeAt(at) !== 0x20 || text.charCodeAt(at + 1) !== 0x28) return
  const close = text.indexOf(')', at)
  if (close > 0 && close - at < 8 && ABBREVIATIONS.has(text.slice(at + 2, close))) suffix.end = close + 1
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Letters, digits and _: what a word goes on with. */
export function isWordCode(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
}
