/**
 * Reads beside the flow: which rules hit a record, and which hits become events. A hit passes its rule's cooldown and
 * its container's token bucket; what does not is counted. The rules are those of one snapshot for each record.
 */
import type { NewEvent } from '../events/event.ts'
import type { LogRecord } from '../record.ts'
import { Bucket, type BucketOptions } from './bucket.ts'
import { forwardClock } from './clock.ts'
import type { Pattern } from './compile.ts'
import { Cooldowns } from './cooldown.ts'
import { HitCounts, NO_COUNTS } from './counts.ts'
import { type Allowance, Effort, freshEffort, sharedAllowance } from './effort.ts'
import { Ground } from './ground.ts'
import { Hunt, type Patience } from './hunt.ts'
import type { Rule } from './rule.ts'
import type { Rulebook } from './rulebook.ts'
import type { Snapshot } from './snapshot.ts'
import type { Stream } from './stream.ts'
import { Tail } from './tail.ts'

export interface ScannerOptions {
  readonly rulebook: Pick<Rulebook, 'snapshot'>
  readonly bucket: BucketOptions
  /** Synchronous: the event is kept when it returns. */
  readonly emit: (event: NewEvent) => unknown
  /** Milliseconds; may be set back. */
  readonly now: () => number
  /** A rule's pattern took too long for a text, which it was not searched for to its end. Told every ten minutes at most. */
  readonly onSlow?: ((rule: Rule) => void) | undefined
  /** Somebody waits for it: patterns may take as much for each text as for one, and nothing is held against them. */
  readonly isPatient?: boolean | undefined
}

export interface Scanner {
  /** One tail: a container's name, a file's path, or an input's sender. Tails of one name share cooldowns and bucket. */
  watch(container: string): Watch
  stats(): ScanStats
}

export interface Seen {
  /** Of the container runtime; else the record's field `stream`; else stdout. */
  readonly stream?: Stream | undefined
  /** See Place.position. */
  readonly position?: string | undefined
}

export interface Watch {
  /** `text`: the event as it was read, redacted; asked for only when it is needed. */
  see(record: LogRecord, text: string | (() => string), seen?: Seen): void
  /**
   * What lines are cut from next: it holds what it holds until the next call, which must come before anything else is
   * written there. Undefined: of no bytes more is known than that they hold the line that is asked about.
   */
  block(bytes: Uint8Array | undefined): void
  /**
   * What the express lane asks, which has no record: a line begins, what rules look at is answered: message, line, names
   * of fields.
   */
  begin(): readonly string[]
  /** Whether a rule on names[name] matches bytes[start..end), which are ASCII. */
  look(name: number, bytes: Uint8Array, start: number, end: number): boolean
  lookText(name: number, text: string): boolean
  /**
   * Of what matched: true when the line's record is wanted, for `see`; false when no event would come of it, and hits
   * that cooldown or bucket drop are counted.
   */
  judge(workload: string, stream: Stream): boolean
  /** It brings no more. Rates hold on for the next of its name; what is over is forgotten. */
  end(): void
}

export interface RuleCounts {
  readonly hits: number
  readonly hits_last_minute: number
  /** Of the last sixty minutes, oldest first; the last is the one that runs. */
  readonly minutes: readonly number[]
  /** Hits that were silent. */
  readonly cooled_down: number
  /** Texts that it was not searched for in to their end: see effort.ts. */
  readonly too_slow: number
}

export interface RuleStats extends RuleCounts {
  readonly error?: string
}

export interface ScanStats {
  readonly rules: Readonly<Record<string, RuleStats>>
  /** Hits that made no event: their rule was silent, or their container had no token. */
  readonly dropped: { readonly cooldown: number; readonly bucket: number }
  /** Tails that are open. */
  readonly watches: number
  /** Records that were looked at. */
  readonly lines: number
  readonly compile_errors: readonly { readonly id: string; readonly name: string; readonly error: string }[]
  readonly snapshot_version: number
}

/** What is remembered of a container, by all of its tails. */
export interface Container {
  readonly cooldowns: Cooldowns
  readonly bucket: Bucket
  tails: number
}

/** Containers that are gone and remembered: beyond, the first is forgotten. */
const MAX_RESTING = 1000
/** They are looked through so often at most. */
const FORGET_MS = 10_000
/** How often it is told of a rule that its pattern takes too long. */
const TELL_SLOW_MS = 600_000

