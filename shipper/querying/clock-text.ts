/** Times as people read them: in their own zone or UTC, to the millisecond. */

export interface TimeText {
  /** 2026-11-20T11:00:00.123+01:00; ends with Z for UTC. */
  full(nanos: bigint): string
  /** 11:00:00.123 */
  clock(nanos: bigint): string
  /** 2026-11-20 */
  day(nanos: bigint): string
}

export function timeTexts(isUtc: boolean): TimeText {
  const read = isUtc ? utcParts : localParts
  const day = ({ year, month, date }: Parts) => `${year}-${two(month)}-${two(date)}`
  const clock = ({ hour, minute, second, ms }: Parts) => `${two(hour)}:${two(minute)}:${two(second)}.${three(ms)}`
  return {
    full(nanos) {
      const parts = read(nanos)
      return `${day(parts)}T${clock(parts)}${zoneText(parts.offset)}`
    },
    clock: (nanos) => clock(read(nanos)),
    day: (nanos) => day(read(nanos)),
  }
}

interface Parts {
  readonly year: number
  readonly month: number
  readonly date: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly ms: number
  /** Minutes east of UTC. */
  readonly offset: number
}

function utcParts(nanos: bigint): Parts {
  const at = dateOf(nanos)
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    date: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    ms: at.getUTCMilliseconds(),
    offset: 0,
  }
}

function localParts(nanos: bigint): Parts {
  const at = dateOf(nanos)
  return {
    year: at.getFullYear(),
    month: at.getMonth() + 1,
    date: at.getDate(),
    hour: at.getHours(),
    minute: at.getMinutes(),
    second: at.getSeconds(),
    ms: at.getMilliseconds(),
    offset: -at.getTimezoneOffset(),
  }
}

/** Times before 1970 round down as well. */
function dateOf(nanos: bigint): Date {
  return new Date(Number(nanos >= 0n ? nanos / 1_000_000n : (nanos - 999_999n) / 1_000_000n))
}

function zoneText(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function three(number: number): string {
  return String(number).padStart(3, '0')
}
