/**
 * All services' templates. Most lines have the tokens of a line before: a table of token hashes finds their pattern
 * without a string; the tree is asked for the others only. Everything is bounded: patterns, services, table.
 */
import { type Cluster, createCluster } from './cluster.ts'
import { lineOf } from './template.ts'
import { TokenReader } from './tokens.ts'
import { Tree } from './tree.ts'

/** Entries of the table for each pattern that is kept, and the fewest: a pattern has several forms before it is general. */
const SLOTS_A_PATTERN = 4
const MIN_SLOTS = 1024
/** Places that an entry may stand in: they are side by side in memory. */
const WAYS = 4

/** What is forgotten at a time, of the patterns that are kept: so many times fewer. */
const SWEEP = 16

export class Miner {
  readonly reader = new TokenReader()
  /** Those that were taken in or forgotten are not among them. */
  readonly clusters = new Map<string, Cluster>()
  /** Of the line read last: whether its template was not kept. */
  isNew = false
  /** Patterns forgotten for want of room, and lines that went through the tree: for telemetry. */
  forgotten = 0
  searched = 0
  private readonly maxPatterns: number
  private readonly trees = new Map<string, Tree>()
  /** Two hashes of each entry, side by side: one look into memory. */
  private readonly table: Uint32Array
  private readonly found: (Cluster | undefined)[]
  /** One less than a power of two. */
  private readonly mask: number
  private lines = 0

  constructor(maxPatterns: number) {
    this.maxPatterns = maxPatterns
    const slots = 2 ** Math.ceil(Math.log2(Math.max(MIN_SLOTS, SLOTS_A_PATTERN * maxPatterns)))
    this.table = new Uint32Array(slots * 2)
    this.found = new Array(slots).fill(undefined)
    this.mask = slots - 1
  }

  /** The pattern of what the reader has read; `seed`: its seedOf. Undefined for a line without a word. */
  find(service: string, seed: number, nowMs: number): Cluster | undefined {
    const { low, high, count } = this.reader
    if (count === 0) return undefined
    const slot = (low ^ (low >>> 15) ^ seed) & this.mask
    this.isNew = false
    let cluster = this.kept(slot, low, high, service)
    if (cluster === undefined) {
      cluster = this.search(service, nowMs)
      this.keep(slot, low, high, cluster)
    }
    cluster.used = ++this.lines
    return cluster
  }

  /** What the table says: an entry stands in one of the places around its own. */
  private kept(own: number, low: number, high: number, service: string): Cluster | undefined {
    const { table } = this
    for (let way = 0; way < WAYS; way++) {
      const slot = own ^ way
      if (table[slot * 2] !== low || table[slot * 2 + 1] !== high) continue
      let cluster = this.found[slot]
      while (cluster?.into !== undefined) cluster = cluster.into
      if (cluster?.isAlive && cluster.service === service) return cluster
    }
    return undefined
  }

  /** In the place of the four that was used longest ago. */
  private keep(own: number, low: number, high: number, cluster: Cluster): void {
    const { table, found } = this
    let slot = own
    for (let way = 1; way < WAYS; way++) {
      if ((found[own ^ way]?.used ?? 0) < (found[slot]?.used ?? 0)) slot = own ^ way
    }
    table[slot * 2] = low
    table[slot * 2 + 1] = high
    found[slot] = cluster
  }

  /** Takes a pattern of an earlier run; false when there is no room. */
  restore(cluster: Cluster): boolean {
    if (this.clusters.size >= this.maxPatterns || this.clusters.has(keyOf(cluster.service, cluster.id))) return false
    this.add(cluster)
    return true
  }

  private search(service: string, nowMs: number): Cluster {
    const { reader } = this
    this.searched++
    const line = lineOf(reader)
    const id = idOf(reader.low, reader.high)
    const cluster = this.trees.get(service)?.find(line) ?? this.clusters.get(keyOf(service, id))
    if (cluster !== undefined) {
      for (const taken of cluster.taken.splice(0)) this.clusters.delete(keyOf(service, taken))
      return cluster
    }
    this.isNew = true
    if (this.clusters.size >= this.maxPatterns) this.sweep()
    const created = createCluster(id, service, line, reader, nowMs)
    this.add(created)
    return created
  }

  private add(cluster: Cluster): void {
    let tree = this.trees.get(cluster.service)
    if (tree === undefined) this.trees.set(cluster.service, (tree = new Tree()))
    tree.add(cluster)
    this.clusters.set(keyOf(cluster.service, cluster.id), cluster)
  }

  /** Forgets the least recently used. */
  private sweep(): void {
    const uses = Float64Array.from(this.clusters.values(), ({ used }) => used).sort()
    const limit = uses[Math.min(uses.length - 1, Math.ceil(this.maxPatterns / SWEEP))]
    for (const [key, cluster] of this.clusters) {
      if (cluster.used >= limit) continue
      cluster.isAlive = false
      this.clusters.delete(key)
      this.forgotten++
    }
    for (const [service, tree] of this.trees) if (tree.sweep()) this.trees.delete(service)
    for (let slot = 0; slot <= this.mask; slot++) if (this.found[slot]?.isAlive === false) this.found[slot] = undefined
  }
}

function keyOf(service: string, id: string): string {
  return `${id}${service}`
}

/** 53 bits as 14 hexadecimal digits. */
function idOf(low: number, high: number): string {
  return high.toString(16).padStart(6, '0') + low.toString(16).padStart(8, '0')
}

/** FNV-1a, so that services do not share places in the miner's table. */
export function seedOf(service: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < service.length; at++) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
