/** Numbers as Grafana shows them: a unit's id → text and suffix. Same scaling, decimals and words as Grafana's value formats. */

export interface Formatted {
  readonly prefix: string
  readonly text: string
  readonly suffix: string
}

/** `decimals` undefined: as many as Grafana would choose for the value. */
type Format = (value: number, decimals: number | undefined) => Formatted

export function formatValue(value: unknown, unit: string | undefined, decimals?: number | null): string {
  const { prefix, text, suffix } = formatParts(value, unit, decimals)
  return `${prefix}${text}${suffix}`
}

export function formatParts(value: unknown, unit = '', decimals?: number | null): Formatted {
  if (value === null || value === undefined) return plain('')
  if (unit === 'bool') return plain(value ? 'True' : 'False')
  if (unit === 'bool_yes_no') return plain(value ? 'Yes' : 'No')
  if (unit === 'bool_on_off') return plain(value ? 'On' : 'Off')
  if (unit === 'string') return plain(String(value))
  if (typeof value !== 'number') return plain(String(value))
  if (Number.isNaN(value)) return plain('NaN')
  if (!Number.isFinite(value)) return plain(value > 0 ? '∞' : '-∞')
  const rest = decimals ?? undefined
  const custom = /^(prefix|suffix|time):(.*)$/s.exec(unit)
  if (custom?.[1] === 'prefix') return { prefix: custom[2], text: toFixed(value, rest), suffix: '' }
  if (custom?.[1] === 'suffix') return { prefix: '', text: toFixed(value, rest), suffix: custom[2] }
  if (custom?.[1] === 'time') return plain(timeText(value))
  return (FORMATS.get(unit) ?? fallback(unit))(value, rest)
}

/** Grafana shows an unknown unit's id behind the number. */
function fallback(unit: string): Format {
  return (value, decimals) => ({ prefix: '', text: toFixed(value, decimals), suffix: unit === '' ? '' : ` ${unit}` })
}

/** Three digits for what is above zero, two below; none for whole numbers. */
export function decimalsFor(value: number): number {
  if (value % 1 === 0) return 0
  return Math.max(0, (value > 0 ? 2 : 1) - Math.floor(Math.log10(Math.abs(value))))
}

export function toFixed(value: number, decimals: number | undefined): string {
  const places = decimals ?? decimalsFor(value)
  const factor = 10 ** places
  const rounded = String(Math.round(value * factor) / factor)
  if (rounded.includes('e')) return rounded
  const [whole, fraction = ''] = rounded.split('.')
  return places === 0 ? whole : `${whole}.${fraction.padEnd(places, '0')}`
}

function plain(text: string): Formatted {
  return { prefix: '', text, suffix: '' }
}

function suffixed(suffix: string, factor = 1): Format {
  return (value, decimals) => ({ prefix: '', text: toFixed(value * factor, decimals), suffix })
}

/** Steps of `factor`; `offset`: which of the suffixes stands for the number itself. */
function scaled(factor: number, suffixes: readonly string[], offset = 0): Format {
  return (value, decimals) => {
    const wanted = value === 0 ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(factor) + 1e-12)
    const step = Math.min(Math.max(wanted, -offset), suffixes.length - 1 - offset)
    return { prefix: '', text: toFixed(value / factor ** step, decimals), suffix: suffixes[step + offset] }
  }
}

const SHORT = scaled(1000, ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept'])
const si = (unit: string, offset = 0) =>
  scaled(
    1000,
    ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].slice(5 - offset).map((p) => ` ${p}${unit}`),
    offset,
  )
const binary = (unit: string) =>
  scaled(
    1024,
    ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'].map((p) => ` ${p}${unit}`),
  )
const counted = (unit: string) =>
  scaled(
    1000,
    ['', 'K', 'M', 'B', 'T'].map((p) => `${p} ${unit}`),
  )
const currency =
  (symbol: string): Format =>
  (value, decimals) => ({ ...scaled(1000, ['', 'K', 'M', 'B', 'T'])(value, decimals), prefix: symbol })

