/**
 * The flow on one screen: sources → framing → formats → normalize → redact → batch → push, and the one thing that flows
 * back, commit(position), once Loki has what was read before it.
 */
import type { Batch } from './batch/batch.ts'
import { type BatchBuilder, newProgress, type Progress } from './batch/builder.ts'
import type { Flow } from './origin-flow.ts'
import type { Delivery, Destination } from './push/push.ts'
import type { Origin, Source, SourceEvent } from './sources/source.ts'

export interface PipelineOptions {
  readonly source: Source
  readonly destination: Destination
  readonly builder: BatchBuilder
  /** How an origin's bytes become records: its service, format, zone … */
  readonly flowOf: (origin: Origin, progress: Progress) => Flow
  /** A batch goes out when its first record is this old. */
  readonly maxWaitMs: number
  readonly onProblem: (path: string, message: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** read = delivered + rejected + dropped + pending. A record is counted once, whatever happens to it. */
export interface Counts {
  delivered: number
  readonly rejected: Map<string, number>
  batches: number
  bytes: number
  files: number
  /** Of origins that have ended. */
  readonly ended: { lines: number; empty: number; truncated: number; records: number }
  readonly formats: Map<string, number>
}

const NOTHING: ReadonlyMap<string, number> = new Map()

export class Pipeline {
  readonly counts: Counts = {
    delivered: 0,
    rejected: new Map(),
    batches: 0,
    bytes: 0,
    files: 0,
    ended: { lines: 0, empty: 0, truncated: 0, records: 0 },
    formats: new Map(),
  }
  /** Why the destination gave up, when it did: nothing more was sent then. */
  gaveUp: string | undefined
  private readonly options: PipelineOptions
  private readonly flows = new Map<number, Flow>()
  private sending: Promise<void> | undefined
  private firstPendingAt: number | undefined
  private sendingSince: number | undefined
  /** Ends the wait for the next event: a silent source must not keep a run that is over. */
  private interrupt: (() => void) | undefined

  constructor(options: PipelineOptions) {
    this.options = options
  }

  /**
   * Runs until the source ends or `stop` aborts; then what was read goes out, until `deadline` aborts.
   * True when everything that was read is delivered or in the dead letters.
   */
  async run(stop: AbortSignal, deadline: AbortSignal): Promise<boolean> {
    const { source, builder } = this.options
    const events = source.events(stop)[Symbol.asyncIterator]()
    for (let next = events.next(); ; ) {
      const arrived = await this.unlessDue(next)
      if (arrived?.done || this.gaveUp !== undefined) break
      if (arrived !== undefined) {
        this.take(arrived.value)
        next = events.next()
      }
      for (const batch of builder.take(this.isDue())) await this.send(batch, deadline)
    }
    for (const flow of this.flows.values()) flow.idle()
    for (const batch of builder.take(true)) await this.send(batch, deadline)
    await this.sending
    await source.close()
    return this.gaveUp === undefined && !deadline.aborted
  }

  /** What was read and is neither delivered nor rejected yet. */
  get pending(): number {
    return this.read - this.counts.delivered - sum(this.counts.rejected.values()) - sum(this.dropped.values())
  }

  /** What arrived and could not be kept, by reason. */
  get dropped(): ReadonlyMap<string, number> {
    return this.options.source.dropped ?? NOTHING
  }

  /** Records made so far, and what was dropped before it could become one. */
  get read(): number {
    let records = this.counts.ended.records + sum(this.dropped.values())
    for (const flow of this.flows.values()) records += flow.records
    return records
  }

  /** Physical lines read. */
  get lines(): number {
    return this.total('lines')
  }

  get emptyLines(): number {
    return this.total('empty')
  }

  /** Lines that were longer than a source's limit. */
  get truncatedLines(): number {
    return this.total('truncated')
  }

  /** Records by format. */
  get formats(): ReadonlyMap<string, number> {
    const formats = new Map(this.counts.formats)
    for (const flow of this.flows.values()) addCounts(formats, flow.formats)
    return formats
  }

  /** How long the oldest record that is not acknowledged has waited; 0 when there is none. */
  get oldestPendingMs(): number {
    const since = Math.min(
      this.sendingSince ?? Number.POSITIVE_INFINITY,
      this.firstPendingAt ?? Number.POSITIVE_INFINITY,
    )
    return Number.isFinite(since) ? this.options.now() - since : 0
  }

  private total(count: 'lines' | 'empty' | 'truncated'): number {
    let total = this.counts.ended[count]
    for (const flow of this.flows.values()) total += flow.counts[count]
    return total
  }

  private take(event: SourceEvent): void {
    if (event.kind === 'problem') {
      this.options.onProblem(event.path, event.message)
      return
    }
    const { origin } = event
    if (event.kind === 'data') this.flowOf(origin, event.offset, event.carried).data(event.bytes, event.offset)
    else if (event.kind === 'idle') this.flows.get(origin.id)?.idle()
    else this.end(origin)
    if (this.options.builder.isEmpty) return
    this.firstPendingAt ??= this.options.now()
  }

  private flowOf(origin: Origin, offset: number, carried: Record<string, unknown> | undefined): Flow {
    let flow = this.flows.get(origin.id)
    if (flow === undefined) {
      flow = this.options.flowOf(origin, newProgress(origin, offset, carried))
      this.flows.set(origin.id, flow)
      this.counts.files++
    }
    return flow
  }

  private end(origin: Origin): void {
    const flow = this.flows.get(origin.id)
    if (flow === undefined) return
    flow.end()
    this.flows.delete(origin.id)
    const { ended, formats } = this.counts
    ended.records += flow.records
    ended.lines += flow.counts.lines
    ended.empty += flow.counts.empty
    ended.truncated += flow.counts.truncated
    addCounts(formats, flow.formats)
  }

  /** The source's next event, or undefined when a batch is due, or the destination gives up, before it comes. */
  private async unlessDue(
    next: Promise<IteratorResult<SourceEvent>>,
  ): Promise<IteratorResult<SourceEvent> | undefined> {
    const left =
      this.firstPendingAt === undefined
        ? Number.POSITIVE_INFINITY
        : this.firstPendingAt + this.options.maxWaitMs - this.options.now()
    if (left <= 0 || this.gaveUp !== undefined) return undefined
    let timer: NodeJS.Timeout | undefined
    // A promise of its own each time: one that lives on would keep every race that it was in.
    const due = new Promise<undefined>((resolve) => {
      this.interrupt = () => resolve(undefined)
      if (Number.isFinite(left)) timer = setTimeout(resolve, left, undefined)
    })
    try {
      return await Promise.race([next, due])
    } finally {
      clearTimeout(timer)
      this.interrupt = undefined
    }
  }

  private isDue(): boolean {
    return this.firstPendingAt !== undefined && this.options.now() - this.firstPendingAt >= this.options.maxWaitMs
  }

  /** One request at a time, so that a stream's entries arrive in their order; the next batch fills meanwhile. */
  private async send(batch: Batch, deadline: AbortSignal): Promise<void> {
    const readAt = this.firstPendingAt
    this.firstPendingAt = this.options.builder.isEmpty ? undefined : this.options.now()
    await this.sending
    if (this.gaveUp !== undefined) return
    this.sendingSince = readAt
    this.sending = this.deliver(batch, deadline)
  }

  private async deliver(batch: Batch, deadline: AbortSignal): Promise<void> {
    const { source, destination, builder } = this.options
    if (batch.entries > 0) {
      const delivery = await destination.deliver(batch, deadline)
      this.count(batch, delivery)
      if (!delivery.done) {
        this.gaveUp = delivery.gaveUp ?? 'stopped before everything was delivered'
        this.interrupt?.()
        return
      }
    }
    this.sendingSince = undefined
    for (const { origin, offset, carried } of batch.positions) source.commit(origin, offset, carried)
    builder.recycle(batch)
  }

  private count(batch: Batch, delivery: Delivery): void {
    const { counts } = this
    counts.batches++
    counts.bytes += batch.bytes
    counts.delivered += delivery.delivered
    addCounts(counts.rejected, delivery.rejected)
  }
}

function addCounts(total: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) total.set(name, (total.get(name) ?? 0) + count)
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
