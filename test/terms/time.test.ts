import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { formatInstant, type Instant } from '../../shipper/terms/instant.ts'
import { readTime, readTimeValue } from '../../shipper/terms/time.ts'

const NOW = { seconds: Date.parse('2026-05-06T12:00:00Z') / 1000, nanos: 0 }
const UTC = { zone: 'UTC', now: NOW }

test('time.txt: notation by notation', () => {
  const lines = readFileSync(`${import.meta.dirname}/time.txt`, 'utf8').split('\n')
  const wrong: string[] = []
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    const [input = '', zone = '', expected] = line.split(' | ')
    const match = readTime(input, 0, { zone, now: NOW })
    const rest = match === undefined || match.end === input.length ? '' : ` ${JSON.stringify(input.slice(match.end))}`
    const got = match === undefined ? 'no' : formatInstant(match.instant) + rest
    if (got !== expected) wrong.push(`${input} | ${zone} | ${got}, expected ${expected}`)
  }
  assert.deepEqual(wrong, [])
})

const pad = (value: number, width = 2) => String(value).padStart(width, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Writers of layouts with a whole date, and how many digits of the fraction each keeps. */
const LAYOUTS: [digits: number, write: (date: Date, fraction: string) => string][] = [
  [9, (d, f) => `${ymd(d, '-')}T${hms(d)}.${f}Z`],
  [9, (d, f) => `${ymd(d, '-')} ${hms(d)},${f}+00:00`],
  [6, (d, f) => `${ymd(d, '/')} ${hms(d)}.${f}`],
  [3, (d, f) => `${ymd(d, '.')} ${hms(d)}.${f} UTC`],
  [6, (d, f) => `${ymd(d, '-')}-${hms(d).replaceAll(':', '.')}.${f}`],
  [3, (d, f) => `${ymd(d, '')} ${hms(d)}.${f}`],
  [3, (d, f) => `${ymd(d, '')}-${hms(d)}:${f}`],
  [6, (d, f) => `${ymd(d, '')}T${hms(d).replaceAll(':', '')}.${f}Z`],
  [0, (d) => `${ymd(d, '')}${hms(d).replaceAll(':', '')}`],
  [0, (d) => `${pad(d.getUTCDate())}/${month(d)}/${d.getUTCFullYear()}:${hms(d)} +0000`],
  [3, (d, f) => `${pad(d.getUTCDate())}-${month(d)}-${d.getUTCFullYear()} ${hms(d)}.${f}`],
  [3, (d, f) => `${d.getUTCDate()} ${month(d)} ${d.getUTCFullYear()} ${hms(d)}.${f}`],
  [0, (d) => `${month(d)} ${pad(d.getUTCDate())} ${d.getUTCFullYear()} ${hms(d)}`],
  [6, (d, f) => `${DAYS[d.getUTCDay()]} ${month(d)} ${pad(d.getUTCDate())} ${hms(d)}.${f} ${d.getUTCFullYear()}`],
  [0, (d) => `${DAYS[d.getUTCDay()]} ${month(d)} ${pad(d.getUTCDate())} ${hms(d)} UTC ${d.getUTCFullYear()}`],
  [0, (d) => d.toUTCString()],
  [0, (d) => `${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCDate())}/${d.getUTCFullYear()} ${hms(d)}`],
  [0, (d) => `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${d.getUTCFullYear()}, ${twelve(d)}`],
  [3, (d, f) => `${pad(d.getUTCDate())}.${pad(d.getUTCMonth() + 1)}.${d.getUTCFullYear()} ${hms(d)}.${f}`],
]

const ymd = (d: Date, mark: string) =>
  `${d.getUTCFullYear()}${mark}${pad(d.getUTCMonth() + 1)}${mark}${pad(d.getUTCDate())}`
const hms = (d: Date) => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`
const month = (d: Date) => MONTHS[d.getUTCMonth()]
const twelve = (d: Date) =>
  `${d.getUTCHours() % 12 || 12}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())} ${d.getUTCHours() < 12 ? 'AM' : 'PM'}`

const instants = fc.record({
  seconds: fc.integer({ min: 1_000_000_000, max: 4_102_444_799 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
})

test('every layout reads back what was written', () => {
  fc.assert(
    fc.property(instants, ({ seconds, nanos }) => {
      for (const [digits, write] of LAYOUTS) {
        const text = write(new Date(seconds * 1000), pad(nanos, 9).slice(0, digits))
        const kept = digits === 0 ? 0 : nanos - (nanos % 10 ** (9 - digits))
        assert.deepEqual(
          readTime(`[${text}] x`, 1, UTC),
          { instant: { seconds, nanos: kept }, end: text.length + 1 },
          text,
        )
      }
    }),
    { numRuns: 400 },
  )
})

test('epochs by size, as text and as numbers', () => {
  fc.assert(
    fc.property(instants, ({ seconds, nanos }) => {
      const digits = seconds + pad(nanos, 9)
      assert.deepEqual(readTimeValue(digits, UTC), { seconds, nanos })
      assert.deepEqual(readTimeValue(`${seconds}.${pad(nanos, 9)}`, UTC), { seconds, nanos })
      const ms = Number(digits.slice(0, 13))
      assert.deepEqual(readTimeValue(ms, UTC), { seconds, nanos: (ms - seconds * 1000) * 1e6 })
      assert.deepEqual(readTimeValue(seconds, UTC), { seconds, nanos: 0 })
    }),
    { numRuns: 400 },
  )
  const zap = readTimeValue(1515618812.345678, UTC) as Instant
  assert.equal(formatInstant(zap), '2018-01-10T21:13:32.345678000Z')
  for (const none of [
    0,
    12,
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    5e9,
    '',
    '12',
    'soon',
    '2026-05-05T12:30:11Z x',
  ]) {
    assert.equal(readTimeValue(none, UTC), undefined, String(none))
  }
})

test('wall clocks agree with Intl in every zone', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
    'Pacific/Apia',
  ]
  for (const zone of zones) {
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000, max: 1_900_000_000 }), (seconds) => {
        const text = wall.format(seconds * 1000)
        const match = readTime(text, 0, { zone, now: NOW })
        // An hour that comes twice reads as its first: the same wall clock, at or before what was written.
        assert.ok(match !== undefined && match.instant.seconds <= seconds && seconds - match.instant.seconds <= 3600)
        assert.equal(wall.format(match.instant.seconds * 1000), text)
      }),
      { numRuns: 150 },
    )
  }
})

test('a time without a year is the nearest past one, a day ahead at most', () => {
  fc.assert(
    fc.property(instants, instants, ({ seconds }, now) => {
      const date = new Date(seconds * 1000)
      const read = readTime(`${month(date)} ${pad(date.getUTCDate())} ${hms(date)} x`, 0, { zone: 'UTC', now })?.instant
      assert.ok(
        read !== undefined && read.seconds <= now.seconds + 86_400 && read.seconds > now.seconds - 8 * 366 * 86_400,
      )
      const leapDay = date.getUTCMonth() === 1 && date.getUTCDate() === 29
      assert.ok(leapDay || read.seconds > now.seconds - 366 * 86_400)
    }),
    { numRuns: 400 },
  )
})

test('anything: no throw, and a match ends inside the text', () => {
  const alphabet = fc.constantFrom(...'0123456789-:/., TZ+[]JanFebMayMonUTCAPM\u0000é')
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 40 }), fc.nat(5), (chars, start) => {
      const text = chars.join('')
      const match = readTime(text, start, { zone: 'Europe/Berlin', now: NOW })
      if (match === undefined) return
      assert.ok(match.end > start && match.end <= text.length)
      assert.ok(Number.isInteger(match.instant.seconds) && match.instant.nanos >= 0 && match.instant.nanos < 1e9)
    }),
    { numRuns: 20_000 },
  )
})
