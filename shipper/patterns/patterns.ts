/**
 * Patterns without rules: every record's message gets the id of its template, templates are counted, and what is new or
 * far too much is told. Beside the flow: it changes no line, and what it cannot do costs no record.
 */
import type { NewEvent } from '../events/event.ts'
import { isEventRecord } from '../events/record.ts'
import type { LogRecord } from '../record.ts'
import { fromMillis, type Instant } from '../terms/instant.ts'
import type { Level } from '../terms/level.ts'
import { answerPatterns } from './answer.ts'
import { type Cluster, countLine, levelOf, textOf } from './cluster.ts'
import { MINUTE_MS } from './counts.ts'
import { Miner, seedOf } from './miner.ts'
import { News, type NewsSettings, type Place } from './news.ts'
import { readState, writeState } from './state.ts'

export interface PatternsOptions {
  readonly settings: NewsSettings & { readonly max_patterns: number }
  /** undefined: nothing is kept over restarts. */
  readonly stateFile: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly emit: (event: NewEvent) => void
  readonly onProblem?: (message: string) => void
}

/** One line to learn from; its message redacted. */
export interface PatternLine extends Place {
  readonly message: string
  /** The record's own time; undefined: now. */
  readonly time?: Instant
}

export interface PatternFilter {
  readonly service?: string | undefined
  readonly level?: string | undefined
  readonly id?: string | undefined
  /** 100 unless given. */
  readonly limit?: number | undefined
}

/** A pattern as the API tells it. Texts are log content: hostile. */
export interface PatternView {
  readonly id: string
  readonly service: string
  /** Of its first line. */
  readonly level: Level
  /** Its text with <_> for what differs. */
  readonly template: string
  readonly lines: number
  readonly lines_last_minute: number
  /** RFC 3339. */
  readonly first_seen: string
  readonly last_seen: string
  readonly sample: string
}

export interface PatternStats {
  readonly patterns: number
  readonly max_patterns: number
  readonly lines: number
  /** Lines for which the tree was asked. */
  readonly searched: number
  readonly forgotten: number
  readonly new_patterns: number
  readonly spikes: number
  /** Events that were only counted. */
  readonly withheld: number
  /** Times that the state could not be written. */
  readonly state_faults: number
}

/** One origin's records. */
export interface PatternWatch {
  /** Gives the record its pattern_id, if it has a message. */
  see(record: LogRecord): void
  /** For the express lane: lines of these labels. */
  group(service: string, node: string, level: Level): PatternGroup
}

export interface PatternGroup {
  /** The id for ASCII bytes[start..end), as between the quotes of a JSON string when `isEscaped`; '' for none. */
  take(bytes: Uint8Array, start: number, end: number, isEscaped: boolean, seconds: number, nanos: number): string
}

export interface Patterns {
  /** The line's pattern id; undefined when it has no word. */
  learn(line: PatternLine): string | undefined
  watch(container: string): PatternWatch
  list(filter?: PatternFilter): PatternView[]
  /** Loki's /loki/api/v1/patterns. Throws LongshipError (code usage) for parameters that it cannot read. */
  answer(params: URLSearchParams): string
  stats(): PatternStats
  /** Tells what is due and keeps the state when it is a minute old. The owner calls it every few seconds. */
  tick(): Promise<void>
  /** Keeps the state. */
  close(): Promise<void>
}

/**
 * The state is written when it is so old. While there are patterns that it lacks it is written sooner, the sooner the smaller it
 * is: a killed process forgets little, and one that is killed again and again does settle.
 */
const SAVE_MS = MINUTE_MS
const SAVE_NEW_MS = 5000
const SAVE_PATTERN_MS = 5
const DEFAULT_LIMIT = 100
/** Ids that are remembered beyond the patterns that are kept, so that one which comes back is no news: times max_patterns. */
const KNOWN_FACTOR = 4

export function openPatterns(options: PatternsOptions): Patterns {
  return new PatternMiner(options)
}

class PatternMiner implements Patterns {
  private readonly options: PatternsOptions
  private readonly miner: Miner
  private readonly news: News
  private readonly since: number
  private readonly known = new Set<string>()
  private lines = 0
  private savedLines = 0
  private savedAt: number
  private isNewUnsaved = false
  private saving: Promise<void> | undefined
  private faults = 0

  constructor(options: PatternsOptions) {
    const { settings, stateFile, now, emit, onProblem = () => {} } = options
    this.options = options
    this.miner = new Miner(settings.max_patterns)
    this.savedAt = now()
    const state = stateFile === undefined ? undefined : readState(stateFile, onProblem)
    this.since = state?.since ?? now()
    for (const id of state?.known ?? []) this.remember(id)
    this.news = new News(settings, this.since, emit)
    for (const cluster of state?.clusters ?? []) {
      if (this.miner.restore(cluster)) this.remember(nameOf(cluster))
      this.news.knows(cluster.service, cluster.firstSeen)
    }
  }

  learn(line: PatternLine): string | undefined {
    this.miner.reader.readText(line.message)
    return this.count(line, seedOf(line.service), line.time)?.id
  }

