/** Notations of time that so few programs write that only the general case looks for them. */
import { readTime, type TimeMatch, type TimeOptions } from '../../terms/time.ts'

interface Notation {
  /** Sticky. */
  readonly pattern: RegExp
  /** The same time in a notation that readTime knows. */
  write(match: RegExpExecArray, options: TimeOptions): string
}

const CLOCK = '(\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)'

const NOTATIONS: readonly Notation[] = [
  // ASSP: May-05-26 10:11:12
  {
    pattern: new RegExp(`([A-Z][a-z]{2})-(\\d\\d)-(\\d\\d) ${CLOCK}(?!\\d)`, 'y'),
    write: ([, month, day, year, clock]) => `${day}-${month}-20${year} ${clock}`,
  },
  // Sophos UTM, DirectAdmin, Exif: 2026:05:05-10:11:12; and with underscores.
  {
    pattern: new RegExp(`(\\d{4})([:_])(\\d\\d)\\2(\\d\\d)[-_ T]${CLOCK}(?!\\d)`, 'y'),
    write: ([, year, , month, day, clock]) => `${year}-${month}-${day} ${clock}`,
  },
  // zpool history: 2026-05-05.10:11:12; fern: [2026-05-05][10:11:12]
  {
    pattern: new RegExp(`(\\d{4}-\\d\\d-\\d\\d)(?:\\.|\\]\\[)${CLOCK}(?!\\d)`, 'y'),
    write: ([, date, clock]) => `${date} ${clock}`,
  },
  // 20260505.101112,123
  {
    pattern: /(\d{8})\.(\d\d)(\d\d)(\d\d)([.,]\d{1,9})?(?!\d)/y,
    write: ([, date, hour, minute, second, fraction = '']) => `${date} ${hour}:${minute}:${second}${fraction}`,
  },
  // A clock in front of its date: 10:11:12 05.05.2026, 10:11:12 2026-05-05
  {
    pattern: new RegExp(`${CLOCK},? (\\d\\d[./]\\d\\d[./]\\d{4}|\\d{4}[-./]\\d\\d[-./]\\d\\d)(?![\\d.:])`, 'y'),
    write: ([, clock, date]) => `${date} ${clock}`,
  },
  // German dates with two digits of year: 30.04.26 10:11:12. Year first only when that is nearer.
  {
    pattern: new RegExp(`(\\d\\d)\\.(\\d\\d)\\.(\\d\\d),? ${CLOCK}(?!\\d)`, 'y'),
    write: ([, first, month, last, clock], options) => {
      const now = new Date(options.now.seconds * 1000).getUTCFullYear() % 100
      const yearLast = Number(first) > 31 || Math.abs(Number(first) - now) < Math.abs(Number(last) - now)
      return yearLast ? `20${first}-${month}-${last} ${clock}` : `20${last}-${month}-${first} ${clock}`
    },
  },
  // Monit: PDT May  5 10:11:12
  {
    pattern: new RegExp(`([A-Z]{3,5}) ([A-Z][a-z]{2} [ \\d]\\d (?:\\d{4} )?${CLOCK})(?!\\d)`, 'y'),
    write: ([, , time]) => time as string,
  },
  // log4go, MinIO: 10:11:12 UTC 2026/05/05, 10:11:12 UTC 05/05/2026
  {
    pattern: new RegExp(`${CLOCK} ([A-Z]{3,4}) (\\d{4}/\\d\\d/\\d\\d|\\d\\d/\\d\\d/\\d{4})(?!\\d)`, 'y'),
    write: ([, clock, zone, date]) => `${date} ${clock} ${zone}`,
  },
  // Go's kitchen clock: 11:17PM
  {
    pattern: /(\d{1,2}:\d\d)([AP]M)(?= )/y,
    write: ([, clock, half]) => `${clock}:00 ${half}`,
  },
  // Karma: 05 05 2026 10:11:12.123
  {
    pattern: new RegExp(`(\\d\\d) (\\d\\d) (\\d{4}) ${CLOCK}(?!\\d)`, 'y'),
    write: ([, day, month, year, clock]) => `${year}-${month}-${day} ${clock}`,
  },
  // WebLogic: 5-May-2026 10:11:12 o'clock UTC
  {
    pattern: new RegExp(`(\\d{1,2}-[A-Z][a-z]{2}-\\d{4}) ${CLOCK} o'clock ([A-Z]{3,4})`, 'y'),
    write: ([, date, clock, zone]) => `${(date as string).padStart(11, '0')} ${clock} ${zone}`,
  },
  // Tue 05 May 10:11:12 CEST 2026
  {
    pattern: new RegExp(`[A-Z][a-z]{2} ([ \\d]?\\d) ([A-Z][a-z]{2}) ${CLOCK} ([A-Z]{3,5}) (\\d{4})(?!\\d)`, 'y'),
    write: ([, day, month, clock, zone, year]) =>
      `${(day as string).trim().padStart(2, '0')} ${month} ${year} ${clock} ${zone}`,
  },
  // Oracle's audit files: Tue May  5 10:11:12 2026 +02:00
  {
    pattern: new RegExp(`[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \\d]\\d) ${CLOCK} (\\d{4}) ([+-]\\d\\d:\\d\\d)(?!\\d)`, 'y'),
    write: ([, month, day, clock, year, zone]) =>
      `${(day as string).trim().padStart(2, '0')} ${month} ${year} ${clock} ${zone}`,
  },
]

/** What these begin with, so that hardly any other word meets their patterns. */
const BEGINS =
  /\d\d?:\d\d[AP]M |\d\d? \d\d \d{4} |\d\d:\d\d:\d\d [A-Z]{3,4} \d|\d{1,2}-[A-Z][a-z]{2}-\d{4} [\d:]{8} o|\d{4}(?:[:_]\d\d|-\d\d-\d\d[.\]])|\d{8}\.\d{6}|\d\d:\d\d:\d\d[\d.,]{0,10} \d|\d\d\.\d\d\.\d\d,? |[A-Z][a-z]{2}-\d\d-|[A-Z]{3,5} [A-Z][a-z]{2} |[A-Z][a-z]{2} [ \d]?\d [A-Z]|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4} [+-]/y

/** The time that starts exactly at `at`, in one of these notations. */
export function readOddTime(text: string, at: number, options: TimeOptions): TimeMatch | undefined {
  if (text.charCodeAt(at) > 0x5a) return undefined
  BEGINS.lastIndex = at
  if (!BEGINS.test(text)) return undefined
  for (const { pattern, write } of NOTATIONS) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) continue
    const end = pattern.lastIndex
    const time = readTime(write(match, options), 0, options)
    if (time !== undefined) return { instant: time.instant, end }
  }
  return undefined
}
