/** Finds a line's level as Loki's distributor does (pkg/distributor/field_detection.go, v3.7.6). */
import { parseLogfmt } from '../logql/stages/logfmtline.ts'

const WORDS: ReadonlyMap<string, string> = new Map([
  ['trace', 'trace'],
  ['trc', 'trace'],
  ['debug', 'debug'],
  ['dbg', 'debug'],
  ['info', 'info'],
  ['inf', 'info'],
  ['information', 'info'],
  ['warn', 'warn'],
  ['wrn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['critical', 'critical'],
  ['fatal', 'fatal'],
])

/** Levels by OpenTelemetry's severity number: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal. */
const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** Loki's word for a level; what it does not know stays as it is. */
export function normalizeLevel(level: string): string {
  return WORDS.get(level) ?? WORDS.get(level.toLowerCase()) ?? level
}

export function severityLevel(text: string): string {
  if (!/^[+-]?\d+$/.test(text)) return 'info'
  const number = Number(text)
  if (number === 0) return 'unknown'
  return number < 0 ? 'trace' : (SEVERITIES[Math.ceil(number / 4) - 1] ?? 'unknown')
}

/** The level that a line names: JSON members, logfmt pairs, else the first level word that stands alone. */
export function levelOfLine(line: string, fields: readonly string[], jsonDepth: number): string {
  const trimmed = line.trim()
  let found: string | undefined
  if (trimmed.startsWith('{') && trimmed.endsWith('}')) found = levelInJson(trimmed, new Set(fields), jsonDepth)
  else if (line.includes('=')) found = levelInLogfmt(line, fields)
  return (found === undefined ? undefined : WORDS.get(found.toLowerCase())) ?? levelWord(line)
}

function levelInJson(text: string, fields: ReadonlySet<string>, maxDepth: number): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const search = (object: object, depth: number): string | undefined => {
    if (maxDepth > 0 && depth >= maxDepth) return undefined
    for (const [name, member] of Object.entries(object)) {
      if (typeof member === 'string') {
        if (fields.has(name)) return member
      } else if (typeof member === 'object' && member !== null && !Array.isArray(member)) {
        const inner = search(member, depth + 1)
        if (inner !== undefined) return inner
      }
    }
    return undefined
  }
  return search(value as object, 0)
}

function levelInLogfmt(line: string, fields: readonly string[]): string | undefined {
  const wanted = fields.map((field) => field.toLowerCase())
  let best = wanted.length
  let found: string | undefined
  parseLogfmt(line, (key, value) => {
    const rank = wanted.indexOf(key.toLowerCase())
    if (rank >= 0 && rank < best) {
      best = rank
      found = value
    }
    return best > 0
  })
  return found
}

/** Loki asks for word boundaries of its own: a colon may follow a level, but not stand before it. */
const LEVEL_WORD =
  /(?<=^|[ \t\n[({"'=|])(trace|debug|fatal|critical|error|err|warning|warn|info)(?=$|[ \t\n[\](){}:,!"'=|])/i

function levelWord(line: string): string {
  const match = LEVEL_WORD.exec(line)
  return match === null ? 'unknown' : WORDS.get(match[1]!.toLowerCase())!
}
