/** Loki's notations for durations and sizes, both ways. A reader returns undefined for what it does not know. */

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const KiB = 1024
export const MiB = 1024 * KiB

const PROMETHEUS_UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * DAY],
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', 1],
]

const PROMETHEUS_DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Prometheus's model.ParseDuration: 1w, 30d1h, 5m, 0. Milliseconds. */
export function readPrometheusDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text === '') return undefined
  const match = PROMETHEUS_DURATION.exec(text)
  if (match === null) return undefined
  let ms = 0
  for (const [index, [, size]] of PROMETHEUS_UNITS.entries()) ms += Number(match[index + 1] ?? 0) * size
  return ms
}

const GO_UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
])
const GO_PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y

/** Go's time.ParseDuration: 1h2m3.5s, -1.5ms, 0. Milliseconds, fractions kept. */
export function readGoDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const start = text.startsWith('-') || text.startsWith('+') ? 1 : 0
  if (text.slice(start) === '0') return 0
  let ms = 0
  let position = start
  while (position < text.length) {
    GO_PART.lastIndex = position
    const match = GO_PART.exec(text)
    if (match === null) return undefined
    ms += Number(match[1]) * GO_UNITS.get(match[2]!)!
    position = GO_PART.lastIndex
  }
  return position === start ? undefined : sign * ms
}

const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['K', KiB],
  ['KB', KiB],
  ['KIB', KiB],
  ['M', MiB],
  ['MB', MiB],
  ['MIB', MiB],
  ['G', 1024 * MiB],
  ['GB', 1024 * MiB],
  ['GIB', 1024 * MiB],
  ['T', 1024 * 1024 * MiB],
  ['TB', 1024 * 1024 * MiB],
  ['TIB', 1024 * 1024 * MiB],
])
const SIZE = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/

/** A size as Loki's configuration takes it: KB is 1,024 there. Bytes. */
export function readConfigSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim())
  const unit = match === null ? undefined : BYTE_UNITS.get(match[2]!.toUpperCase())
  return match === null || unit === undefined ? undefined : Math.floor(Number(match[1]) * unit)
}

const LOGQL_SIZE_UNITS: ReadonlyMap<string, number> = new Map(
  ['', 'k', 'm', 'g', 't', 'p', 'e'].flatMap((prefix, power) => [
    [`${prefix}b`, 1000 ** power] as const,
    [prefix, 1000 ** power] as const,
    [`${prefix}ib`, prefix === '' ? Number.NaN : 1024 ** power] as const,
    [`${prefix}i`, prefix === '' ? Number.NaN : 1024 ** power] as const,
  ]),
)
const LOGQL_SIZE = /^(\.?\d[\d.,]*)\s*([A-Za-z]*)$/

/** go-humanize's ParseBytes, what LogQL's label filters read: 1KB is 1,000 and 1KiB is 1,024. Bytes. */
export function readLogqlSize(text: string): number | undefined {
  const match = LOGQL_SIZE.exec(text)
  if (match === null) return undefined
  const unit = LOGQL_SIZE_UNITS.get(match[2]!.toLowerCase())
  const value = Number(match[1]!.replaceAll(',', '')) * (unit ?? Number.NaN)
  return Number.isNaN(value) ? undefined : Math.floor(value)
}

const SIZE_NAMES = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** As Loki's messages write a size: 3MB, 1.13KB. */
export function writeSize(bytes: number): string {
  let power = 0
  while (power < SIZE_NAMES.length - 1 && bytes >= 1024 ** (power + 1)) power++
  return `${Number((bytes / 1024 ** power).toFixed(2))}${SIZE_NAMES[power]}`
}

/** As Prometheus writes a duration, whole milliseconds: 30d1h, 5m, 0s. */
export function writePrometheusDuration(ms: number): string {
  let rest = Math.trunc(Math.abs(ms))
  if (rest === 0) return '0s'
  let text = ms < 0 ? '-' : ''
  for (const [name, size] of PROMETHEUS_UNITS) {
    // Prometheus writes years and weeks only when nothing smaller is left.
    if ((name === 'y' || name === 'w') && rest % size !== 0) continue
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${name}`
    rest -= count * size
  }
  return text
}

/** As Go writes a duration: 1h30m0s, 1.5s, 1.5ms, 0s; whole nanoseconds. */
export function writeGoDuration(ms: number): string {
  const nanos = BigInt(Math.trunc(ms)) * 1_000_000n + BigInt(Math.round((ms - Math.trunc(ms)) * 1e6))
  if (nanos === 0n) return '0s'
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  for (const [unit, places] of SMALL_UNITS) {
    if (size < 10n ** BigInt(places + 3)) return `${sign}${writeDecimal(size, places)}${unit}`
  }
  const minutes = size / 60_000_000_000n
  const seconds = `${writeDecimal(size % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return sign + seconds
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

const SMALL_UNITS = [
  ['ns', 0],
  ['µs', 3],
  ['ms', 6],
] as const

function writeDecimal(size: bigint, places: number): string {
  const digits = size.toString().padStart(places + 1, '0')
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const whole = digits.slice(0, digits.length - places)
  return places === 0 || fraction === '' ? whole : `${whole}.${fraction}`
}

const HUMAN_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** As go-humanize writes a size, without its blank: 5B, 1.5kB, 42MB. */
export function writeHumanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes}B`
  const power = Math.floor(Math.log(bytes) / Math.log(1000))
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10
  return `${value < 10 ? value.toFixed(1) : roundHalfEven(value)}${HUMAN_UNITS[power]}`
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}