  watch(container: string): PatternWatch {
    return {
      see: (record) => {
        const text = minedText(record)
        if (text === '') return
        const { service, node, level, timestamp } = record
        this.miner.reader.readText(text)
        record.pattern_id = this.count({ service, node, level, container }, seedOf(service), timestamp)?.id
      },
      group: (service, node, level) => this.group({ service, node, level, container }),
    }
  }

  list({ service, level, id, limit = DEFAULT_LIMIT }: PatternFilter = {}): PatternView[] {
    const nowMs = this.options.now()
    const clusters = [...this.miner.clusters.values()].filter(
      (cluster) =>
        (service === undefined || cluster.service === service) &&
        (level === undefined || cluster.levels.includes(level as Level)) &&
        (id === undefined || cluster.id === id),
    )
    clusters.sort((a, b) => b.lines - a.lines || b.lastSeen - a.lastSeen)
    return clusters.slice(0, limit).map((cluster) => viewOf(cluster, nowMs))
  }

  answer(params: URLSearchParams): string {
    return answerPatterns(this.miner.clusters.values(), params, this.options.now())
  }

  stats(): PatternStats {
    const { miner, news } = this
    return {
      patterns: miner.clusters.size,
      max_patterns: this.options.settings.max_patterns,
      lines: this.lines,
      searched: miner.searched,
      forgotten: miner.forgotten,
      ...news.counts,
      state_faults: this.faults,
    }
  }

  async tick(): Promise<void> {
    const nowMs = this.options.now()
    this.news.tick(nowMs)
    const { size } = this.miner.clusters
    const dueMs = this.isNewUnsaved ? Math.min(SAVE_MS, Math.max(SAVE_NEW_MS, size * SAVE_PATTERN_MS)) : SAVE_MS
    // A clock that has gone back says nothing of how old the state is.
    if (Math.abs(nowMs - this.savedAt) >= dueMs) await this.save(nowMs)
  }

  async close(): Promise<void> {
    const nowMs = this.options.now()
    this.news.tick(nowMs + MINUTE_MS)
    await this.saving
    await this.save(nowMs)
  }

  private group(place: Place): PatternGroup {
    if (isEventRecord(place)) return { take: () => '' }
    const seed = seedOf(place.service)
    return {
      take: (bytes, start, end, isEscaped, seconds, nanos) => {
        this.miner.reader.readBytes(bytes, start, end, isEscaped)
        return this.count(place, seed, { seconds, nanos })?.id ?? ''
      },
    }
  }

  /** Counts what the reader has read. */
  private count(place: Place, seed: number, time: Instant | undefined): Cluster | undefined {
    const { miner, news } = this
    const nowMs = this.options.now()
    const cluster = miner.find(place.service, seed, nowMs)
    if (cluster === undefined) return undefined
    this.lines++
    // A time that is yet to come is somebody's wrong clock.
    const atMs = time === undefined ? nowMs : Math.min(nowMs, time.seconds * 1000)
    const counts = countLine(cluster, place.node, place.level, nowMs, atMs)
    if (miner.isNew) this.isNewUnsaved = true
    const isNews = miner.isNew && this.remember(nameOf(cluster))
    if (!isNews && (counts === undefined || !news.mayBeSpike(cluster, counts, nowMs))) return cluster
    const at = time ?? fromMillis(nowMs)
    if (isNews) news.found(cluster, place, at, nowMs)
    else if (counts !== undefined) news.counted(cluster, counts, place, at, nowMs, atMs)
    return cluster
  }

  /** True when it was not known. */
  private remember(name: string): boolean {
    const { known } = this
    if (known.has(name)) return false
    if (known.size >= KNOWN_FACTOR * this.options.settings.max_patterns)
      known.delete(known.values().next().value as string)
    known.add(name)
    return true
  }

  private async save(nowMs: number): Promise<void> {
    const { stateFile, onProblem = () => {} } = this.options
    if (stateFile === undefined || this.saving !== undefined || this.lines === this.savedLines) return
    this.savedAt = nowMs
    this.isNewUnsaved = false
    const lines = this.lines
    const clusters = [...this.miner.clusters.values()].sort((a, b) => a.used - b.used)
    this.saving = writeState(stateFile, { since: this.since, clusters, known: [...this.known] })
    try {
      await this.saving
      this.savedLines = lines
    } catch (error) {
      this.faults++
      this.isNewUnsaved = true
      onProblem(`patterns ${stateFile} cannot be written: ${(error as Error).message}`)
    } finally {
      this.saving = undefined
    }
  }
}

/** What a record's pattern is mined of: its message, or its event where it has none. '' for none, and for events of Longship's. */
export function minedText(record: LogRecord): string {
  return isEventRecord(record) ? '' : (record.text.message ?? record.text.event ?? '')
}

function nameOf({ id, service }: Cluster): string {
  return `${id} ${service}`
}

function viewOf(cluster: Cluster, nowMs: number): PatternView {
  const { id, service, lines, sample, firstSeen, lastSeen, counts } = cluster
  return {
    id,
    service,
    level: levelOf(cluster),
    template: textOf(cluster),
    lines,
    lines_last_minute: counts.reduce((sum, each) => sum + each.lastMinute(nowMs), 0),
    first_seen: new Date(firstSeen).toISOString(),
    // Kept in seconds, which may lie before the milliseconds of the first.
    last_seen: new Date(Math.max(firstSeen, lastSeen * 1000)).toISOString(),
    sample,
  }
}
