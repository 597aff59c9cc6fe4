/** Time ranges: Grafana's words for them (now-6h, now/d), steps, and texts for people. Milliseconds since 1970. */

export interface TimeRange {
  readonly from: number
  readonly to: number
}

export interface RawRange {
  readonly from: string
  readonly to: string
}

export const QUICK_RANGES: readonly (RawRange & { readonly title: string })[] = [
  ...[
    ['5m', '5 minutes'],
    ['15m', '15 minutes'],
    ['30m', '30 minutes'],
    ['1h', '1 hour'],
    ['3h', '3 hours'],
    ['6h', '6 hours'],
    ['12h', '12 hours'],
    ['24h', '24 hours'],
    ['2d', '2 days'],
    ['7d', '7 days'],
    ['30d', '30 days'],
    ['90d', '90 days'],
  ].map(([length, words]) => ({ from: `now-${length}`, to: 'now', title: `Last ${words}` })),
  { from: 'now/d', to: 'now/d', title: 'Today' },
  { from: 'now-1d/d', to: 'now-1d/d', title: 'Yesterday' },
  { from: 'now/w', to: 'now', title: 'This week so far' },
]

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
  ['M', 2_592_000_000],
  ['y', 31_536_000_000],
])

/** 90s, 1h30m; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwMy]))+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwMy])/g))
    total += Number(count) * UNITS.get(unit)!
  return total
}

/** The whole units that fit: 90000 → 90s, 3600000 → 1h. */
export function durationText(ms: number): string {
  if (ms <= 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNITS.get(unit)!
    if (ms % size === 0) return `${ms / size}${unit}`
  }
  return `${Math.max(1, Math.round(ms))}ms`
}

/** Now and its offsets, milliseconds, or a date; undefined for what is no time. */
export function parseTime(text: string, now: number, isEnd: boolean): number | undefined {
  const relative = /^now((?:[+-]\d+(?:ms|[smhdwMy]))*)(?:\/([smhdwMy]))?$/.exec(text.trim())
  if (relative !== null) {
    let time = now
    for (const [, sign, length] of relative[1].matchAll(/([+-])(\d+(?:ms|[smhdwMy]))/g)) {
      time += (sign === '-' ? -1 : 1) * parseDuration(length)!
    }
    return relative[2] === undefined ? time : edge(time, relative[2], isEnd)
  }
  if (/^-?\d{1,16}$/.test(text.trim())) return Number(text)
  const time = Date.parse(text.trim().replace(' ', 'T'))
  return Number.isNaN(time) ? undefined : time
}

export function resolveRange({ from, to }: RawRange, now: number): TimeRange {
  const end = parseTime(to, now, true) ?? now
  const start = parseTime(from, now, false) ?? end - 3_600_000
  return start < end ? { from: start, to: end } : { from: end - 60_000, to: end }
}

/** The start, or the last millisecond, of the day, week … that holds the time, in the local zone. */
function edge(time: number, unit: string, isEnd: boolean): number {
  const date = new Date(time)
  const parts = [
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ]
  const kept = { y: 1, M: 2, w: 3, d: 3, h: 4, m: 5, s: 6 }[unit]!
  if (unit === 'w') parts[2] -= (date.getDay() + 6) % 7
  const fill = [0, 0, 1, 0, 0, 0]
  const at = (plus: number) => {
    const cut = parts.map((part, index) => (index < kept ? part : fill[index]))
    cut[kept - 1] += plus * (unit === 'w' ? 7 : 1)
    return new Date(cut[0], cut[1], cut[2], cut[3], cut[4], cut[5]).getTime()
  }
  return isEnd ? at(1) - 1 : at(0)
}

/** Grafana's steps. */
const STEPS = [
  '1ms 2ms 5ms 10ms 20ms 50ms 100ms 200ms 500ms 1s 2s 5s 10s 15s 20s 30s',
  '1m 2m 5m 10m 15m 20m 30m 1h 2h 3h 6h 12h 1d 7d 30d 365d',
]
  .join(' ')
  .split(' ')
  .map((text) => parseDuration(text)!)

/** The step that gives about `points` points; not below `min`. */
export function stepFor({ from, to }: TimeRange, points: number, min = 1000): number {
  const exact = (to - from) / Math.max(points, 1)
  const index = STEPS.findIndex((step) => step >= exact)
  const above = index < 0 ? STEPS.at(-1)! : STEPS[index]
  const below = STEPS[Math.max(0, index - 1)]
  return Math.max(
    exact < (above + below) / 2 && index > 0 ? below : above,
    min,
    Math.ceil((to - from) / 10_900 / 1000) * 1000,
  )
}

export function rangeText({ from, to }: RawRange): string {
  const quick = QUICK_RANGES.find((range) => range.from === from && range.to === to)
  if (quick !== undefined) return quick.title
  const text = (raw: string) => (/^-?\d+$/.test(raw) ? clockText(Number(raw)) : raw)
  const [start, end] = [text(from), text(to)]
  const isOneDay = start !== from && start.slice(0, 10) === end.slice(0, 10)
  return `${start} to ${isOneDay ? end.slice(11) : end}`
}

/** 2026-11-21 10:00:05, in the local zone. */
export function clockText(time: number, hasMs = false): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const ms = hasMs ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : ''
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${ms}`
}
