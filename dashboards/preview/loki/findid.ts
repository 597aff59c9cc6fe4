/** Everything that carries an id, as `longship trace` finds it: in structured metadata first, else somewhere in the lines. */
import { ID_FIELDS } from '../model/logline.ts'
import { quote } from '../model/logql.ts'
import type { TimeRange } from '../model/times.ts'
import { byTime, type Entry, labelNames, queryRange } from './client.ts'

export interface FoundId {
  /** Oldest first. */
  readonly entries: readonly Entry[]
  /** There may be more. */
  readonly isCut: boolean
  readonly query: string
}

const LIMIT = 2000
/** Loki wants a matcher that not everything passes: a label that all streams have. */
const EVERYWHERE = ['service', 'service_name', 'job', 'app']

/** A selector of all streams, and the label that it is made of. */
export async function findStreams(range: TimeRange): Promise<{ readonly label: string; readonly selector: string }> {
  const names = await labelNames(range).catch((): string[] => [])
  const label = EVERYWHERE.find((each) => names.includes(each)) ?? names[0] ?? EVERYWHERE[0]
  return { label, selector: `{${label}=~".+"}` }
}

export async function findId(id: string, range: TimeRange, signal: AbortSignal): Promise<FoundId> {
  const { selector: streams } = await findStreams(range)
  const fields = [...ID_FIELDS].map((each) => `${each}=${quote(id)}`).join(' or ')
  for (const query of [`${streams} | ${fields}`, `${streams} |= ${quote(id)}`]) {
    const answer = await queryRange(query, { ...range, limit: LIMIT, isForward: true }, signal)
    const entries = answer.type === 'streams' ? [...answer.entries].sort(byTime) : []
    if (entries.length > 0) return { entries, isCut: entries.length >= LIMIT, query }
  }
  return { entries: [], isCut: false, query: `${streams} | ${fields}` }
}