/** Longest first: from how many seconds on, what it is divided by, its word. */
const LENGTHS = [
  [31_536_000, 31_536_000, ' years'],
  [604_800, 604_800, ' weeks'],
  [86_400, 86_400, ' days'],
  [3600, 3600, ' hours'],
  [60, 60, ' mins'],
  [1, 1, ' s'],
  [1e-3, 1e-3, ' ms'],
  [1e-6, 1e-6, ' µs'],
  [0, 1e-9, ' ns'],
] as const

/** `unit`: seconds in one of what is given; `own`: what 0 is shown in. Nothing is shown smaller than what is given. */
function duration(unit: number, own: string): Format {
  return (value, decimals) => {
    if (value === 0) return { prefix: '', text: '0', suffix: own }
    const seconds = Math.abs(value) * unit
    const place = LENGTHS.find(([from, divisor]) => seconds >= from * (1 - 1e-12) && divisor > 0)!
    const [, divisor, suffix] = place[1] < unit && unit !== 1 ? LENGTHS.find(([, d]) => d === unit)! : place
    return { prefix: '', text: toFixed((value * unit) / divisor, decimals), suffix }
  }
}

/** A length in words: 1 hour, 2 minutes. */
function words(unit: number): Format {
  return (value) => {
    let rest = Math.round(Math.abs(value) * unit)
    if (rest < 1) return plain(`${toFixed(Math.abs(value) * unit, undefined)} seconds`)
    const parts: string[] = []
    for (const [size, word] of WORDS) {
      const count = Math.floor(rest / size)
      if (count > 0) parts.push(`${count} ${word}${count === 1 ? '' : 's'}`)
      rest -= count * size
      if (parts.length === 2) break
    }
    return plain(parts.join(', '))
  }
}

const WORDS = [
  [31_536_000, 'year'],
  [604_800, 'week'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const

/** Milliseconds since 1970, in the browser's zone. */
function timeText(value: number): string {
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return String(value)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

function ago(value: number): string {
  const seconds = (Date.now() - value) / 1000
  const text = words(1)(Math.max(1, Math.abs(seconds)), undefined).text.replace(/,.*/, '')
  return seconds >= 0 ? `${text} ago` : `in ${text}`
}

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['', fallback('')],
  ['none', fallback('')],
  ['short', SHORT],
  ['sishort', si('')],
  ['locale', (value, decimals) => plain(value.toLocaleString('en', { maximumFractionDigits: decimals ?? 2 }))],
  ['sci', (value, decimals) => plain(value.toExponential(decimals))],
  ['hex', (value) => plain(Math.round(value).toString(16).toUpperCase())],
  ['percent', suffixed('%')],
  ['percentunit', suffixed('%', 100)],
  ['bytes', binary('B')],
  ['decbytes', si('B')],
  ['bits', binary('b')],
  ['decbits', si('b')],
  ['kbytes', (value, decimals) => binary('B')(value * 1024, decimals)],
  ['mbytes', (value, decimals) => binary('B')(value * 1024 ** 2, decimals)],
  ['binBps', binary('B/s')],
  ['Bps', si('B/s')],
  ['binbps', binary('b/s')],
  ['bps', si('b/s')],
  ...[
    ['cps', 'c/s'],
    ['ops', 'ops/s'],
    ['reqps', 'req/s'],
    ['rps', 'rd/s'],
    ['wps', 'wr/s'],
    ['iops', 'io/s'],
    ['eps', 'evt/s'],
    ['mps', 'msg/s'],
    ['opm', 'ops/m'],
    ['cpm', 'c/m'],
    ['rpm', 'rd/m'],
    ['reqpm', 'req/m'],
  ].map(([id, unit]) => [id, counted(unit)] as const),
  ['ns', duration(1e-9, ' ns')],
  ['µs', duration(1e-6, ' µs')],
  ['ms', duration(1e-3, ' ms')],
  ['s', duration(1, ' s')],
  ['m', duration(60, ' mins')],
  ['h', duration(3600, ' hours')],
  ['d', duration(86_400, ' days')],
  ['dtdurations', words(1)],
  ['dtdurationms', words(1e-3)],
  ['dateTimeAsIso', (value) => plain(timeText(value))],
  ['dateTimeAsSystem', (value) => plain(timeText(value))],
  ['dateTimeAsLocal', (value) => plain(timeText(value))],
  ['dateTimeFromNow', (value) => plain(ago(value))],
  ['currencyUSD', currency('$')],
  ['currencyEUR', currency('€')],
])
