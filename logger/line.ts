/** One log call → the entry that transports get, with its line: context and trace ids in, secrets out, sampled. */
import type { RedactConfig } from '../shipper/redact/redact.ts'
import type { Fields as Members } from '../shipper/terms/json.ts'
import { parseJsonObject } from '../shipper/terms/parse-json.ts'
import { consoleLine } from './console.ts'
import { context, type Fields } from './context.ts'
import { type Entry, makeEntry, type Origin } from './entry.ts'
import { goLine } from './goline.ts'
import { type KnownLevel, levelOf } from './levels.ts'
import { lineRedactor, writeFields } from './redaction.ts'
import type { Sampler } from './sampling.ts'
import type { LogFormat, Settings } from './settings.ts'
import { activeTrace } from './trace.ts'
import { LEVEL, LINE, MESSAGE, type Taken } from './transports/sink.ts'
import { newPage, writeMember } from './write.ts'

export interface LineOptions {
  readonly settings: Settings
  readonly redact: Partial<RedactConfig> | false | undefined
  readonly sampler: Sampler | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** `bound`: fields of the logger and its parents, the nearest last. Undefined: left out by sampling. */
export type MakeLine = (level: KnownLevel, bound: readonly Fields[], args: readonly unknown[]) => Taken | undefined

export function lineMaker({ settings, redact, sampler, now }: LineOptions): MakeLine {
  const clean = lineRedactor(redact)
  const time = clockText(now)
  const origin: Origin = { service: settings.service, node: settings.node, env: settings.env }
  const layout = LAYOUTS[settings.format]
  return (level, bound, [message, ...rest]) => {
    const trace = activeTrace()
    const layers = trace === undefined ? [context(), ...bound] : [{ ...trace }, context(), ...bound]
    const entry = makeEntry(level, time(), origin, layers, { message, rest })
    // What sampling itself says at the end stands for what it left out.
    const count = 'sample_count' in entry ? undefined : sampler?.sample(level.level, entry.event, now())
    if (count === 0) return undefined
    if (count !== undefined) entry.sample_count = count
    const line = jsonLine(entry)
    const redacted = clean(line)
    const taken: Taken = redacted === undefined ? entry : Object.fromEntries(redacted)
    taken[LEVEL] = level.level
    taken[LINE] = redacted === undefined ? line : writeFields(redacted)
    taken[MESSAGE] = layout?.(redacted ?? parseJsonObject(line) ?? new Map(), settings.colour) ?? taken[LINE]
    return taken
  }
}

/** What a line says when the call itself failed: a bug of ours, or a value more hostile than foreseen. */
export function failedLine(settings: Settings, why: string): Taken {
  const { service, node = service } = settings
  const timestamp = new Date().toISOString()
  const entry: Taken = { timestamp, level: 'error', service, node, message: 'a log call failed', error: why }
  entry[LEVEL] = 'error'
  entry[LINE] = entry[MESSAGE] = jsonLine(entry)
  return entry
}

/** For entries that reach winston past our methods (logger.write, other libraries). */
export function levelOfEntry(entry: Readonly<Record<string, unknown>>): KnownLevel {
  return levelOf(typeof entry.level === 'string' ? entry.level : 'info')
}

const LAYOUTS: Readonly<Record<LogFormat, ((members: Members, colour: boolean) => string) | undefined>> = {
  json: undefined,
  console: consoleLine,
  evt: goLine,
}

function jsonLine(entry: Entry): string {
  const page = newPage()
  let line = ''
  const names = Object.keys(entry)
  for (let i = 0; i < names.length; i++) {
    // Names would be cut as well, until all of them are the same marker.
    if (page.left <= 0) return `{${line},"…":"[${names.length - i} more]"${countOf(entry)}}`
    const member = writeMember(names[i]!, entry[names[i]!], page)
    if (member !== '') line += line === '' ? member : `,${member}`
  }
  return `{${line}}`
}

/** Rates count it: it stands in a line that is cut as well. */
function countOf({ sample_count: count }: Entry): string {
  return typeof count === 'number' && Number.isFinite(count) ? `,"sample_count":${count}` : ''
}

/** ISO text of the clock, made once a millisecond. */
function clockText(now: () => number): () => string {
  let last = Number.NaN
  let text = ''
  return () => {
    const ms = now()
    if (ms !== last) {
      last = ms
      text = new Date(ms).toISOString()
    }
    return text
  }
}
