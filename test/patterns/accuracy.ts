/** Grouping accuracy (Zhu et al., ICSE-SEIP 2019): a line is right when its group holds the lines of its template, and no others. */
import type { Patterns } from '../../shipper/patterns/patterns.ts'

export interface Labelled {
  readonly message: string
  readonly template: string
}

/** message TAB template a line; # begins a comment. */
export function readLabelled(text: string): Labelled[] {
  return text
    .split('\n')
    .filter((line) => line.includes('\t') && !line.startsWith('#'))
    .map((line) => {
      const at = line.lastIndexOf('\t')
      return { message: line.slice(0, at), template: line.slice(at + 1) }
    })
}

/** Ids as they are given line by line: what a user finds in Loki, not what the miner knows in the end. */
export function idsOf(patterns: Patterns, lines: readonly Labelled[]): (string | undefined)[] {
  const place = { service: 'samples', node: 'n', level: 'info', container: 'labelled.txt' } as const
  return lines.map(({ message }) => patterns.learn({ ...place, message }))
}

export function groupingAccuracy(ids: readonly (string | undefined)[], lines: readonly Labelled[]): number {
  const groups = groupBy(ids)
  const templates = groupBy(lines.map(({ template }) => template))
  let right = 0
  for (const group of groups.values()) {
    const { template } = lines[group[0]]
    const isWhole = templates.get(template)?.length === group.length
    if (isWhole && group.every((index) => lines[index].template === template)) right += group.length
  }
  return right / lines.length
}

function groupBy<K>(keys: readonly K[]): Map<K, number[]> {
  const groups = new Map<K, number[]>()
  for (const [index, key] of keys.entries()) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [index])
    else group.push(index)
  }
  return groups
}
