/**
 * Mines templates out of lines: Drain (He, Zhu, Zheng, Lyu, ICWS 2017) with Loki's parameters. A tree of the first
 * tokens leads to few clusters; a line joins the most similar one, and where the two differ the template has <_>.
 */
import { PARAMETER, type Tokenizer } from './tokens.ts'

export interface Cluster {
  /** The template. */
  readonly tokens: string[]
  readonly spaces: readonly number[]
  /** Start of a sample in milliseconds → lines. */
  readonly samples: Map<number, number>
}

export interface Miner {
  readonly clusters: ReadonlySet<Cluster>
  /** Takes a line of this time (milliseconds). */
  learn(line: string, ms: number): void
  textOf(cluster: Cluster): string
}

interface Node {
  readonly children: Map<string, Node>
  clusters: Cluster[]
}

const MAX_DEPTH = 28
const MAX_CHILDREN = 15
const MAX_CLUSTERS = 300
const MIN_TOKENS = 4
const MAX_TOKENS = 80
const MIN_SIMILARITY = 0.3
/** How fine samples are. */
export const SAMPLE_MS = 10_000

export function createMiner(tokenizer: Tokenizer): Miner {
  const byLength = new Map<number, Node>()
  /** The least recently used first. */
  const clusters = new Set<Cluster>()
  return {
    clusters,
    learn(line, ms) {
      const read = tokenizer.tokenize(line)
      if (read === undefined || read.tokens.length < MIN_TOKENS || read.tokens.length > MAX_TOKENS) return
      const found = search(byLength.get(read.tokens.length), read.tokens, clusters)
      const cluster = found ?? { ...read, samples: new Map<number, number>() }
      if (found === undefined) insert(byLength, cluster, clusters)
      else generalize(found.tokens, read.tokens)
      clusters.delete(cluster)
      clusters.add(cluster)
      if (clusters.size > MAX_CLUSTERS) clusters.delete(clusters.values().next().value!)
      const sample = Math.floor(ms / SAMPLE_MS) * SAMPLE_MS
      cluster.samples.set(sample, (cluster.samples.get(sample) ?? 0) + 1)
    },
    textOf: (cluster) => tokenizer.join(cluster.tokens, cluster.spaces),
  }
}

function search(root: Node | undefined, tokens: readonly string[], alive: ReadonlySet<Cluster>): Cluster | undefined {
  let node = root
  for (let depth = 1; node !== undefined && depth < Math.min(MAX_DEPTH, tokens.length); depth++) {
    node = node.children.get(tokens[depth - 1]!) ?? node.children.get(PARAMETER)
  }
  let best: Cluster | undefined
  let bestEqual = -1
  let bestParameters = -1
  for (const cluster of node?.clusters ?? []) {
    if (!alive.has(cluster)) continue
    let equal = 0
    let parameters = 0
    for (let i = 0; i < tokens.length; i++) {
      const token = cluster.tokens[i]
      if (token === PARAMETER) parameters++
      else if (token === tokens[i]) equal++
    }
    if (equal > bestEqual || (equal === bestEqual && parameters > bestParameters)) {
      best = cluster
      bestEqual = equal
      bestParameters = parameters
    }
  }
  return bestEqual / tokens.length >= MIN_SIMILARITY ? best : undefined
}

/** Tokens with digits lead to the node for anything; so do all when a node has children enough. */
function insert(byLength: Map<number, Node>, cluster: Cluster, alive: ReadonlySet<Cluster>): void {
  const { tokens } = cluster
  let node = byLength.get(tokens.length)
  if (node === undefined) byLength.set(tokens.length, (node = createNode()))
  for (let depth = 1; depth < Math.min(MAX_DEPTH, tokens.length); depth++) {
    const token = tokens[depth - 1]!
    node = node.children.get(token) ?? childFor(node, token)
  }
  node.clusters = node.clusters.filter((each) => alive.has(each))
  node.clusters.push(cluster)
}

function childFor(node: Node, token: string): Node {
  const { children } = node
  const hasAny = children.has(PARAMETER)
  const isFull = children.size + (hasAny ? 0 : 1) >= MAX_CHILDREN
  const key = isFull || /\p{N}/u.test(token) ? PARAMETER : token
  let child = children.get(key)
  if (child === undefined) children.set(key, (child = createNode()))
  return child
}

function createNode(): Node {
  return { children: new Map(), clusters: [] }
}

function generalize(template: string[], tokens: readonly string[]): void {
  for (let i = 0; i < tokens.length; i++) if (template[i] !== tokens[i]) template[i] = PARAMETER
}
