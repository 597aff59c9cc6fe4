/**
 * The different values that a field of structured metadata has in a block, where they are few: a filter that none of them
 * passes leaves the block out. Most dashboards ask for one event of one service in all streams. Read when a filter first
 * asks, and kept as long as the block.
 */
import type { LabelFilter, StageExpr } from '../logql/ast.ts'
import type { Matcher } from '../logql/matcher.ts'
import type { Block } from './block.ts'
import { createInterned } from './interned.ts'
import type { Names } from './names.ts'
import { createPairs, readPairs } from './pairs.ts'
import type { Stream } from './tenant.ts'

/** A field with more values in a block identifies: hardly a filter leaves such a block out. */
const MOST_VALUES = 64

/** A field that has to have a value which passes. */
export interface Wanted {
  readonly id: number
  readonly matcher: Matcher
}

interface Known {
  /** Entries that were looked at: a block that grows is looked at further. */
  read: number
  /** undefined: too many. */
  values: Set<string> | undefined
}

const known = new WeakMap<Block, Map<number, Known>>()
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

/** Labels of the stream stand before metadata of the same name. */
export function mayHold(stream: Stream, block: Block, wanted: readonly Wanted[]): boolean {
  return wanted.every(({ id, matcher }) => {
    if (stream.labels.some(([name]) => name === matcher.name)) return true
    const values = valuesOf(block, id)
    if (values === undefined) return true
    for (const value of values) if (matcher.matches(value)) return true
    return false
  })
}

function valuesOf(block: Block, id: number): ReadonlySet<string> | undefined {
  let fields = known.get(block)
  if (fields === undefined) known.set(block, (fields = new Map()))
  let field = fields.get(id)
  if (field === undefined) fields.set(id, (field = { read: 0, values: new Set() }))
  for (; field.read < block.count && field.values !== undefined; field.read++) {
    readPairs(pairs, block, field.read)
    for (let i = 0; i < pairs.count; i++) {
      if (pairs.ids[i] === id) field.values.add(interned(block.bytes, pairs.starts[i]!, pairs.ends[i]!))
    }
    if (field.values.size > MOST_VALUES) field.values = undefined
  }
  return field.values
}
