/** Answers detected_labels: labels worth choosing by, with how many values they have (pkg/querier/querier.go DetectedLabels). */

import { compareText } from '../../shipper/wire/labels.ts'
import { selectorOf, streamsIn } from './labelquery.ts'
import { readOrderedBounds } from './params.ts'
import type { QueryRequest } from './query.ts'

/** Shown though their values be ids. */
const ALWAYS: ReadonlySet<string> = new Set(['cluster', 'namespace', 'instance', 'pod'])

export function detectedLabels(request: QueryRequest): string {
  readOrderedBounds(request.params, request.now)
  const values = new Map<string, Set<string>>()
  for (const stream of streamsIn(request, selectorOf(request))) {
    for (const [name, value] of stream.labels) {
      const known = values.get(name)
      if (known === undefined) values.set(name, new Set([value]))
      else known.add(value)
    }
  }
  const found = [...values]
    .filter(([name, set]) => ALWAYS.has(name) || !areIds(set))
    .sort((a, b) => compareText(a[0], b[0]))
    .map(([label, { size }]) => ({ label, cardinality: size }))
  return `${JSON.stringify(found.length === 0 ? {} : { detectedLabels: found })}\n`
}

/** Whether all values are numbers or UUIDs; 0 and 1 alone are a yes and a no. */
function areIds(values: ReadonlySet<string>): boolean {
  const all = [...values]
  if (all.length <= 2 && all.every((value) => value === '0' || value === '1')) return false
  return all.every((value) => isFloat(value) || isUuid(value))
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+\.?[\da-f]*p[+-]?\d+|inf|infinity|nan)$/i

/** What Go's strconv.ParseFloat reads. */
export function isFloat(text: string): boolean {
  return FLOAT.test(text)
}

const UUID =
  /^(?:urn:uuid:)?[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$|^\{[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\}$|^[\da-f]{32}$/i

function isUuid(text: string): boolean {
  return UUID.test(text)
}
