/** Samples of rules: label sets without empty values, names and labels of recorded series. */
import { compareText, writeLabels } from '../../../shipper/wire/labels.ts'
import type { Rule, Sample } from './rule.ts'

/** Sorted by name; an empty value means no label. */
export function labelMap(labels: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  return new Map([...labels].filter(([, value]) => value !== '').sort((a, b) => compareText(a[0], b[0])))
}

/** What a recording rule makes of its expression's answer. Throws when series cannot be told apart or are too many. */
export function recordedSamples(rule: Rule, samples: readonly Sample[], limit: number): Sample[] {
  const seen = new Set<string>()
  const recorded = samples.map(({ labels, value }) => {
    const all = new Map(labels)
    all.set('__name__', rule.name)
    for (const [name, text] of rule.labels) all.set(name, text)
    const sorted = labelMap(all)
    seen.add(writeLabels([...sorted]))
    return { labels: sorted, value }
  })
  if (seen.size < recorded.length) {
    throw new Error('vector contains metrics with the same labelset after applying rule labels')
  }
  if (limit > 0 && recorded.length > limit) throw new Error(`exceeded limit of ${limit} with ${recorded.length} series`)
  return recorded
}
