/**
 * Log entries straight out of the embedded engine's scan: all of a time, in its order, with no more kept of each than is
 * shown. What asks for the newest few entries goes through the engine's own question; a whole file goes this way.
 */

import { hintsOfLogs } from '../../loki/logql/engine/needs.ts'
import type { Instant } from '../../loki/logql/engine/result.ts'
import type { EntryRow } from '../../loki/logql/engine/source.ts'
import { createTurn } from '../../loki/logql/engine/turn.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import { createSource } from '../../loki/server/scan.ts'
import type { Tenant } from '../../loki/server/tenant.ts'
import { type Entry, inOrder, type Labels } from './answer.ts'

export interface EntryScan {
  readonly query: string
  readonly start: Instant
  /** Exclusive. */
  readonly end: Instant
  readonly isForward: boolean
  /** Labels are read only where they are shown. */
  readonly hasLabels: boolean
  readonly signal: AbortSignal
}

const NO_LABELS: Labels = new Map()
const DAY_MS = 86_400_000

/** Throws a QueryError. */
export async function scanEntries(tenant: Tenant, scan: EntryScan): Promise<Entry[]> {
  const { start, end, isForward, hasLabels, signal } = scan
  const log = parseQuery(scan.query)
  if (log.kind !== 'log') return []
  const entries: Entry[] = []
  const source = createSource(tenant, createTurn(signal, DAY_MS), { lines: 0, bytes: 0, blocks: 0 })
  await source.scan({
    log,
    hints: hintsOfLogs(log),
    start,
    end,
    isBackward: !isForward,
    onEntry(row) {
      entries.push({ time: row.timestamp(), line: row.line(), labels: hasLabels ? labelsOf(row) : NO_LABELS })
      return true
    },
  })
  return inOrder(entries, isForward)
}

function labelsOf(row: EntryRow): Labels {
  const pairs: [string, string][] = []
  row.each((name, value) => void pairs.push([name, value]))
  row.eachError((name, value) => void pairs.push([name, value]))
  return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}
