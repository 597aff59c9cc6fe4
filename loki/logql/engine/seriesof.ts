/**
 * Which series an entry's sample belongs to (Loki's GroupedLabels, pkg/logql/log/labels.go): by the labels that a
 * grouping keeps, or by all labels. Entries with the same labels get the same series; labels are looked at no more
 * often than needed.
 */

import { DUPLICATE_SUFFIX } from '../row.ts'
import { createLabelSet, type LabelSet, NO_LABELS } from './labelset.ts'
import type { Label } from './labeltext.ts'
import type { LabelNeeds } from './needs.ts'
import type { EntryRow, LogSource } from './source.ts'

/** Makes a series for labels that are new; the row still stands at its first entry. */
export type OpenSeries<Series> = (labels: LabelSet) => Series

export function createSeriesOf<Series>(
  needs: LabelNeeds,
  source: LogSource,
  changesLabels: boolean,
  open: OpenSeries<Series>,
): (row: EntryRow) => Series {
  const whole = createWhole(needs, open)
  const { groups, isWithout, hasNoLabels } = needs
  if (hasNoLabels) {
    let only: Series | undefined
    return (row) => (row.error === '' ? (only ??= open(NO_LABELS)) : whole.of(row, true))
  }
  if (isWithout || groups.length === 0) return (row) => whole.of(row, row.error !== '')
  const grouped = createGrouped(groups, open)
  const isOfStream = createStreamTest(groups, source, changesLabels)
  let lastStream: EntryRow['stream'] | undefined
  let lastSeries: Series | undefined
  return (row) => {
    if (row.error !== '') return whole.of(row, true)
    if (row.stream === lastStream) return lastSeries!
    const series = grouped(row)
    if (isOfStream(row)) {
      lastStream = row.stream
      lastSeries = series
    }
    return series
  }
}

/** Whether all entries of the row's stream have the same values of these labels. */
function createStreamTest(
  groups: readonly string[],
  source: LogSource,
  changesLabels: boolean,
): (row: EntryRow) => boolean {
  if (changesLabels) return () => false
  // Metadata cannot hide a stream's label: it would be called name_extracted.
  const stemOf = (name: string) => (name.endsWith(DUPLICATE_SUFFIX) ? name.slice(0, -DUPLICATE_SUFFIX.length) : name)
  const mayVary = groups.filter((name) => source.mayHaveMetadata(name) || source.mayHaveMetadata(stemOf(name)))
  return (row) => mayVary.every((name) => row.stream.some((label) => label[0] === name))
}

interface Branch<Series> {
  readonly next: Map<string | undefined, Branch<Series>>
  series: Series | undefined
}

/** A tree by the groups' values: no text is put together for an entry. */
function createGrouped<Series>(groups: readonly string[], open: OpenSeries<Series>): (row: EntryRow) => Series {
  const root: Branch<Series> = { next: new Map(), series: undefined }
  return (row) => {
    let branch = root
    for (const name of groups) {
      const value = row.getGrouped(name)
      let next = branch.next.get(value)
      if (next === undefined) branch.next.set(value, (next = { next: new Map(), series: undefined }))
      branch = next
    }
    branch.series ??= open(groupLabels(row, groups))
    return branch.series
  }
}

function groupLabels(row: EntryRow, groups: readonly string[]): LabelSet {
  const pairs: Label[] = []
  for (const name of groups) {
    const value = row.getGrouped(name)
    if (value !== undefined) pairs.push([name, value])
  }
  return createLabelSet(pairs)
}

/** By all labels but those left out; an entry with an error keeps them all, and its error. */
function createWhole<Series>(needs: LabelNeeds, open: OpenSeries<Series>) {
  const left = new Set(needs.isWithout ? needs.groups : [])
  const none: ReadonlySet<string> = new Set()
  // The same labels may come in another order: then their texts differ, and `open` knows the labels by their key.
  const byText = new Map<string, Series>()
  return {
    of(row: EntryRow, keepsAll: boolean): Series {
      const omitted = keepsAll ? none : left
      let text = ''
      row.each((name, value) => {
        if (!omitted.has(name)) text += `${name}=${value.length}:${value},`
      })
      // Details may outlive their error: `drop __error__` leaves them.
      if (row.error !== '' || row.details !== '') {
        row.eachError((name, value) => {
          text += `!${name}=${value.length}:${value},`
        })
      }
      let series = byText.get(text)
      if (series === undefined) byText.set(text, (series = open(allLabels(row, omitted))))
      return series
    },
  }
}

/** Every label of the row but those left out, errors among them. */
export function allLabels(row: EntryRow, omitted: ReadonlySet<string>): LabelSet {
  const pairs = new Map<string, string>()
  row.each((name, value) => {
    if (!omitted.has(name)) pairs.set(name, value)
  })
  row.eachError((name, value) => pairs.set(name, value))
  return createLabelSet([...pairs])
}
