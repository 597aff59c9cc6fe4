/**
 * Compares two answers of the query API as shared/conformance says: streams and series as sets by their labels,
 * values in order, numbers to 1e-9, the text of __error_details__ left out.
 */

type Pairs = Readonly<Record<string, string>>

export interface Answered {
  readonly resultType?: string
  readonly result?: unknown
  readonly status?: number
  readonly error?: string
}

/** What differs, in words; undefined when nothing does. */
export function difference(wanted: Answered, got: Answered): string | undefined {
  if (wanted.status !== undefined || got.status !== undefined) return refusalDifference(wanted, got)
  if (wanted.resultType !== got.resultType) return `${got.resultType} instead of ${wanted.resultType}`
  switch (wanted.resultType) {
    case 'streams':
      return setDifference(keyed(wanted.result, 'stream'), keyed(got.result, 'stream'), sameEntries)
    case 'matrix':
      return setDifference(keyed(wanted.result, 'metric'), keyed(got.result, 'metric'), samePoints)
    case 'vector':
      return setDifference(keyed(wanted.result, 'metric'), keyed(got.result, 'metric'), samePoint)
    default:
      return samePoint({ value: wanted.result }, { value: got.result })
        ? undefined
        : `${JSON.stringify(got.result)} instead of ${JSON.stringify(wanted.result)}`
  }
}

function refusalDifference(wanted: Answered, got: Answered): string | undefined {
  if (wanted.status !== got.status)
    return `status ${got.status ?? 200} (${got.error ?? ''}) instead of ${wanted.status ?? 200} (${wanted.error ?? ''})`
  const [expected, message] = [plain(wanted.error), plain(got.error)]
  return expected === message ? undefined : `'${message}' instead of '${expected}'`
}

/** A message without what may differ: which of several faulty entries comes first, and the advice behind the message. */
function plain(text = ''): string {
  return text
    .trim()
    .replace(/for series: '.*'\.\n.*/s, '')
    .trim()
}

interface Keyed {
  readonly values?: unknown
  readonly value?: unknown
}

/** Several of the same labels are told apart by their place. */
function keyed(result: unknown, name: 'stream' | 'metric'): Map<string, Keyed> {
  const found = new Map<string, Keyed>()
  for (const item of result as Record<string, unknown>[]) {
    const labels = Object.entries(item[name] as Pairs).map(([key, value]) => [
      key,
      key === '__error_details__' ? '' : value,
    ])
    let key = JSON.stringify(labels.sort())
    const values = item.value === undefined ? '' : JSON.stringify(item.value)
    if (found.has(key)) key += values
    // Label sets that differ in their details only are one stream, as far as one can tell.
    const before = found.get(key)
    found.set(
      key,
      before?.values === undefined ? item : { values: [...(before.values as []), ...(item.values as [])].sort() },
    )
  }
  return found
}

function setDifference(
  wanted: Map<string, Keyed>,
  got: Map<string, Keyed>,
  isSame: (a: Keyed, b: Keyed) => boolean,
): string | undefined {
  const missing = [...wanted.keys()].filter((key) => !got.has(key))
  const extra = [...got.keys()].filter((key) => !wanted.has(key))
  if (missing.length + extra.length > 0)
    return `${missing.length} missing, ${extra.length} too many: ${missing[0] ?? ''} ${extra[0] ?? ''}`
  for (const [key, item] of wanted) {
    const other = got.get(key)!
    if (!isSame(item, other)) {
      const [a, b] = [item, other].map((each) => JSON.stringify(each.values ?? each.value).slice(0, 600))
      return `${key}: ${b} instead of ${a}`
    }
  }
  return undefined
}

function sameEntries(a: Keyed, b: Keyed): boolean {
  return JSON.stringify(a.values) === JSON.stringify(b.values)
}

function samePoints(a: Keyed, b: Keyed): boolean {
  const [left, right] = [a.values as unknown[], b.values as unknown[]]
  return left.length === right.length && left.every((value, i) => samePoint({ value }, { value: right[i] }))
}

function samePoint(a: Keyed, b: Keyed): boolean {
  const [[timeA, textA], [timeB, textB]] = [a.value as [number, string], b.value as [number, string]]
  return timeA === timeB && sameNumber(textA, textB)
}

function sameNumber(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [Number(a), Number(b)]
  return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))
}
