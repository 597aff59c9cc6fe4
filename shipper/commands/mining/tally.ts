/** What the miner finds in files, and when it was seen by the records' own times, not by the clock of who looks at them. */
import { type Cluster, countLine, levelOf, textOf } from '../../patterns/cluster.ts'
import { Miner, seedOf } from '../../patterns/miner.ts'
import { minedText } from '../../patterns/patterns.ts'
import type { LogRecord } from '../../record.ts'
import type { Instant } from '../../terms/instant.ts'
import { compareInstants, toMillis } from '../../terms/instant.ts'
import type { Level } from '../../terms/level.ts'

/** A pattern of what was read. Texts are log content: hostile. */
export interface Tallied {
  readonly id: string
  readonly service: string
  /** Of its first line. */
  readonly level: Level
  readonly lines: number
  /** Undefined: no line of it says a time. */
  readonly first: Instant | undefined
  readonly last: Instant | undefined
  readonly template: string
  readonly sample: string
}

interface Seen {
  lines: number
  first: Instant | undefined
  last: Instant | undefined
}

export class Tally {
  /** Records, and those of them that have no word that a pattern could be of. */
  records = 0
  wordless = 0
  private readonly miner: Miner
  /** May hold patterns that were forgotten or taken in since: so many times as many as are kept at most. */
  private readonly seen = new Map<Cluster, Seen>()
  private readonly maxSeen: number

  constructor(maxPatterns: number) {
    this.miner = new Miner(maxPatterns)
    this.maxSeen = SEEN_FACTOR * maxPatterns
  }

  /** Patterns for which there was no room. */
  get forgotten(): number {
    return this.miner.forgotten
  }

  /** The record's pattern; undefined when it has none: no message or event, no word in it, or an event of Longship's own. */
  add(record: LogRecord): Cluster | undefined {
    this.records++
    const cluster = this.find(record)
    if (cluster === undefined) this.wordless++
    else this.count(cluster, record)
    return cluster
  }

  /** The most frequent first, then in the order in which they came. */
  patterns(): Tallied[] {
    this.fold()
    return [...this.seen]
      .map(([cluster, { lines, first, last }]) => {
        const { id, service, sample } = cluster
        return { id, service, level: levelOf(cluster), lines, first, last, template: textOf(cluster), sample }
      })
      .sort((a, b) => b.lines - a.lines)
  }

  private find(record: LogRecord): Cluster | undefined {
    const { service, timestamp } = record
    const text = minedText(record)
    if (text === '') return undefined
    this.miner.reader.readText(text)
    return this.miner.find(service, seedOf(service), toMillis(timestamp))
  }

  private count(cluster: Cluster, { node, level, timestamp, timestamp_source }: LogRecord): void {
    const ms = toMillis(timestamp)
    countLine(cluster, node, level, ms, ms)
    let seen = this.seen.get(cluster)
    if (seen === undefined) {
      if (this.seen.size >= this.maxSeen) this.fold()
      this.seen.set(cluster, (seen = { lines: 0, first: undefined, last: undefined }))
    }
    const time = timestamp_source === 'read' ? undefined : timestamp
    join(seen, { lines: 1, first: time, last: time })
  }

  /** Patterns that were taken in are counted where they are now; those that were forgotten are not any more. */
  private fold(): void {
    for (const [cluster, seen] of this.seen) {
      let heir = cluster
      while (heir.into !== undefined) heir = heir.into
      if (heir === cluster && cluster.isAlive) continue
      this.seen.delete(cluster)
      const taken = heir.isAlive ? this.seen.get(heir) : undefined
      if (taken !== undefined) join(taken, seen)
    }
  }
}

const SEEN_FACTOR = 4

function join(seen: Seen, { lines, first, last }: Seen): void {
  seen.lines += lines
  if (first !== undefined && (seen.first === undefined || compareInstants(first, seen.first) < 0)) seen.first = first
  if (last !== undefined && (seen.last === undefined || compareInstants(last, seen.last) > 0)) seen.last = last
}
