/** Which stream a line belongs to, by the bytes of its service, node, env and its level. */
import type { BatchBuilder, Progress } from '../batch/builder.ts'
import type { StreamClock } from '../batch/clock.ts'
import type { StreamBuffer } from '../batch/stream.ts'
import type { Surroundings } from '../normalize/normalize.ts'
import type { Level } from '../terms/level.ts'
import type { MessageGroup, PatternSink } from './pattern.ts'
import { NONE, type Plan } from './plan.ts'
import type { Scan } from './scan.ts'
import { bytesOf, type Constant, constant, copyOf, equalSlices, hashSlice } from './slices.ts'

/** Of a list of names that rules look at those of which nothing is found: 1 at their index. */
export interface Quiet {
  readonly names: readonly string[]
  readonly at: Uint8Array
}

export interface StreamEntry {
  readonly service: Uint8Array
  readonly node: Uint8Array
  readonly env: Uint8Array
  readonly level: Level
  /** `service` as text. */
  readonly workload: string
  /** What the written record says of them: ","level":"…","service":"…","node":"…"[,"env":"…"]" */
  readonly head: Constant
  readonly stream: StreamBuffer
  readonly clock: StreamClock
  /** Undefined: nobody looks for patterns. */
  readonly group: MessageGroup | undefined
  /** False when the general path must write its entries: a label went to metadata, or a value needs escapes. */
  readonly usable: boolean
  /** Where rules find nothing in what its lines share (see glimpse.ts): asked once, and not for every line. */
  quiet: Quiet | undefined
  readonly next: StreamEntry | undefined
}

const SLOTS = 4096
const MAX_ENTRIES = 16_384

export class StreamTable {
  private readonly builder: BatchBuilder
  private readonly progress: Progress
  private readonly patterns: PatternSink | undefined
  private readonly service: Uint8Array
  private readonly node: Uint8Array
  private readonly env: Uint8Array
  private readonly slots: (StreamEntry | undefined)[] = new Array(SLOTS).fill(undefined)
  private count = 0
  private generation: number

  constructor(
    builder: BatchBuilder,
    progress: Progress,
    { service, node, host, env }: Surroundings,
    patterns: PatternSink | undefined,
  ) {
    this.builder = builder
    this.patterns = patterns
    this.progress = progress
    this.service = bytesOf(service)
    this.node = bytesOf(node ?? host)
    this.env = bytesOf(env ?? '')
    this.generation = builder.generation
  }

  find(plan: Plan, { starts, ends }: Scan, bytes: Uint8Array, level: Level, placeLength: number): StreamEntry {
    if (this.generation !== this.builder.generation || this.count > MAX_ENTRIES) this.forget()
    const service = plan.service === NONE ? this.service : bytes
    const serviceStart = plan.service === NONE ? 0 : starts[plan.service]
    const serviceEnd = plan.service === NONE ? service.length : ends[plan.service]
    const node = plan.node === NONE ? this.node : bytes
    const nodeStart = plan.node === NONE ? 0 : starts[plan.node]
    const nodeEnd = plan.node === NONE ? node.length : plan.isNodePlace ? nodeStart + placeLength : ends[plan.node]
    const env = plan.env === NONE ? this.env : bytes
    const envStart = plan.env === NONE ? 0 : starts[plan.env]
    const envEnd = plan.env === NONE ? env.length : ends[plan.env]
    const mixed = hashSlice(node, nodeStart, nodeEnd) ^ (serviceEnd - serviceStart) ^ (level.charCodeAt(0) << 4)
    const slot = mixed & (SLOTS - 1)
    for (let entry = this.slots[slot]; entry !== undefined; entry = entry.next) {
      if (
        entry.level === level &&
        equalSlices(node, nodeStart, nodeEnd, entry.node) &&
        equalSlices(service, serviceStart, serviceEnd, entry.service) &&
        equalSlices(env, envStart, envEnd, entry.env)
      ) {
        return entry
      }
    }
    return this.add(
      slot,
      level,
      copyOf(service, serviceStart, serviceEnd),
      copyOf(node, nodeStart, nodeEnd),
      copyOf(env, envStart, envEnd),
    )
  }

  private add(slot: number, level: Level, service: Uint8Array, node: Uint8Array, env: Uint8Array): StreamEntry {
    const [serviceText, nodeText, envText] = [service, node, env].map((bytes) => Buffer.from(bytes).toString())
    const labels = this.builder.labelsOf(serviceText, nodeText, level, envText === '' ? undefined : envText)
    const envMember = envText === '' ? '' : `,"env":"${envText}"`
    const entry: StreamEntry = {
      service,
      node,
      env,
      level,
      workload: serviceText,
      head: constant(`","level":"${level}","service":"${serviceText}","node":"${nodeText}"${envMember}`),
      stream: this.builder.stream(labels.text),
      clock: this.progress.clocks.of(labels.text),
      group: this.patterns?.group(serviceText, nodeText, level),
      usable: labels.demoted.length === 0 && isPlain(service) && isPlain(node) && isPlain(env),
      quiet: undefined,
      next: this.slots[slot],
    }
    this.slots[slot] = entry
    this.count++
    return entry
  }

  private forget(): void {
    this.slots.fill(undefined)
    this.count = 0
    this.generation = this.builder.generation
  }
}

/** Values that are the same inside JSON quotes. */
function isPlain(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c)
}
