/**
 * What rules look at, found in a line of the express lane without making its record: nearly all lines are told by a few
 * of their bytes to have no hit. The record is made where an event would come of it.
 */
import type { Level } from '../terms/level.ts'
import { NONE, type Plan, type Sights } from './plan.ts'
import { ESCAPED, NULL, type Scan } from './scan.ts'
import { bytesOf } from './slices.ts'
import type { StreamEntry } from './streams.ts'
import type { LineValues } from './values.ts'

/** Whoever reads beside the flow: the scanner's Watch. */
export interface LaneWatch {
  /** A line begins. What is looked at: message, line, names of fields; another list when that changes. */
  begin(): readonly string[]
  /** The text of names[name], as bytes that are ASCII. True: a rule matches it. */
  look(name: number, bytes: Uint8Array, start: number, end: number): boolean
  lookText(name: number, text: string): boolean
  /** Asked when something matched: true: the record is wanted. */
  judge(workload: string, stream: 'stdout' | 'stderr'): boolean
}

/** Where a plan's lines have a text: the index of a value, or one of these. */
const LINE = -2
const LEVEL = -3
const SERVICE = -4
const NODE = -5
const ENV = -6
const FORMAT = -7
const OUTCOME = -8
const DURATION = -9

const OWN: ReadonlyMap<string, number> = new Map([
  ['line', LINE],
  ['level', LEVEL],
  ['service', SERVICE],
  ['node', NODE],
  ['env', ENV],
  ['format', FORMAT],
  ['outcome', OUTCOME],
  ['duration_ms', DURATION],
  // The line where it is text: the lane takes lines that name their fields.
  ['', NONE],
])

export class Glimpse {
  private readonly watch: LaneWatch
  private readonly scan: Scan
  private readonly values: LineValues
  private names: readonly string[] = []
  private readonly levels = new Map<Level, Uint8Array>()

  /** Of the lane: what they hold is of the line that it has read. */
  constructor(watch: LaneWatch, scan: Scan, values: LineValues) {
    this.watch = watch
    this.scan = scan
    this.values = values
  }

  /** True: somebody wants the line's record. */
  wants(plan: Plan, entry: StreamEntry, bytes: Uint8Array, start: number, end: number): boolean {
    const names = this.watch.begin()
    if (names.length === 0) return false
    this.names = names
    let known = plan.sights
    if (known === undefined || known.names !== names) plan.sights = known = sightsOf(plan, names)
    const { at, present } = known
    // What the lines of a stream share is known after the first of them.
    const quiet = entry.quiet?.names === names ? entry.quiet.at : undefined
    let isHit = false
    for (let i = 0; i < present.length; i++) {
      const name = present[i]
      const part = at[name]
      if (part === NONE || (quiet !== undefined && quiet[name] === 1)) continue
      const hits = part >= 0 ? this.lookAt(name, part, bytes) : this.lookOwn(name, part, plan, entry, bytes, start, end)
      if (hits) isHit = true
    }
    if (!isHit) return false
    const isStderr = known.stream !== NONE && this.textAt(known.stream, bytes) === 'stderr'
    return this.watch.judge(entry.workload, isStderr ? 'stderr' : 'stdout')
  }

  private lookAt(name: number, index: number, bytes: Uint8Array): boolean {
    const { types, starts, ends } = this.scan
    if (types[index] < ESCAPED) return this.watch.look(name, bytes, starts[index], ends[index])
    if (types[index] === NULL) return false
    if (types[index] === ESCAPED) return this.watch.lookText(name, this.textAt(index, bytes))
    return this.watch.look(name, bytes, starts[index], ends[index])
  }

  /** What is no value of the line as it stands. */
  private lookOwn(
    name: number,
    part: number,
    plan: Plan,
    entry: StreamEntry,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const { watch, values } = this
    switch (part) {
      case LINE:
        return watch.look(name, bytes, start, end)
      case LEVEL:
        return this.lookShared(name, entry, this.levelBytes(entry.level))
      case SERVICE:
        return this.lookShared(name, entry, entry.service)
      case NODE:
        return this.lookShared(name, entry, entry.node)
      case ENV:
        return entry.env.length > 0 && this.lookShared(name, entry, entry.env)
      case FORMAT:
        return this.lookAtFormat(name, plan)
      case OUTCOME:
        return values.outcome.length > 0 && watch.look(name, values.outcome.bytes, 0, values.outcome.length)
      default:
        if (values.durationEnd <= values.durationStart) return false
        return watch.look(name, values.durationIn(bytes), values.durationStart, values.durationEnd)
    }
  }

  /** What all lines of a stream have. Streams are few. */
  private lookShared(name: number, entry: StreamEntry, bytes: Uint8Array): boolean {
    if (entry.quiet?.names !== this.names) entry.quiet = { names: this.names, at: new Uint8Array(this.names.length) }
    const isHit = this.watch.look(name, bytes, 0, bytes.length)
    if (!isHit) entry.quiet.at[name] = 1
    return isHit
  }

  /** All lines of a plan have it: where nothing is found once, there is nothing to look at. */
  private lookAtFormat(name: number, plan: Plan): boolean {
    const isHit = this.watch.lookText(name, plan.format)
    if (!isHit && plan.sights !== undefined) plan.sights.at[name] = NONE
    return isHit
  }

  private levelBytes(level: Level): Uint8Array {
    let bytes = this.levels.get(level)
    if (bytes === undefined) {
      bytes = bytesOf(level)
      this.levels.set(level, bytes)
    }
    return bytes
  }

  private textAt(index: number, bytes: Uint8Array): string {
    const text = latin1(bytes, this.scan.starts[index], this.scan.ends[index])
    return this.scan.types[index] === ESCAPED ? JSON.parse(`"${text}"`) : text
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as Buffer).toString('latin1', start, end)
}

function sightsOf(plan: Plan, names: readonly string[]): Sights {
  const at = Int32Array.from(names, (name) => partOf(plan, name))
  return {
    names,
    at,
    present: Int32Array.from(at.keys()).filter((name) => at[name] !== NONE),
    stream: indexIn(plan.extras, 'stream'),
  }
}

/** As the general path's records are read: shipper/scan/field.ts. */
function partOf(plan: Plan, name: string): number {
  if (name === 'message') return saidBy(plan)
  const own = OWN.get(name)
  if (own !== undefined) return own
  const text = indexIn(plan.texts, name)
  return text === NONE ? indexIn(plan.extras, name) : text
}

/** The message, else the event, else the line. */
function saidBy(plan: Plan): number {
  const message = indexIn(plan.texts, 'message')
  if (message !== NONE) return message
  const event = indexIn(plan.texts, 'event')
  return event === NONE ? LINE : event
}

function indexIn(steps: Plan['texts'], name: string): number {
  return steps.find((step) => step.name === name)?.index ?? NONE
}
