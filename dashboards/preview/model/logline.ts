/** A log entry for reading: its level, what it says in short, and its fields. */
import { IDENTIFIERS } from '../../../shipper/record.ts'
import type { Labels } from './frame.ts'

export interface LogLine {
  readonly level: Level
  /** service/node, or '' where nothing says. */
  readonly origin: string
  /** The message, or the line itself. */
  readonly message: string
  readonly line: string
  /** The line, cut where it is very long. */
  readonly shown: string
  /** Milliseconds, where the line says so. */
  readonly took: number | undefined
  /** Of the line and its labels, the labels' last; values as text. */
  readonly fields: ReadonlyMap<string, string>
}

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal', 'unknown'] as const
export type Level = (typeof LEVELS)[number]

/** What others write for Loki's words. */
const SPELLINGS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...LEVELS.map((level) => [level, level] as const),
  ['warning', 'warn'],
  ['err', 'error'],
  ['information', 'info'],
  ['notice', 'info'],
  ['crit', 'critical'],
  ['emerg', 'fatal'],
  ['dbug', 'debug'],
])

/** Ids by which one can follow an event through all services. */
export const ID_FIELDS: ReadonlySet<string> = new Set(IDENTIFIERS)

export function readLine(line: string, labels: Labels): LogLine {
  const parsed = parseObject(line) ?? parsePairs(line)
  const fields = new Map<string, string>()
  for (const [name, value] of Object.entries(parsed ?? {})) {
    if (value !== null && value !== '') fields.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const [name, value] of labels) if (value !== '') fields.set(name, value)
  const level = readLevel(labels.get('level') ?? labels.get('detected_level') ?? fields.get('level'))
  const service = fields.get('service') ?? labels.get('service_name') ?? ''
  const node = fields.get('node') ?? ''
  const message = fields.get('message') ?? fields.get('msg') ?? fields.get('event')
  return {
    level,
    origin: node === '' || node === service ? service : `${service}/${node}`,
    message: cut(parsed === undefined || message === undefined ? line : message),
    line,
    shown: cut(line),
    took: readDuration(fields.get('duration_ms')),
    fields,
  }
}

/** What a row shows at most; its inside has the whole. */
const MAX_SHOWN = 3000

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} …` : text
}

function readDuration(text: string | undefined): number | undefined {
  const ms = Number(text ?? Number.NaN)
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}

export function readLevel(word: string | undefined): Level {
  return SPELLINGS.get((word ?? '').toLowerCase()) ?? 'unknown'
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const MAX_PAIRS_LENGTH = 32_768

/** key=value lines, where they name their message: of other lines, a pair is as good as any word. */
function parsePairs(line: string): Record<string, unknown> | undefined {
  if (line.length > MAX_PAIRS_LENGTH || !/(?:^|\s)(?:msg|message|event)=/.test(line)) return undefined
  const pairs = [...line.matchAll(/(?<![\w.-])([\w.-]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g)]
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value.startsWith('"') ? unquote(value) : value]))
}

function unquote(text: string): string {
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(1, -1)
  }
}

/** JSON on several lines, other lines as they are. */
export function prettyLine(line: string): string {
  const parsed = parseObject(line)
  return parsed === undefined ? line : JSON.stringify(parsed, null, 2)
}

/** 2026-11-21 10:00:05.123, in the local zone, from nanoseconds. */
export function entryTime(nanos: string, isShort = false): string {
  const ms = Number(nanos.slice(0, -6))
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return nanos
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  return isShort ? clock : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`
}
