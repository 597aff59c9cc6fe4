/** Time zones by name, from what the platform knows. */

export interface Zone {
  readonly name: string
  /** Seconds east of UTC, and the zone's short name, at a time (seconds since 1970). */
  at(seconds: number): { readonly offset: number; readonly short: string }
}

export const UTC: Zone = { name: 'UTC', at: () => ({ offset: 0, short: 'UTC' }) }

export function fixedZone(short: string, offset: number): Zone {
  return { name: short, at: () => ({ offset, short }) }
}

/** Short names that Go's zone files have and the platform has not, by zone: winter's, and summer's where there is one. */
const SHORT_NAMES: ReadonlyMap<string, readonly [string, string?]> = new Map([
  ['Asia/Tokyo', ['JST']],
  ['Asia/Seoul', ['KST']],
  ['Asia/Shanghai', ['CST']],
  ['Asia/Taipei', ['CST']],
  ['Asia/Hong_Kong', ['HKT']],
  ['Asia/Manila', ['PST']],
  ['Asia/Jakarta', ['WIB']],
  ['Asia/Karachi', ['PKT']],
  ['Asia/Jerusalem', ['IST', 'IDT']],
  ['Europe/Moscow', ['MSK']],
  ['Europe/Dublin', ['GMT', 'IST']],
])
/** Of the platform's short names, those that the zone files have too. */
const TRUSTED: ReadonlySet<string> = new Set(
  (
    'UTC GMT BST IST WET WEST CET CEST EET EEST EST EDT CST CDT MST MDT PST PDT AKST AKDT HST AST ADT NST NDT ' +
    'SAST EAT CAT WAT AEST AEDT ACST ACDT AWST NZST NZDT'
  ).split(' '),
)

const known = new Map<string, Zone | undefined>()
/** Names come from queries. */
const MAX_KNOWN = 500

/** Go's time.LoadLocation; undefined for a name that nobody knows. The local zone is UTC, as in Loki's image. */
export function loadZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC
  if (name === 'GMT') return fixedZone('GMT', 0)
  if (known.has(name)) return known.get(name)
  const zone = makeZone(name)
  if (known.size < MAX_KNOWN) known.set(name, zone)
  return zone
}

function makeZone(name: string): Zone | undefined {
  // The platform also takes offsets and any case, Go takes files' names.
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return undefined
  let parts: Intl.DateTimeFormat
  try {
    parts = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  const { timeZone } = parts.resolvedOptions()
  if (timeZone !== name && timeZone.toLowerCase() === name.toLowerCase()) return undefined
  const own = SHORT_NAMES.get(name)
  const winter = own === undefined ? 0 : readOffset(zoneName(parts, new Date('2021-01-15T00:00:00Z')))
  const names = ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IN', 'en-ZA'].map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }),
  )
  return {
    name,
    at(seconds) {
      const date = new Date(Math.max(-8.64e15, Math.min(8.64e15, seconds * 1000)))
      const offset = readOffset(zoneName(parts, date))
      if (own !== undefined) return { offset, short: (offset === winter ? own[0] : own[1]) ?? own[0] }
      const short = names.map((format) => zoneName(format, date)).find((text) => TRUSTED.has(text))
      return { offset, short: short ?? (offset === 0 ? 'GMT' : numericName(offset)) }
    },
  }
}

function zoneName(format: Intl.DateTimeFormat, date: Date): string {
  return format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

function readOffset(text: string): number {
  const match = /^GMT([+-])(\d{1,2}):?(\d{2})?(?::(\d{2}))?$/.exec(text)
  if (match === null) return 0
  const [, sign, hours, minutes = '0', seconds = '0'] = match
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}

/** Zones without letters go by their offset: +03, +0530. */
function numericName(offset: number): string {
  const size = Math.abs(offset)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(size / 60) % 60
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}${minutes === 0 ? '' : two(minutes)}`
}
