/**
 * Whether two Lokis said the same: streams and series as sets by their labels, values in order, numbers to 1e-9 of their
 * size, refusals by status. Pure: test/loki and scripts/conformance.ts share it.
 */

/** What a Loki answered: a result, or a refusal. An entry of an answers file is one as well (no status: 200). */
export interface Told {
  readonly status?: number | undefined
  readonly resultType?: string | undefined
  readonly result?: unknown
  readonly error?: string | undefined
}

export interface CompareOptions {
  /** Compare the words of refusals too. */
  readonly words?: boolean
}

/** An HTTP reply as what it tells. */
export function toldBy(status: number, body: string): Told {
  if (status !== 200) return { status, error: body.trim() }
  try {
    const { data } = JSON.parse(body) as { data?: { resultType?: string; result?: unknown } }
    return { status, resultType: data?.resultType, result: data?.result }
  } catch {
    return { status, error: `not JSON: ${body.slice(0, 200)}` }
  }
}

const MAX_DIFFERENCES = 20

/** What differs, each in a line, at most 20 of them; nothing when both say the same. */
export function differences(expected: Told, got: Told, options: CompareOptions = {}): string[] {
  const [status, gotStatus] = [expected.status ?? 200, got.status ?? 200]
  if (status !== gotStatus) {
    const said = [expected, got].map((told) => told.error ?? `${told.resultType} of ${sizeOf(told.result)}`)
    return [`status ${status} (${said[0]}), got ${gotStatus} (${said[1]})`]
  }
  if (status !== 200) return options.words && expected.error !== got.error ? words(expected, got) : []
  if (got.error !== undefined) return [got.error]
  if (expected.resultType !== got.resultType) return [`type ${expected.resultType}, got ${got.resultType}`]
  const compare = COMPARE.get(expected.resultType ?? '')
  if (compare === undefined) return [`no type to compare: ${expected.resultType}`]
  return compare(expected.result, got.result).slice(0, MAX_DIFFERENCES)
}

function words(expected: Told, got: Told): string[] {
  return [`words: ${JSON.stringify(expected.error)}`, `  got  ${JSON.stringify(got.error)}`]
}

function sizeOf(result: unknown): number {
  return Array.isArray(result) ? result.length : 0
}

type Compare = (expected: unknown, got: unknown) => string[]

const COMPARE: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['streams', (a, b) => compareSets(setOf(a, 'stream', 'values'), setOf(b, 'stream', 'values'), entryDifference)],
  ['matrix', (a, b) => compareSets(setOf(a, 'metric', 'values'), setOf(b, 'metric', 'values'), sampleDifference)],
  ['vector', (a, b) => compareSets(setOf(a, 'metric', 'value'), setOf(b, 'metric', 'value'), sampleDifference)],
  ['scalar', scalarDifference],
])

/** Not its time: Loki 3.7.6 writes milliseconds there, or worse. */
function scalarDifference(expected: unknown, got: unknown): string[] {
  const [[, value], [, gotValue]] = [expected as [number, string], got as [number, string]]
  return isSameNumber(value, gotValue) ? [] : [`${value}, got ${gotValue}`]
}

type ByLabels = ReadonlyMap<string, readonly unknown[]>

function setOf(result: unknown, labels: 'stream' | 'metric', values: 'values' | 'value'): ByLabels {
  const set = new Map<string, unknown[]>()
  for (const one of Array.isArray(result) ? result : []) {
    const key = labelsText(one[labels] ?? {})
    const list = values === 'values' ? (one.values ?? []) : [one.value]
    set.set(key, [...(set.get(key) ?? []), ...list])
  }
  return set
}

/** Without __error_details__: its text is that of a Go library. */
function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([name]) => name !== '__error_details__')
  return `{${pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`
}

function compareSets(expected: ByLabels, got: ByLabels, difference: (a: unknown, b: unknown) => string[] | undefined) {
  const found: string[] = []
  for (const [labels, values] of expected) {
    const others = got.get(labels)
    if (others === undefined) {
      found.push(`missing ${labels}: ${values.length} values, first ${JSON.stringify(values[0])}`)
      continue
    }
    if (values.length !== others.length) found.push(`${labels}: ${values.length} values, got ${others.length}`)
    for (let i = 0; i < Math.min(values.length, others.length); i++) {
      const differs = difference(values[i], others[i])
      if (differs === undefined) continue
      found.push(`${labels} [${i}]: ${differs.join('; ')}`)
      break
    }
  }
  for (const [labels, values] of got) {
    if (!expected.has(labels))
      found.push(`unexpected ${labels}: ${values.length} values, first ${JSON.stringify(values[0])}`)
  }
  return found
}

function entryDifference(expected: unknown, got: unknown): string[] | undefined {
  const [[time, line], [gotTime, gotLine]] = [expected as string[], got as string[]]
  if (time !== gotTime) return [`time ${time}, got ${gotTime}`, JSON.stringify(line), JSON.stringify(gotLine)]
  return line === gotLine ? undefined : [`${JSON.stringify(line)}, got ${JSON.stringify(gotLine)}`]
}

function sampleDifference(expected: unknown, got: unknown): string[] | undefined {
  const [[time, value], [gotTime, gotValue]] = [expected as [number, string], got as [number, string]]
  if (Math.abs(time - gotTime) > 1e-6) return [`time ${time}, got ${gotTime}`]
  return isSameNumber(value, gotValue) ? undefined : [`at ${time}: ${value}, got ${gotValue}`]
}

const RELATIVE = 1e-9
/** Of sums that cancel out: what is left of them is noise. */
const ABSOLUTE = 1e-12

function isSameNumber(expected: string, got: string): boolean {
  if (expected === got) return true
  const [a, b] = [Number(expected), Number(got)]
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= Math.max(RELATIVE * Math.max(Math.abs(a), Math.abs(b)), ABSOLUTE)
}
