/** A pattern: the lines that share a template. */
import type { Level } from '../terms/level.ts'
import { MINUTE_MS, MinuteCounts } from './counts.ts'
import type { Template } from './template.ts'
import type { TokenReader } from './tokens.ts'

export interface Cluster {
  /**
   * Made of the first line's tokens: the same after a restart, in a replay, and in every service that logs the same words,
   * whatever the template becomes. With the service it names a pattern.
   */
  readonly id: string
  readonly service: string
  /** What is found to differ becomes a parameter. */
  readonly template: Template
  /** What stands before each token, and behind the last. */
  readonly gaps: readonly string[]
  readonly sample: string
  /** By level, in the order in which they came. */
  readonly levels: Level[]
  readonly counts: MinuteCounts[]
  readonly nodes: Set<string>
  lines: number
  /** Milliseconds since the epoch. */
  readonly firstSeen: number
  /** Seconds since the epoch: a whole number that fits is part of the object, and not one more place in memory. */
  lastSeen: number
  /** Of the line before, with its counts: most lines of a pattern have the same. */
  level: Level | undefined
  node: string | undefined
  ofLevel: MinuteCounts | undefined
  /** When it was used last, as the miner counts lines. */
  used: number
  /** Ids that it has just taken in. */
  readonly taken: string[]
  /** The pattern that has taken this one in. */
  into: Cluster | undefined
  /** False: forgotten, or taken in. */
  isAlive: boolean
  /** Milliseconds since the epoch: no spike is told before. */
  quietUntil: number
}

/** More nodes of a pattern are not told apart. */
export const MAX_NODES = 32

const MAX_SAMPLE = 300

export function createCluster(
  id: string,
  service: string,
  template: Template,
  reader: TokenReader,
  nowMs: number,
): Cluster {
  const gaps: string[] = []
  for (let index = 0; index <= reader.count; index++) gaps.push(reader.gap(index))
  const sample = reader.message(MAX_SAMPLE)
  return restoreCluster({
    id,
    service,
    template,
    gaps,
    sample,
    lines: 0,
    firstSeen: nowMs,
    lastSeen: Math.floor(nowMs / 1000),
  })
}

export function restoreCluster(
  kept: Pick<Cluster, 'id' | 'service' | 'template' | 'gaps' | 'sample' | 'lines' | 'firstSeen' | 'lastSeen'>,
): Cluster {
  const { id, service, template, gaps, sample, lines, firstSeen, lastSeen } = kept
  // What each line touches stands first: side by side in memory.
  return {
    service,
    into: undefined,
    isAlive: true,
    used: 0,
    lines,
    lastSeen,
    node: undefined,
    level: undefined,
    ofLevel: undefined,
    quietUntil: 0,
    id,
    template,
    gaps,
    sample,
    firstSeen,
    levels: [],
    counts: [],
    nodes: new Set(),
    taken: [],
  }
}

/** The template as text, <_> for what differs. */
export function textOf({ template, gaps }: Cluster): string {
  let text = ''
  for (const [index, token] of template.tokens.entries()) text += gaps[index] + token
  return (text + (gaps.at(-1) ?? '')).trim()
}

/** The level of its first line. */
export function levelOf(cluster: Cluster): Level {
  return cluster.levels[0] ?? 'unknown'
}

/**
 * Counts a line at its own time, `atMs`: no later than now. Undefined for one of a minute that is over: what it says of how many
 * there are now is nothing. Both are milliseconds since the epoch.
 */
export function countLine(
  cluster: Cluster,
  node: string,
  level: Level,
  nowMs: number,
  atMs: number,
): MinuteCounts | undefined {
  cluster.lines++
  cluster.lastSeen = Math.floor(nowMs / 1000)
  if (cluster.node !== node) {
    cluster.node = node
    if (cluster.nodes.size < MAX_NODES) cluster.nodes.add(node)
  }
  let counts = cluster.ofLevel
  if (counts === undefined || cluster.level !== level) {
    counts = countsOf(cluster, level)
    cluster.level = level
    cluster.ofLevel = counts
  }
  return counts.add(Math.floor(atMs / MINUTE_MS), Math.floor(nowMs / MINUTE_MS)) ? counts : undefined
}

/** `other`, with all that was counted of it, is this pattern from now on. */
export function takeIn(cluster: Cluster, other: Cluster): void {
  other.into = cluster
  other.isAlive = false
  cluster.lines += other.lines
  cluster.taken.push(other.id)
  for (const [index, level] of other.levels.entries()) countsOf(cluster, level).join(other.counts[index])
  for (const node of other.nodes) if (cluster.nodes.size < MAX_NODES) cluster.nodes.add(node)
}

/** The counts of a level's lines. */
export function countsOf(cluster: Cluster, level: Level): MinuteCounts {
  const index = cluster.levels.indexOf(level)
  if (index >= 0) return cluster.counts[index]
  const counts = new MinuteCounts()
  cluster.levels.push(level)
  cluster.counts.push(counts)
  return counts
}
