/** What a data set holds, as far as random questions need to know: labels, fields of lines, words in them, times. */

export interface StreamFacts {
  readonly labels: Readonly<Record<string, string>>
  /** What its lines are, mostly. */
  readonly kind: 'json' | 'logfmt' | 'text'
  /** Fields of its lines, of structured metadata, each with some of its values. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly metadata: ReadonlyMap<string, readonly string[]>
  readonly words: readonly string[]
  readonly lines: readonly string[]
}

export interface Facts {
  readonly streams: readonly StreamFacts[]
  /** Nanoseconds of the first and the last entry. */
  readonly start: bigint
  readonly end: bigint
}

interface Dataset {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, string>>
    readonly values: readonly (readonly [string, string, Readonly<Record<string, string>>?])[]
  }[]
}

/** `dataset`: the body of a JSON push. */
export function readFacts(dataset: unknown): Facts {
  const { streams } = dataset as Dataset
  const times = streams.flatMap(({ values }) => values.map(([time]) => BigInt(time))).sort((a, b) => (a < b ? -1 : 1))
  if (times.length === 0) throw new Error('the data set has no entry')
  return { streams: streams.map(factsOf), start: times[0]!, end: times.at(-1)! }
}

/** Enough to know what there is. */
const SAMPLED = 120

function factsOf({ stream, values }: Dataset['streams'][0]): StreamFacts {
  const step = Math.max(1, Math.floor(values.length / SAMPLED))
  const sampled = values.filter((_, index) => index % step === 0)
  const lines = sampled.map(([, line]) => line)
  const json = lines.filter((line) => line.startsWith('{')).length
  const logfmt = lines.filter((line) => /^\w+=\S/.test(line)).length
  const kind = json * 2 > lines.length ? 'json' : logfmt * 2 > lines.length ? 'logfmt' : 'text'
  const fields = new Map<string, Set<string>>()
  const metadata = new Map<string, Set<string>>()
  for (const [, line, pairs = {}] of sampled) {
    for (const [name, value] of fieldsOf(line, kind)) add(fields, name, value)
    for (const [name, value] of Object.entries(pairs)) add(metadata, name, value)
  }
  const words = new Set(lines.flatMap((line) => line.match(/[A-Za-z][\w.-]{2,20}|\d{2,6}/g) ?? []))
  return { labels: stream, kind, fields: lists(fields), metadata: lists(metadata), words: [...words], lines }
}

function fieldsOf(line: string, kind: StreamFacts['kind']): [string, string][] {
  if (kind === 'logfmt')
    return [...line.matchAll(/([A-Za-z_]\w*)=("[^"]*"|\S+)/g)].map(([, name, value]) => [
      name!,
      value!.replace(/^"|"$/g, ''),
    ])
  if (kind === 'text') return []
  try {
    return Object.entries(JSON.parse(line) as object)
      .filter(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && typeof value !== 'object')
      .map(([name, value]) => [name, String(value)])
  } catch {
    return []
  }
}

function add(to: Map<string, Set<string>>, name: string, value: string): void {
  const values = to.get(name)
  if (values === undefined) to.set(name, new Set([value]))
  else if (values.size < 20) values.add(value)
}

function lists(sets: ReadonlyMap<string, ReadonlySet<string>>): Map<string, readonly string[]> {
  return new Map([...sets].map(([name, values]) => [name, [...values]]))
}
