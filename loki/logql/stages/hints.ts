/**
 * What a query needs of its parsers (Loki's parser hints): `sum by (a) (rate({…} | json [5m]))` needs only a, so that the
 * parser leaves the rest and stops when it has all. Part of the language, not only of its speed: a line whose labels
 * were found before its fault has no error, and a line is dropped as soon as one of its labels fails a filter.
 */
import type { Row, Stage } from '../row.ts'
import { DUPLICATE_SUFFIX } from '../row.ts'

export interface Hints {
  /** Whether parsers have nothing to find. */
  hasEnough(row: Row): boolean
  /** Whether all labels that the query needs were found; false when it needs all there are. */
  isComplete(row: Row): boolean
  wants(name: string): boolean
  /** Whether a name that starts so is needed. */
  wantsPrefix(prefix: string): boolean
  /** Whether an entry stays, now that this label was found: asked of the filter for it, wherever that stands. */
  keeps(name: string, row: Row): boolean
  /** The query asks for errors by name, so that __preserve_error__ is set beside them. */
  readonly preservesError: boolean
}

/** A label filter for one label; `name` undefined for one that looks at none. */
export interface HintFilter {
  readonly name: string | undefined
  readonly stage: Stage
}

export function createHints(required: readonly string[], hasNoLabels: boolean, filters: readonly HintFilter[]): Hints {
  const names = new Set(required.flatMap((name) => [name, ...stems(name)]).filter((name) => name !== ''))
  const list = [...names]
  // Loki keeps names and filters in two lists, and a filter that always passes has no name: the lists shift.
  const filterNames = filters.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const isComplete = (row: Row) => {
    for (const name of list) if (!row.wasSet(name)) return false
    return list.length > 0
  }
  return {
    hasEnough: (row) => hasNoLabels || isComplete(row),
    isComplete,
    wants: (name) => names.size === 0 || names.has(name),
    wantsPrefix: (prefix) => names.size === 0 || list.some((name) => name.startsWith(prefix)),
    keeps(name, row) {
      if (filterNames.length === 0) return true
      const at = filterNames.indexOf(name)
      return at < 0 || filters[at]!.stage(row)
    },
    preservesError: names.has('__error__'),
  }
}

function stems(name: string): string[] {
  return name.endsWith(DUPLICATE_SUFFIX) ? [name.slice(0, -DUPLICATE_SUFFIX.length)] : []
}

/** Everything is needed. */
export const NO_HINTS: Hints = createHints([], false, [])

/** Sets a pipeline error; the one before is lost, its details only when there are new ones. */
export function setError(row: Row, hints: Hints, error: string, details: string | undefined): void {
  row.error = error
  if (details !== undefined) row.details = details
  if (hints.preservesError) row.set('__preserve_error__', 'true')
}
