/**
 * One service's templates: Drain (He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS
 * 2017). The number of tokens and the first of them lead to a few clusters, among which the most similar is looked for.
 * Other than there, a word that differs parts two templates unless there is a reason to take it for a value: it stands
 * where names stand, looks like one, or many lines differ in that one place.
 */
import { type Cluster, generalize } from './cluster.ts'
import { knownAs, STATE } from './shapes.ts'
import { PARAMETER, type TokenReader } from './tokens.ts'

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
const comparison = { equal: 0, unsure: 0, hard: 0, at: -1 }

export class Tree {
  private readonly leaves = new Map<string, Leaf>()
  /** First words by the number of tokens, to bound them. */
  private readonly firstWords = new Map<number, Set<string>>()

  /** The template that the tokens belong to, which they may make more general; undefined: a new one. */
  find(tokens: string[], reader: TokenReader): Cluster | undefined {
    const leaf = this.leaves.get(this.path(tokens, false))
    if (leaf === undefined) return undefined
    let best: Cluster | undefined
    let leastUnsure = Number.POSITIVE_INFINITY
    const siblings: Cluster[] = []
    const places: number[] = []
    for (const cluster of leaf.clusters) {
      compare(cluster.tokens, tokens, reader)
      const { equal, unsure, hard, at } = comparison
      if (hard === 0 && unsure < leastUnsure && isSure(equal, unsure)) {
        best = cluster
        leastUnsure = unsure
      } else if (hard === 1 && unsure === 0) {
        siblings.push(cluster)
        places.push(at)
      }
    }
    best ??= merge(leaf, siblings, places) ?? similar(leaf, tokens)
    if (best !== undefined) generalize(best, tokens)
    return best
  }

  /** Adds a template. */
  add(cluster: Cluster): void {
    const path = this.path(cluster.tokens, true)
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
      else for (const { tokens } of leaf.clusters) this.path(tokens, true)
    }
    return this.leaves.size === 0
  }

  /** The way to a leaf. A first word for which there is no room becomes a parameter. */
  private path(tokens: string[], isNew: boolean): string {
    const count = String(tokens.length)
    if (tokens.length === 0) return count
    if (isIdentifier(tokens[0])) return `${count} -`
    let first = this.firstWords.get(tokens.length)
    if (first === undefined) this.firstWords.set(tokens.length, (first = new Set()))
    if (!first.has(tokens[0])) {
      if (first.size >= MAX_CHILDREN) tokens[0] = PARAMETER
      else if (isNew) first.add(tokens[0])
    }
    return `${count} ${tokens[0]}`
  }
}

/** At most one place is unsure, or fewer than are equal. */
function isSure(equal: number, unsure: number): boolean {
  return unsure === 0 || (equal > 0 && unsure <= 1 && unsure <= equal)
}

function compare(template: readonly string[], tokens: readonly string[], reader: TokenReader): void {
  comparison.equal = 0
  comparison.unsure = 0
  comparison.hard = 0
  for (let index = 0; index < tokens.length; index++) {
    const known = template[index]
    const token = tokens[index]
    if (known === token) {
      if (token !== PARAMETER) comparison.equal++
    } else if (known === PARAMETER || token === PARAMETER) {
      comparison.unsure++
    } else if (!isName(known, tokens, index, reader)) {
      comparison.at = index
      if (++comparison.hard > 1) return
    }
  }
}

/** Whether names stand in that place, so that another word there says nothing else. */
function isName(known: string, tokens: readonly string[], index: number, reader: TokenReader): boolean {
  if (isIdentifier(known) && isIdentifier(tokens[index])) return true
  if (index === 0 || ((knownAs(known) | knownAs(tokens[index])) & STATE) !== 0) return false
  return (tokens[index - 1] === 'for' && tokens[index + 1] === 'from') || reader.isValue(index)
}

/** dns-update, log-rotator: what steps, hosts and queues are called. */
function isIdentifier(word: string): boolean {
  return IDENTIFIER.test(word)
}

const IDENTIFIER = /^[a-z]+(?:-[a-z]+)+$/

/** Enough templates that differ from the line in the same one word become one, the first of them. */
function merge(leaf: Leaf, siblings: readonly Cluster[], places: readonly number[]): Cluster | undefined {
  if (siblings.length + 1 < MAX_SIBLINGS) return undefined
  for (const place of new Set(places)) {
    const [first, ...others] = siblings.filter((_, index) => places[index] === place)
    if (others.length + 2 < MAX_SIBLINGS) continue
    for (const other of others) {
      generalize(first, other.tokens)
      takeIn(first, other)
    }
    leaf.clusters = leaf.clusters.filter(({ isAlive }) => isAlive)
    return first
  }
  return undefined
}

function takeIn(cluster: Cluster, other: Cluster): void {
  other.into = cluster
  other.isAlive = false
  cluster.lines += other.lines
  cluster.taken.push(other.id)
}

/** Drain's own way, for leaves that fill up: the template that has most tokens in common. */
function similar({ clusters }: Leaf, tokens: readonly string[]): Cluster | undefined {
  const least = CROWDED.find(([crowd]) => clusters.length >= crowd)?.[1]
  if (least === undefined) return undefined
  let best: Cluster | undefined
  let mostCommon = least * tokens.length
  for (const cluster of clusters) {
    let common = 0
    for (let index = 0; index < tokens.length; index++) {
      if (cluster.tokens[index] === tokens[index]) common++
      else if (cluster.tokens[index] === PARAMETER) common += 0.5
    }
    if (common >= mostCommon) {
      best = cluster
      mostCommon = common
    }
  }
  return best
}
