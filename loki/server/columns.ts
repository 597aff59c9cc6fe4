/**
 * A field of structured metadata as a column of its block: a byte an entry, where the field has few different values.
 * A filter is then asked once a value instead of once an entry, and a block that holds no value which passes is left
 * out. Most dashboards ask for one event of one service in all streams. Read when a filter first asks, and kept as long
 * as the block.
 */

import type { Names } from '../../shipper/wire/names.ts'
import type { LabelFilter, StageExpr } from '../logql/ast.ts'
import type { Matcher } from '../logql/matcher.ts'
import type { Block } from './block.ts'
import { createInterned } from './interned.ts'
import { createPairs, readPairs } from './pairs.ts'
import type { Stream } from './tenant.ts'

/** A field with more values in a block identifies: its column would be long to read and tell little. */
const MOST_VALUES = 128
/** The code of entries that have the field twice: they are to be looked at. */
const TWICE = 255

/** A field that has to have a value which passes. */
export interface Wanted {
  readonly id: number
  readonly matcher: Matcher
}

interface Column {
  /** Entries that were looked at: a block that grows is looked at further. */
  read: number
  /** Value → its code, from 1; code 0 is: the entry has no such field. */
  readonly codes: Map<string, number>
  hasTwice: boolean
  /** A code an entry; undefined: too many values. */
  entries: Uint8Array | undefined
}

const known = new WeakMap<Block, Map<number, Column>>()
const interned = createInterned()
const pairs = createPairs()

/** What every entry that stays must have in its metadata, as far as the stages before a parser say so. */
export function wantedOf(stages: readonly StageExpr[], names: Names): Wanted[] {
  const wanted: Wanted[] = []
  for (const stage of stages) {
    if (stage.kind === 'line') continue
    if (stage.kind !== 'label') break
    for (const matcher of required(stage.filter)) {
      const id = names.ids.get(matcher.name)
      // __error__ is no metadata; service_extracted may be the metadata called service.
      const isOther = matcher.name.startsWith('__') || matcher.name.endsWith('_extracted')
      if (id !== undefined && !isOther && !matcher.matches('')) wanted.push({ id, matcher })
    }
  }
  return wanted
}

function required(filter: LabelFilter): Matcher[] {
  if (filter.kind === 'match') return [filter.matcher]
  return filter.kind === 'and' ? [...required(filter.left), ...required(filter.right)] : []
}

/**
 * 1 for each entry of the block that may have all that is wanted, 'none' when no entry has, undefined when nothing can
 * be said. Labels of the stream stand before metadata of the same name.
 */
export function fittingEntries(
  stream: Stream,
  block: Block,
  wanted: readonly Wanted[],
): Uint8Array | 'none' | undefined {
  let fitting: Uint8Array | undefined
  for (const { id, matcher } of wanted) {
    if (stream.labels.some(([name]) => name === matcher.name)) continue
    const column = columnOf(block, id)
    if (column.entries === undefined) continue
    const fits = new Uint8Array(TWICE + 1)
    for (const [value, code] of column.codes) if (matcher.matches(value)) fits[code] = 1
    if (column.hasTwice) fits[TWICE] = 1
    if (!fits.includes(1)) return 'none'
    fitting ??= new Uint8Array(block.count).fill(1)
    for (let i = 0; i < fitting.length; i++) fitting[i]! &= fits[column.entries[i]!]!
  }
  return fitting
}

function columnOf(block: Block, id: number): Column {
  let columns = known.get(block)
  if (columns === undefined) known.set(block, (columns = new Map()))
  let column = columns.get(id)
  if (column === undefined) {
    column = { read: 0, codes: new Map(), hasTwice: false, entries: new Uint8Array(block.count) }
    columns.set(id, column)
  }
  if (column.entries !== undefined && column.entries.length < block.count) {
    const entries: Uint8Array = new Uint8Array(Math.max(block.count, 2 * column.entries.length))
    entries.set(column.entries)
    column.entries = entries
  }
  for (; column.read < block.count && column.entries !== undefined; column.read++) readEntry(column, block, id)
  return column
}

function readEntry(column: Column, block: Block, id: number): void {
  const { codes, entries, read } = column
  readPairs(pairs, block, read)
  for (let i = 0; i < pairs.count; i++) {
    if (pairs.ids[i] !== id) continue
    const value = interned(block.bytes, pairs.starts[i]!, pairs.ends[i]!)
    let code = codes.get(value)
    if (code === undefined) codes.set(value, (code = codes.size + 1))
    const isTwice = entries![read] !== 0
    entries![read] = isTwice ? TWICE : code
    column.hasTwice ||= isTwice
  }
  if (codes.size > MOST_VALUES) {
    column.entries = undefined
    codes.clear()
  }
}
