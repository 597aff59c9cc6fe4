/** Numbers as people read them: the functions of Prometheus's alert templates (template/template.go), each number → text. */

/** Go's %.4g. */
export function fourDigits(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, exponent] = value.toExponential(3).split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 4) {
    const mantissa = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  const text = value.toFixed(3 - power)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return fourDigits(value)
  return Math.abs(value) >= 1 ? scaled(value, LARGE, 1000) : shrunk(value)
}

export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return fourDigits(value)
  return scaled(value, ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'], 1024)
}

function scaled(value: number, prefixes: readonly string[], factor: number): string {
  let rest = value
  let prefix = ''
  for (const next of prefixes) {
    if (Math.abs(rest) < factor) break
    prefix = next
    rest /= factor
  }
  return fourDigits(rest) + prefix
}

function shrunk(value: number): string {
  let rest = value
  let prefix = ''
  for (const next of SMALL) {
    if (Math.abs(rest) >= 1) break
    prefix = next
    rest *= 1000
  }
  return fourDigits(rest) + prefix
}

export function humanizePercentage(value: number): string {
  return `${fourDigits(value * 100)}%`
}

/** Seconds → 1d 2h 3m 4s, 12.3s, 5ms. */
export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return fourDigits(value)
  if (value === 0) return `${fourDigits(value)}s`
  if (Math.abs(value) < 1) return `${shrunk(value)}s`
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const whole = Math.trunc(size)
  const seconds = whole % 60
  const minutes = Math.trunc(whole / 60) % 60
  const hours = Math.trunc(whole / 3600) % 24
  const days = Math.trunc(whole / 86_400)
  if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`
  if (hours !== 0) return `${sign}${hours}h ${minutes}m ${seconds}s`
  if (minutes !== 0) return `${sign}${minutes}m ${seconds}s`
  return `${sign}${fourDigits(size)}s`
}

/** Whole milliseconds, as Prometheus's model.Time holds them; undefined when no time.Time can say it. */
export function timeMillis(seconds: number): number | undefined {
  const nanos = seconds * 1e9
  if (!Number.isFinite(seconds) || nanos > 2 ** 63 || nanos < -(2 ** 63)) return undefined
  return Math.floor(Math.trunc(nanos) / 1e6)
}

/** Go's time.Time as text, in UTC: 2023-11-14 22:13:20.122 +0000 UTC. */
export function goTimeText(ms: number): string {
  const whole = Math.floor(ms / 1000)
  const date = new Date(whole * 1000).toISOString().replace('T', ' ').replace('.000Z', '')
  const fraction = ms - whole * 1000
  return `${date}${fraction === 0 ? '' : `.${String(fraction).padStart(3, '0').replace(/0+$/, '')}`} +0000 UTC`
}
