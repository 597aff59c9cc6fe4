/** Lines as the five systems' loggers write them: for the bundled samples and for the live demo. Times are ms since 1970. */

/** Written as nanoseconds in slog's JSON and as Go text (1.2s) in slog's text. */
export class GoDuration {
  readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }

  toString(): string {
    const { ms } = this
    if (ms < 1000) return `${ms}ms`
    if (ms < 60_000) return `${ms / 1000}s`
    const minutes = Math.floor(ms / 60_000)
    const rest = `${(ms % 60_000) / 1000}s`
    return minutes < 60 ? `${minutes}m${rest}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}`
  }

  toJSON(): number {
    return this.ms * 1e6
  }
}

export type LineFields = Readonly<Record<string, unknown>>

/** Go's log package: 2026/05/05 12:30:11 text */
export function goLog(at: number, text: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${text}`
}

/** provlog: a boundary of a lifecycle. */
export function evt(at: number, name: string, fields: LineFields = {}): string {
  return goLog(at, `evt: ${name} ${JSON.stringify(fields)}`)
}

export function slogJson(at: number, level: string, msg: string, fields: LineFields): string {
  return JSON.stringify({ time: goTime(at, 9), level, msg, ...fields })
}

export function slogText(at: number, level: string, msg: string, fields: LineFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${quoted(value, /[\s="]/)}`)
  return [`time=${goTime(at, 3)}`, `level=${level}`, `msg=${quoted(msg, /[\s="]/)}`, ...pairs].join(' ')
}

/** logrus' TextFormatter without a terminal: keys sorted behind time, level and msg. */
export function logrusText(at: number, level: string, msg: string, fields: LineFields): string {
  const pairs = sorted(fields).map(([name, value]) => `${name}=${quoted(value, /[^\w\-./@^+]/)}`)
  return [`time="${goTime(at, 0)}"`, `level=${level}`, `msg=${quoted(msg, /[^\w\-./@^+]/)}`, ...pairs].join(' ')
}

export function logrusJson(at: number, level: string, msg: string, fields: LineFields): string {
  return JSON.stringify(Object.fromEntries(sorted({ ...fields, level, msg, time: goTime(at, 0) })))
}

/** structlog's JSONRenderer: json.dumps, with a space behind : and , and everything beyond ASCII escaped. */
export function structlog(at: number, fields: LineFields, offsetMinutes = 0): string {
  return pythonJson({ ...fields, timestamp: isoTime(at, offsetMinutes) })
}

const LEVEL_COLOURS: Readonly<Record<string, number>> = { debug: 32, info: 32, warning: 33, error: 31, critical: 31 }

/** structlog's ConsoleRenderer with colours: event and level padded, keys cyan, values magenta. */
export function structlogConsole(at: number, level: string, event: string, fields: LineFields): string {
  const paint = (code: string, text: string) => `\x1b[${code}m${text}\x1b[0m`
  const pairs = sorted(fields).map(([name, value]) => `${paint('36', name)}=${paint('35', pythonText(value))}`)
  const lead = `${paint('2', isoTime(at, 0))} [${paint(`${LEVEL_COLOURS[level]}m\x1b[1`, level.padEnd(9))}]`
  return `${lead} ${paint('1', event.padEnd(30))} ${pairs.join(' ')}`
}

/** Docker's json-file driver; a part of a longer line has no line end of its own. */
export function dockerLine(at: number, stream: 'stdout' | 'stderr', text: string, isPart = false): string {
  return JSON.stringify({ log: isPart ? text : `${text}\n`, stream, time: goTime(at, 9) })
}

/** RFC 3339 in UTC; digits below the millisecond follow from the time, so that they differ and stay the same. */
export function goTime(at: number, digits: number): string {
  const text = new Date(at).toISOString()
  if (digits === 0) return `${text.slice(0, 19)}Z`
  return `${text.slice(0, 23)}${String((at * 7919) % 1_000_000).padStart(6, '0')}`.slice(0, 20 + digits).concat('Z')
}

function isoTime(at: number, offsetMinutes: number): string {
  const text = `${goTime(at + offsetMinutes * 60_000, 6).slice(0, -1)}`
  if (offsetMinutes === 0) return `${text}Z`
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${text}+${pad(Math.floor(offsetMinutes / 60))}:${pad(offsetMinutes % 60)}`
}

function sorted(fields: LineFields): [string, unknown][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
}

function quoted(value: unknown, needsQuotes: RegExp): string {
  const text = String(value)
  return text === '' || needsQuotes.test(text) ? JSON.stringify(text) : text
}

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${pythonJson(member)}`)
    return `{${members.join(', ')}}`
  }
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, escaped)
}

/** As it is, or Python's repr when it holds spaces. */
function pythonText(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  const text = String(value)
  return /[\s='"]/.test(text) ? `'${text.replaceAll("'", "\\'")}'` : text
}
