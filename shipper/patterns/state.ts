/** Patterns kept over restarts: one JSON file, written whole (temporary file, fsync, rename). A torn or foreign one is left aside. */
import { readFileSync } from 'node:fs'
import { LEVELS, type Level } from '../terms/level.ts'
import { replaceFileLater } from '../terms/synced.ts'
import { type Cluster, countsOf, MAX_NODES, restoreCluster } from './cluster.ts'
import { templateOf } from './template.ts'
import { MAX_TOKENS } from './tokens.ts'

const VERSION = 1

/** More is no state of ours: 20,000 patterns take about 20 MB. */
const MAX_BYTES = 256 * 1024 * 1024

export interface State {
  /** When the first run began: milliseconds since the epoch. */
  readonly since: number
  /** The least recently used first. */
  readonly clusters: readonly Cluster[]
  /** Ids with services of patterns that were told and may be forgotten by now. */
  readonly known: readonly string[]
}

interface Kept {
  readonly id: string
  readonly service: string
  readonly tokens: string[]
  readonly gaps: string[]
  readonly sample: string
  readonly lines: number
  readonly first_seen: number
  readonly last_seen: number
  readonly nodes: string[]
  /** Level, lines a minute that are usual, minutes they are made of. */
  readonly levels: [Level, number, number][]
}

/** The kept state; undefined when there is none that can be read, after telling why. */
export function readState(path: string, onProblem: (message: string) => void): State | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') onProblem(`patterns ${path} cannot be read (${code}): starting without`)
    return undefined
  }
  const value = text.length > MAX_BYTES ? undefined : parse(text)
  if (value === undefined) onProblem(`patterns ${path} is torn or of another version: starting without`)
  return value
}

export function writeState(path: string, { since, clusters, known }: State): Promise<void> {
  return replaceFileLater(path, JSON.stringify({ version: VERSION, since, patterns: clusters.map(keptOf), known }))
}

function keptOf(cluster: Cluster): Kept {
  const { id, service, template, gaps, sample, lines, firstSeen, lastSeen, nodes, levels, counts } = cluster
  return {
    id,
    service,
    tokens: template.tokens,
    gaps: [...gaps],
    sample,
    lines,
    first_seen: firstSeen,
    last_seen: lastSeen,
    nodes: [...nodes],
    levels: levels.map((level, index) => [level, counts[index].usual, counts[index].minutes]),
  }
}

function parse(text: string): State | undefined {
  try {
    const value = JSON.parse(text) as { version: number; since: number; patterns: Kept[]; known: string[] }
    if (value.version !== VERSION || !Number.isFinite(value.since)) return undefined
    const known = value.known.filter((id) => typeof id === 'string')
    return { since: value.since, clusters: value.patterns.filter(isKept).map(clusterOf), known }
  } catch {
    return undefined
  }
}

function clusterOf(kept: Kept): Cluster {
  const { id, service, tokens, gaps, sample, lines, first_seen: firstSeen, last_seen: lastSeen } = kept
  const cluster = restoreCluster({
    id,
    service,
    template: templateOf(tokens),
    gaps,
    sample,
    lines,
    firstSeen,
    lastSeen,
  })
  for (const node of kept.nodes.slice(0, MAX_NODES)) cluster.nodes.add(node)
  for (const [level, usual, minutes] of kept.levels) {
    if (LEVELS.includes(level)) countsOf(cluster, level).restore(usual, minutes)
  }
  return cluster
}

function isKept(value: Kept | null): value is Kept {
  return (
    value !== null &&
    [value.id, value.service, value.sample].every((text) => typeof text === 'string') &&
    [value.lines, value.first_seen, value.last_seen].every(Number.isFinite) &&
    [value.tokens, value.gaps, value.nodes].every((list) => list.every((text) => typeof text === 'string')) &&
    value.tokens.length <= MAX_TOKENS &&
    value.gaps.length === value.tokens.length + 1 &&
    value.levels.every(([, usual, minutes]) => Number.isFinite(usual) && Number.isFinite(minutes))
  )
}
