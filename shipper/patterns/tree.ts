/**
 * One service's templates: Drain (He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS
 * 2017). The number of tokens and the first of them lead to a few clusters, among which the most similar is looked for.
 * Other than there, a word that differs parts two templates unless there is a reason to take it for a value: it stands
 * where names stand, looks like one, or many lines differ in that one place.
 */
import { type Cluster, takeIn } from './cluster.ts'
import {
  blank,
  generalize,
  IDENTIFIER,
  LOWERCASE,
  NAME_PLACE,
  NAME_SHAPED,
  STATE_WORD,
  type Template,
} from './template.ts'
import { PARAMETER } from './tokens.ts'

/** So many templates that differ in one word only are one. */
const MAX_SIBLINGS = 5
/** Clusters of a leaf from which on similar ones are one, and how similar: the fuller, the less. */
const CROWDED: readonly (readonly [clusters: number, similarity: number])[] = [
  [128, 0],
  [64, 0.4],
  [24, 0.7],
]
/** First words of as many tokens; those beyond are one parameter. */
const MAX_CHILDREN = 100

interface Leaf {
  clusters: Cluster[]
}

/** How a line's tokens stand to a template's. */
const comparison = { equal: 0, unsure: 0, hard: 0, semi: 0, at: -1 }

export class Tree {
  private readonly leaves = new Map<string, Leaf>()
  /** First words by the number of tokens, to bound them. */
  private readonly firstWords = new Map<number, Set<string>>()

  /** The template that the line belongs to, which it may make more general; undefined: a new one. */
  find(line: Template): Cluster | undefined {
    const found = search(this.leaves.get(this.path(line, false)), line)
    if (found !== undefined || (line.traits[0] & IDENTIFIER) === 0) return found
    // Templates that begin with a name begin with a parameter when they are read back.
    return search(this.leaves.get(`${line.tokens.length} ${PARAMETER}`), line)
  }

  /** Adds a template. */
  add(cluster: Cluster): void {
    const path = this.path(cluster.template, true)
    const leaf = this.leaves.get(path)
    if (leaf === undefined) this.leaves.set(path, { clusters: [cluster] })
    else leaf.clusters.push(cluster)
  }

  /** Takes the clusters out that are not alive any more; true when none is left. */
  sweep(): boolean {
    this.firstWords.clear()
    for (const [path, leaf] of this.leaves) {
      leaf.clusters = leaf.clusters.filter(({ isAlive }) => isAlive)
      if (leaf.clusters.length === 0) this.leaves.delete(path)
      else for (const { template } of leaf.clusters) this.path(template, true)
    }
    return this.leaves.size === 0
  }

  /** The way to a leaf. A first word for which there is no room becomes a parameter. */
  private path(line: Template, isNew: boolean): string {
    const { tokens } = line
    if ((line.traits[0] & IDENTIFIER) !== 0) return `${tokens.length} -`
    let first = this.firstWords.get(tokens.length)
    if (first === undefined) this.firstWords.set(tokens.length, (first = new Set()))
    if (!first.has(tokens[0])) {
      if (first.size >= MAX_CHILDREN) blank(line, 0)
      else if (isNew) first.add(tokens[0])
    }
    return `${tokens.length} ${tokens[0]}`
  }
}

function search(leaf: Leaf | undefined, line: Template): Cluster | undefined {
  if (leaf === undefined) return undefined
  let best: Cluster | undefined
  let leastUnsure = Number.POSITIVE_INFINITY
  const siblings: Cluster[] = []
  const places: number[] = []
  for (const cluster of leaf.clusters) {
    compare(cluster.template, line)
    const { equal, unsure, hard, semi, at } = comparison
    if (
      hard === 0 &&
      unsure < leastUnsure &&
      isSure(equal, unsure) &&
      (semi === 0 || (semi === 1 && unsure === 0 && equal >= 3))
    ) {
      best = cluster
      leastUnsure = unsure
    } else if (hard === 1 && unsure === 0) {
      siblings.push(cluster)
      places.push(at)
    }
  }
  best ??= merge(leaf, siblings, places) ?? similar(leaf, line)
  if (best !== undefined && generalize(best.template, line)) takeTwins(leaf, best)
  return best
}

/** Templates that have become the same are one. */
function takeTwins(leaf: Leaf, cluster: Cluster): void {
  const { hashes } = cluster.template
  for (const other of leaf.clusters) {
    if (other !== cluster && other.template.hashes.every((hash, index) => hash === hashes[index]))
      takeIn(cluster, other)
  }
  leaf.clusters = leaf.clusters.filter(({ isAlive }) => isAlive)
}

/** At most one place is unsure, and something is equal. */
function isSure(equal: number, unsure: number): boolean {
  return unsure === 0 || (unsure === 1 && equal > 0)
}

function compare(template: Template, line: Template): void {
  const { hashes, traits } = line
  comparison.equal = 0
  comparison.unsure = 0
  comparison.hard = 0
  comparison.semi = 0
  for (let index = 0; index < hashes.length; index++) {
    const known = template.hashes[index]
    const hash = hashes[index]
    if (known === hash) {
      if (hash !== 0) comparison.equal++
    } else if (known === 0 || hash === 0) {
      if (((template.traits[index] | traits[index]) & (IDENTIFIER | NAME_SHAPED | NAME_PLACE)) === 0)
        comparison.unsure++
    } else if (isOneName(template.traits[index], traits[index])) {
      comparison.semi++
    } else if (!isName(template.traits[index], traits[index])) {
      comparison.at = index
      if (++comparison.hard > 1) return
    }
  }
}

/** Whether one of two words is shaped like a name, and the other may be one. */
function isOneName(known: number, traits: number): boolean {
  const shaped = IDENTIFIER | NAME_SHAPED
  if (((known | traits) & STATE_WORD) !== 0 || (known & traits & shaped) !== 0) return false
  return ((known | traits) & shaped) !== 0 && (((known & shaped) === 0 ? known : traits) & LOWERCASE) !== 0
}

/** Whether names stand in that place, so that another word there says nothing else. */
function isName(known: number, traits: number): boolean {
  if ((known & traits & (IDENTIFIER | NAME_SHAPED)) !== 0) return true
  return (traits & NAME_PLACE) !== 0 && ((known | traits) & STATE_WORD) === 0
}

/** Enough templates that differ from the line in the same one word become one, the first of them. */
function merge(leaf: Leaf, siblings: readonly Cluster[], places: readonly number[]): Cluster | undefined {
  if (siblings.length + 1 < MAX_SIBLINGS) return undefined
  for (const place of new Set(places)) {
    const [first, ...others] = siblings.filter((_, index) => places[index] === place)
    if (others.length + 2 < MAX_SIBLINGS) continue
    for (const other of others) {
      generalize(first.template, other.template)
      takeIn(first, other)
    }
    leaf.clusters = leaf.clusters.filter(({ isAlive }) => isAlive)
    return first
  }
  return undefined
}

/** Drain's own way, for leaves that fill up: the template that has most tokens in common. */
function similar({ clusters }: Leaf, { hashes }: Template): Cluster | undefined {
  const least = CROWDED.find(([crowd]) => clusters.length >= crowd)?.[1]
  if (least === undefined) return undefined
  let best: Cluster | undefined
  let mostCommon = least * hashes.length
  for (const cluster of clusters) {
    const known = cluster.template.hashes
    let common = 0
    for (let index = 0; index < hashes.length; index++) {
      if (known[index] === hashes[index]) common++
      else if (known[index] === 0) common += 0.5
    }
    if (common >= mostCommon) {
      best = cluster
      mostCommon = common
    }
  }
  return best
}
