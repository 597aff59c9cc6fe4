/** Loki's JSON answer to a query, read and checked: what another program answers is not trusted to have its shape. */

export type Labels = ReadonlyMap<string, string>

export interface Entry {
  /** Nanoseconds since 1970. */
  readonly time: bigint
  readonly line: string
  /** Those of the stream, with structured metadata and what the query's stages found. */
  readonly labels: Labels
}

export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly value: number
}

export interface Series {
  readonly labels: Labels
  readonly samples: readonly Sample[]
}

export type Answer =
  | { readonly kind: 'streams'; readonly entries: readonly Entry[]; readonly warnings: readonly string[] }
  | {
      /** vector: one sample a series; scalar: one series without labels. */
      readonly kind: 'matrix' | 'vector' | 'scalar'
      readonly series: readonly Series[]
      readonly warnings: readonly string[]
    }

/** Why an answer cannot be used: what it says instead. */
export class AnswerError extends Error {}

/** Entries of all streams in time order; those of one time in the order in which they were answered. */
export function readAnswer(text: string, isForward: boolean): Answer {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new AnswerError(`the answer is not JSON: ${text.slice(0, 100)}`)
  }
  const data = member(json, 'data')
  const result = member(data, 'result')
  const kind = member(data, 'resultType')
  const warnings = list(member(json, 'warnings') ?? []).map(String)
  switch (kind) {
    case 'streams':
      return { kind, entries: readStreams(list(result), isForward), warnings }
    case 'matrix':
      return { kind, series: list(result).map((one) => readSeries(one, list(member(one, 'values')))), warnings }
    case 'vector':
      return { kind, series: list(result).map((one) => readSeries(one, [member(one, 'value')])), warnings }
    case 'scalar':
      return { kind, series: [{ labels: new Map(), samples: [readSample(result)] }], warnings }
    default:
      throw new AnswerError(`the answer is none of Loki's: resultType is ${JSON.stringify(kind) ?? 'missing'}`)
  }
}

function readStreams(streams: readonly unknown[], isForward: boolean): Entry[] {
  const entries: Entry[] = []
  for (const stream of streams) {
    const labels = readLabels(member(stream, 'stream'))
    for (const value of list(member(stream, 'values'))) {
      const [time, line] = list(value)
      if (typeof time !== 'string' || !/^-?\d{1,19}$/.test(time) || typeof line !== 'string') {
        throw new AnswerError(`the answer holds an entry that is none: ${JSON.stringify(value).slice(0, 100)}`)
      }
      entries.push({ time: BigInt(time), line, labels })
    }
  }
  return inOrder(entries, isForward)
}

/** Sorts by time in place; entries of one time stay in their order. */
export function inOrder(entries: Entry[], isForward: boolean): Entry[] {
  const order = isForward ? 1 : -1
  return entries.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -order : order))
}

function readSeries(series: unknown, samples: readonly unknown[]): Series {
  return { labels: readLabels(member(series, 'metric')), samples: samples.map(readSample) }
}

function readSample(sample: unknown): Sample {
  const [seconds, text] = list(sample)
  if (typeof seconds !== 'number' || typeof text !== 'string') {
    throw new AnswerError(`the answer holds a sample that is none: ${JSON.stringify(sample)?.slice(0, 100)}`)
  }
  return { time: Math.round(seconds * 1000), value: readValue(text) }
}

function readValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

function readLabels(object: unknown): Labels {
  if (object === undefined || object === null) return new Map()
  if (typeof object !== 'object') throw new AnswerError('the answer holds labels that are none')
  return new Map(Object.entries(object).map(([name, value]) => [name, String(value)]))
}

/** The labels as one text, to tell entries apart. */
export function labelsKey(labels: Labels): string {
  let key = keys.get(labels)
  if (key === undefined) {
    const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
    key = sorted.map(([name, value]) => `${name}\u0001${value}`).join('\u0002')
    keys.set(labels, key)
  }
  return key
}

const keys = new WeakMap<Labels, string>()

function member(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined
}

function list(value: unknown): readonly unknown[] {
  if (value === null) return []
  if (!Array.isArray(value)) throw new AnswerError('the answer holds no list where Loki answers one')
  return value
}