export function createScanner(options: ScannerOptions): Scanner {
  return new RuleScanner(options)
}

/** Of onSlow. */
export function slowMessage(id: string): string {
  return `rule ${JSON.stringify(id)} takes too long for some texts, which it is not searched for in: its pattern has too many ways to match`
}

/** What tails share. */
export class RuleScanner implements Scanner, Patience {
  lines = 0
  readonly dropped = { cooldown: 0, bucket: 0 }
  readonly options: ScannerOptions
  readonly clock: () => number
  readonly containers = new Map<string, Container>()
  /** Those without a tail, oldest first: what is silent stays so when a file is rotated, or its program began anew. */
  private readonly resting = new Map<string, Container>()
  private forgotAt = 0
  private watches = 0
  /** One for all tails: each has its block to itself until it is through with it. */
  readonly ground = new Ground()
  private prepared: Hunt | undefined
  private readonly counts = new Map<string, HitCounts>()
  private readonly allowance: Allowance
  private readonly efforts = new WeakMap<Pattern, Effort>()

  constructor(options: ScannerOptions) {
    this.options = options
    this.clock = forwardClock(options.now)
    this.allowance = sharedAllowance(this.clock())
  }

  watch(name: string): Watch {
    let container = this.containers.get(name)
    if (container === undefined) {
      container = { cooldowns: new Cooldowns(), bucket: new Bucket(this.options.bucket, this.clock()), tails: 0 }
      this.containers.set(name, container)
    }
    this.resting.delete(name)
    container.tails++
    this.watches++
    return new Tail(this, name, container)
  }

  end(name: string, container: Container): void {
    this.watches--
    if (--container.tails > 0) return
    this.resting.set(name, container)
    this.forgetResting()
  }

  /** Containers that are gone, once nothing of them is silent or used up. */
  private forgetResting(): void {
    const now = this.clock()
    const isDue = now - this.forgotAt >= FORGET_MS
    if (isDue) this.forgotAt = now
    for (const [name, { cooldowns, bucket }] of this.resting) {
      const isTooMany = this.resting.size > MAX_RESTING
      if (!isDue && !isTooMany) return
      if (!isTooMany && !(cooldowns.isOver(now) && bucket.isFull(now))) continue
      this.resting.delete(name)
      this.containers.delete(name)
    }
  }

  stats(): ScanStats {
    const now = this.clock()
    const { snapshot } = this.options.rulebook
    this.forgetCounts(snapshot)
    const rules = snapshot.views.map(({ id, error }): [string, RuleStats] => {
      const counts = this.counts.get(id)?.read(now) ?? NO_COUNTS
      return [id, error === undefined ? counts : { ...counts, error }]
    })
    const failed = snapshot.views.flatMap(({ id, name, error }) => (error === undefined ? [] : [{ id, name, error }]))
    return {
      rules: Object.fromEntries(rules),
      dropped: { ...this.dropped },
      watches: this.watches,
      lines: this.lines,
      compile_errors: failed,
      snapshot_version: snapshot.version,
    }
  }

  /** The rules that are in force now: asked for once a record, so that it sees all of one version. */
  hunt(): Hunt {
    const { snapshot } = this.options.rulebook
    if (this.prepared?.snapshot !== snapshot) this.prepared = new Hunt(snapshot, this, this.ground)
    return this.prepared
  }

  effortOf(pattern: Pattern): Effort {
    if (this.options.isPatient) return freshEffort()
    let effort = this.efforts.get(pattern)
    if (effort === undefined) {
      effort = new Effort(this.allowance, this.clock)
      this.efforts.set(pattern, effort)
    }
    return effort
  }

  gaveUp(rule: Rule): void {
    const counts = this.countsOf(rule)
    const now = this.clock()
    counts.tooSlow++
    if (now - counts.toldSlowAt < TELL_SLOW_MS) return
    counts.toldSlowAt = now
    this.options.onSlow?.(rule)
  }

  countsOf(rule: Rule): HitCounts {
    let counts = this.counts.get(rule.id)
    if (counts === undefined) {
      this.forgetCounts(this.options.rulebook.snapshot)
      counts = new HitCounts()
      this.counts.set(rule.id, counts)
    }
    return counts
  }

  /** Of rules that are gone. */
  private forgetCounts(snapshot: Snapshot): void {
    for (const id of this.counts.keys()) if (snapshot.view(id) === undefined) this.counts.delete(id)
  }
}
