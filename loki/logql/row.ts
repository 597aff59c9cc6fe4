/**
 * What pipeline stages see of an entry, and change: Loki's LabelsBuilder (pkg/logql/log/labels.go). A label comes from
 * the stream, from the entry's structured metadata, or from a stage (parsed), which wins over the other two.
 * One row serves a whole walk: nothing is read of an entry, and nothing made for it, before a stage asks.
 */
import { createLabelList } from './labellist.ts'

export type Category = 'stream' | 'metadata' | 'parsed'

/** Where a row reads its entry: whoever walks moves it on, then resets the row. */
export interface EntrySource {
  line(): string
  /** Bytes of the line as UTF-8. */
  lineLength(): number
  /** Nanoseconds since 1970. */
  timestamp(): bigint
  streamLabel(name: string): string | undefined
  eachStreamLabel(visit: (name: string, value: string) => void): void
  metadata(name: string): string | undefined
  eachMetadata(visit: (name: string, value: string) => void): void
}

export interface Row {
  /** The line as the stages left it. */
  line(): string
  setLine(text: string): void
  /** Bytes of the line as UTF-8. */
  lineLength(): number
  /** Nanoseconds since 1970. */
  timestamp(): bigint
  /** A label's present value; undefined when there is none. The error is no label here: it has its own fields. */
  get(name: string): string | undefined
  /** As a `by` grouping sees it: a label that was dropped, or renamed away, stays away though it be set again (as in Loki). */
  getGrouped(name: string): string | undefined
  /** Whether stream or metadata have a label of this name: what a parser finds is then called name_extracted. */
  isTaken(name: string): boolean
  /** Whether a stage has set a label of this name: the first parser to find a name keeps it. */
  wasSet(name: string): boolean
  categoryOf(name: string): Category | undefined
  /** Sets a parsed label. */
  set(name: string, value: string): void
  delete(name: string): void
  /** How many labels stages have set; rollback() takes back those that were set since, if none of them stood before. */
  mark(): number
  rollback(mark: number): void
  /** Every present label, in no order, without __error__ and __error_details__. */
  each(visit: (name: string, value: string, category: Category) => void): void
  /** __error__ and __error_details__ as an answer shows them, category parsed. */
  eachError(visit: (name: string, value: string) => void): void
  /** Loki's __error__ and __error_details__; '' while there is none. */
  error: string
  details: string
}

export interface MovingRow extends Row {
  /** The source stands at another entry. */
  reset(): void
}

/** Returns whether the entry stays. */
export type Stage = (row: Row) => boolean

export const DUPLICATE_SUFFIX = '_extracted'

export function createRow(source: EntrySource): MovingRow {
  const parsed = createLabelList()
  /** Names that a stage took away, though they may have been set again. */
  const deleted = new Set<string>()
  /** Those of them that a stage had set. */
  const unset = new Set<string>()
  let text: string | undefined
  let isLineSet = false
  const metadataOf = (name: string): string | undefined => {
    const own = source.metadata(name)
    // Metadata named as a stream label goes by name_extracted.
    if (own !== undefined) return source.streamLabel(name) === undefined ? own : undefined
    if (!name.endsWith(DUPLICATE_SUFFIX)) return undefined
    const stem = name.slice(0, -DUPLICATE_SUFFIX.length)
    return source.streamLabel(stem) === undefined ? undefined : source.metadata(stem)
  }
  /** Whether a stage took the place of what stream or metadata have under this name. */
  const isHidden = (name: string) => parsed.has(name) || (deleted.size > 0 && deleted.has(name))
  /** Loki shows such an entry with the labels it keeps for its stream, and so without details that `drop __error__` left. */
  const isUntouched = () => {
    let hasMetadata = false
    source.eachMetadata(() => {
      hasMetadata = true
    })
    return parsed.size() === 0 && deleted.size === 0 && !hasMetadata
  }
  const row: MovingRow = {
    error: '',
    details: '',
    reset() {
      text = undefined
      isLineSet = false
      if (parsed.size() > 0) parsed.clear()
      if (deleted.size > 0) {
        deleted.clear()
        unset.clear()
      }
      row.error = ''
      row.details = ''
    },
    line() {
      text ??= source.line()
      return text
    },
    setLine(next) {
      text = next
      isLineSet = true
    },
    lineLength: () => (isLineSet ? Buffer.byteLength(text!) : source.lineLength()),
    timestamp: () => source.timestamp(),
    get(name) {
      if (parsed.size() > 0) {
        const own = parsed.get(name)
        if (own !== undefined) return own
      }
      if (deleted.size > 0 && deleted.has(name)) return undefined
      return source.streamLabel(name) ?? metadataOf(name)
    },
    getGrouped: (name) => (deleted.size > 0 && deleted.has(name) ? undefined : row.get(name)),
    isTaken(name) {
      if (source.streamLabel(name) !== undefined) return true
      return metadataOf(name) !== undefined && !isHidden(name)
    },
    wasSet: (name) => parsed.has(name) || (unset.size > 0 && unset.has(name)),
    categoryOf(name) {
      if (parsed.has(name)) return 'parsed'
      if (deleted.has(name)) return undefined
      if (source.streamLabel(name) !== undefined) return 'stream'
      return metadataOf(name) === undefined ? undefined : 'metadata'
    },
    set: (name, value) => parsed.set(name, value),
    delete(name) {
      if (parsed.has(name)) {
        parsed.delete(name)
        unset.add(name)
      }
      deleted.add(name)
    },
    mark: () => parsed.size(),
    rollback: (mark) => parsed.truncate(mark),
    each(visit) {
      const isChanged = parsed.size() > 0 || deleted.size > 0
      source.eachStreamLabel((name, value) => {
        if (!isChanged || !isHidden(name)) visit(name, value, 'stream')
      })
      source.eachMetadata((pushed, value) => {
        const name = source.streamLabel(pushed) === undefined ? pushed : pushed + DUPLICATE_SUFFIX
        if (!isChanged || !isHidden(name)) visit(name, value, 'metadata')
      })
      for (let i = 0; i < parsed.size(); i++) visit(parsed.nameAt(i), parsed.valueAt(i), 'parsed')
    },
    eachError(visit) {
      if (row.error !== '') visit('__error__', row.error)
      else if (row.details === '' || isUntouched()) return
      if (row.details !== '') visit('__error_details__', row.details)
    },
  }
  return row
}
