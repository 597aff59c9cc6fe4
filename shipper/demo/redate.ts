/** Moves the times in a sample, each in its own notation, so that a story that was told once ends now. */

/** RFC 3339, Go's slashes, Python's comma: year, month, day, hour, minute, second at the front of what stays. */
const NUMERIC = /(?<!\d)(\d{4})([-/])(\d\d)[-/](\d\d)([T ])(\d\d):(\d\d):(\d\d)(?!\d)/g
/** Access logs: 05/May/2026:12:00:00 */
const ACCESS = /(?<!\d)(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?!\d)/g

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Whole seconds, so that fractions and zones can stay as they are. */
export function redate(text: string, seconds: number): string {
  return text
    .replace(NUMERIC, (_, year, dash, month, day, between, hour, minute, second) => {
      const at = new Date(Date.UTC(+year, +month - 1, +day, +hour, +minute, +second + seconds)).toISOString()
      return `${at.slice(0, 10).replaceAll('-', dash)}${between}${at.slice(11, 19)}`
    })
    .replace(ACCESS, (whole, day, month, year, hour, minute, second) => {
      if (!MONTHS.includes(month)) return whole
      const at = new Date(Date.UTC(+year, MONTHS.indexOf(month), +day, +hour, +minute, +second + seconds)).toISOString()
      return `${at.slice(8, 10)}/${MONTHS[Number(at.slice(5, 7)) - 1]}/${at.slice(0, 4)}:${at.slice(11, 19)}`
    })
}

const RFC3339 = /(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/g

/** The newest RFC 3339 time in a text, ms since 1970; undefined when there is none. */
export function newestTime(text: string): number | undefined {
  let newest: number | undefined
  for (const [time] of text.matchAll(RFC3339)) {
    const at = Date.parse(time)
    if (!Number.isNaN(at) && (newest === undefined || at > newest)) newest = at
  }
  return newest
}
