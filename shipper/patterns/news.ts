/** What is worth an event: a template that was not seen before, and a pattern that comes far more often than it used to. */

import { cutText } from '../events/cut.ts'
import type { NewEvent, Severity } from '../events/event.ts'
import { SEVERITIES } from '../events/event.ts'
import type { Instant } from '../terms/instant.ts'
import type { Level } from '../terms/level.ts'
import { type Cluster, textOf } from './cluster.ts'
import { MINUTE_MS, type MinuteCounts } from './counts.ts'

export interface NewsSettings {
  readonly new_severity: Severity
  readonly spike_factor: number
  readonly settle_ms: number
}

/** Where a line came from. */
export interface Place {
  readonly service: string
  readonly node: string
  readonly level: Level
  readonly container: string
}

/** New patterns told one by one in a minute; the others are counted in one event. */
const MAX_NEW_A_MINUTE = 10
/** Spikes told in a minute. */
const MAX_SPIKES_A_MINUTE = 10
/** Fewer lines a minute are no spike, whatever was usual. */
const MIN_SPIKE_LINES = 20
/** Whole minutes that must be known before anything is unusual. */
const MIN_SPIKE_MINUTES = 5
/** A pattern is not told to spike again for so long. */
const SPIKE_COOLDOWN_MS = 10 * MINUTE_MS

const MAX_TEMPLATE = 300
/** Services that are known; as many as values of a label. */
const MAX_SERVICES = 10_000

const BAD_LEVELS: ReadonlySet<Level> = new Set(['error', 'critical', 'fatal'])

export class News {
  readonly counts = { new_patterns: 0, spikes: 0, withheld: 0 }
  private readonly settings: NewsSettings
  /** New patterns are news from then on: milliseconds since the epoch. */
  private readonly settledAt: number
  private readonly sinceMs: number
  private readonly emit: (event: NewEvent) => void
  /** When their first line was seen: milliseconds since the epoch. */
  private readonly services = new Map<string, number>()
  private minute = -1
  private told = 0
  private spikes = 0
  private withheld = 0
  private withheldOf = new Map<string, number>()
  private last: Instant = { seconds: 0, nanos: 0 }

  constructor(settings: NewsSettings, sinceMs: number, emit: (event: NewEvent) => void) {
    this.settings = settings
    this.sinceMs = sinceMs
    this.settledAt = sinceMs + settings.settle_ms
    this.emit = emit
  }

  /** A line of a template that was not seen before. */
  found(cluster: Cluster, place: Place, time: Instant, nowMs: number): void {
    if (!this.isTold(place, nowMs)) return
    this.tick(nowMs)
    this.counts.new_patterns++
    this.last = time
    if (this.told >= MAX_NEW_A_MINUTE) {
      this.withheld++
      this.counts.withheld++
      if (this.withheldOf.size < MAX_TOLD_SERVICES || this.withheldOf.has(place.service)) {
        this.withheldOf.set(place.service, (this.withheldOf.get(place.service) ?? 0) + 1)
      }
      return
    }
    this.told++
    const template = cut(textOf(cluster), MAX_TEMPLATE)
    this.emit({
      time,
      source: 'patterns',
      event: 'new_pattern',
      severity: this.severityOf(place.level),
      message: cutText(`New pattern of ${place.service}: ${template}`),
      metadata: metadataOf(cluster, place, template),
      key: `new_pattern ${cluster.id} ${place.service}`,
    })
  }

  /** A service that was there at that time, as an earlier run knew. */
  knows(service: string, sinceMs: number): void {
    this.services.set(service, Math.min(sinceMs, this.services.get(service) ?? sinceMs))
  }

  /** Of a service that is new everything is new: its first pattern is told, then errors only, until it has settled as well. */
  private isTold({ service, level }: Place, nowMs: number): boolean {
    const { services, settledAt } = this
    const since = services.get(service)
    if (since === undefined) {
      if (services.size >= MAX_SERVICES) services.delete(services.keys().next().value as string)
      services.set(service, nowMs)
    }
    // Before anything began: the clock has gone back.
    if (nowMs >= this.sinceMs && nowMs < settledAt) return false
    const isNewService = since !== undefined && nowMs >= since && nowMs < since + this.settings.settle_ms
    return !isNewService || BAD_LEVELS.has(level)
  }

  /** Asked for each line: false when it is surely no spike. */
  mayBeSpike(cluster: Cluster, counts: MinuteCounts, nowMs: number): boolean {
    const { recent, minutes } = counts
    if (recent < MIN_SPIKE_LINES || minutes < MIN_SPIKE_MINUTES) return false
    return recent >= this.settings.spike_factor * counts.usual && !isQuiet(cluster, nowMs)
  }

  /** A line more of a pattern, of `atMs`: tells a spike when these are too many. */
  counted(cluster: Cluster, counts: MinuteCounts, place: Place, time: Instant, nowMs: number, atMs: number): void {
    const lines = counts.lastMinute(atMs)
    if (lines < MIN_SPIKE_LINES || lines < this.settings.spike_factor * counts.usual) return
    this.tick(nowMs)
    cluster.quietUntil = nowMs + SPIKE_COOLDOWN_MS
    this.counts.spikes++
    if (this.spikes >= MAX_SPIKES_A_MINUTE) {
      this.counts.withheld++
      return
    }
    this.spikes++
    const template = cut(textOf(cluster), MAX_TEMPLATE)
    const expected = Math.round(counts.usual * 10) / 10
    this.emit({
      time,
      source: 'patterns',
      event: 'pattern_spike',
      severity: BAD_LEVELS.has(place.level) ? 'error' : 'warn',
      message: cutText(`${lines} lines in a minute, ${expected} are usual, of ${place.service}: ${template}`),
      metadata: { ...metadataOf(cluster, place, template), count: lines, expected },
      key: `pattern_spike ${cluster.id} ${place.service} ${place.level} ${Math.floor(nowMs / MINUTE_MS)}`,
    })
  }

  /** Tells how many were withheld, once their minute is over. */
  tick(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS)
    if (minute === this.minute) return
    const { withheld } = this
    if (withheld > 0) this.tellWithheld(withheld)
    this.minute = minute
    this.told = 0
    this.spikes = 0
    this.withheld = 0
    this.withheldOf = new Map()
  }

  private tellWithheld(count: number): void {
    const services = [...this.withheldOf].sort((a, b) => b[1] - a[1])
    const [workload] = services[0]
    const names = services.map(([service, lines]) => `${service} (${lines})`).join(', ')
    this.emit({
      time: this.last,
      source: 'patterns',
      event: 'new_pattern',
      severity: this.settings.new_severity,
      message: cutText(`${count} more new patterns in a minute, of ${names}`),
      metadata: { workload, container: '', count },
      key: `new_patterns ${this.minute}`,
    })
  }

  private severityOf(level: Level): Severity {
    const { new_severity: least } = this.settings
    return BAD_LEVELS.has(level) && SEVERITIES.indexOf(least) < SEVERITIES.indexOf('warn') ? 'warn' : least
  }
}

/** Unless its end is further off than it ever was: then the clock has gone back. */
function isQuiet({ quietUntil }: Cluster, nowMs: number): boolean {
  return nowMs < quietUntil && quietUntil - nowMs <= SPIKE_COOLDOWN_MS
}

const MAX_TOLD_SERVICES = 20

function metadataOf(
  cluster: Cluster,
  { service, node, level, container }: Place,
  pattern: string,
): NewEvent['metadata'] {
  return { workload: service, container, node, level, pattern_id: cluster.id, pattern }
}

/** At most so many characters. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`
}
