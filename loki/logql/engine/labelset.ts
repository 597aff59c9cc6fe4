/** Label sets of series: sorted, and with a key that no other set has. */
import type { Label } from './labeltext.ts'

export interface LabelSet {
  /** By name. */
  readonly pairs: readonly Label[]
  /** The same for the same labels, and for no others. */
  readonly key: string
}

export const NO_LABELS: LabelSet = { pairs: [], key: '' }

/** Of labels in any order, no name twice. */
export function createLabelSet(pairs: readonly Label[]): LabelSet {
  if (pairs.length === 0) return NO_LABELS
  const sorted = [...pairs].sort(byName)
  return { pairs: sorted, key: keyOf(sorted) }
}

/** Value by name; '' when there is no such label. */
export function labelValue(set: LabelSet, name: string): string {
  for (const pair of set.pairs) if (pair[0] === name) return pair[1]
  return ''
}

/** Only the named labels, or all but them. */
export function project(set: LabelSet, names: ReadonlySet<string>, isWithout: boolean): LabelSet {
  const kept = set.pairs.filter(([name]) => names.has(name) !== isWithout)
  if (kept.length === set.pairs.length) return set
  return kept.length === 0 ? NO_LABELS : { pairs: kept, key: keyOf(kept) }
}

/**
 * Without labels of the empty value: a stage may give a label one, and it counts as a label until Prometheus's label
 * builder takes it away, which operators, `without` and label_replace use.
 */
export function withoutEmpty(set: LabelSet): LabelSet {
  return set.pairs.some(([, value]) => value === '')
    ? createLabelSet(set.pairs.filter(([, value]) => value !== ''))
    : set
}

/** With one label set, or taken away when the value is ''. */
export function replaceLabel(set: LabelSet, name: string, value: string): LabelSet {
  const rest = set.pairs.filter((pair) => pair[0] !== name && pair[1] !== '')
  return createLabelSet(value === '' ? rest : [...rest, [name, value]])
}

/** Prometheus's order of label sets: by the first label that differs, name before value. */
export function compareSets(a: LabelSet, b: LabelSet): number {
  const length = Math.min(a.pairs.length, b.pairs.length)
  for (let i = 0; i < length; i++) {
    const [nameA, valueA] = a.pairs[i]!
    const [nameB, valueB] = b.pairs[i]!
    if (nameA !== nameB) return nameA < nameB ? -1 : 1
    if (valueA !== valueB) return valueA < valueB ? -1 : 1
  }
  return a.pairs.length - b.pairs.length
}

function byName(a: Label, b: Label): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

/** Values are hostile: lengths keep them apart, a separator would not. */
function keyOf(pairs: readonly Label[]): string {
  let key = ''
  for (const [name, value] of pairs) key += `${name}=${value.length}:${value},`
  return key
}
