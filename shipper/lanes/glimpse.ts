/**
 * What rules look at, found in a line of the express lane without making its record: nearly all lines are told by their
 * bytes to have no hit. Where one may, its texts are looked at; where an event would come of it, the record is wanted.
 */
import { NONE, type Plan } from './plan.ts'
import { ESCAPED, NULL, type Scan } from './scan.ts'
import { bytesOf } from './slices.ts'
import type { StreamEntry } from './streams.ts'
import type { LineValues } from './values.ts'

/** Whoever reads beside the flow: the scanner's Watch. */
export interface LaneWatch {
  /** A line begins. What is looked at: message, line, names of fields; another list when that changes. */
  begin(): readonly string[]
  /** False: surely nothing in these bytes of names[name] is wanted. They are ASCII. */
  mayHit(name: number, bytes: Uint8Array, start: number, end: number): boolean
  mayHitText(name: number, text: string): boolean
  /** By name the texts that may be; true: the record is wanted. */
  judge(texts: readonly (string | undefined)[], workload: string, stream: 'stdout' | 'stderr'): boolean
}

/** A line that the lane has read. */
export interface LaneLine {
  readonly plan: Plan
  readonly scan: Scan
  readonly values: LineValues
  readonly entry: StreamEntry
  readonly bytes: Uint8Array
  readonly source: DataView
  readonly start: number
  readonly end: number
}

/** Where a plan's lines have a text: NONE, the index of a value, or the bytes that this gives, if any. */
type Part = number | ((line: LaneLine) => Uint8Array | undefined)

interface Parts {
  readonly names: readonly string[]
  readonly parts: readonly Part[]
  /** Index of the field `stream`. */
  readonly stream: number
}

export class Glimpse {
  private readonly watch: LaneWatch
  private readonly parts = new Map<Plan, Parts>()
  private readonly texts: (string | undefined)[] = []

  constructor(watch: LaneWatch) {
    this.watch = watch
  }

  /** True: somebody wants the line's record. */
  wants(line: LaneLine): boolean {
    const names = this.watch.begin()
    if (names.length === 0) return false
    let known = this.parts.get(line.plan)
    if (known?.names !== names) {
      known = partsOf(line.plan, names)
      this.parts.set(line.plan, known)
    }
    this.texts.length = 0
    for (let name = 0; name < names.length; name++) {
      const part = known.parts[name]
      if (part !== NONE) this.look(name, part, line)
    }
    if (this.texts.length === 0) return false
    const isStderr = textAt(known.stream, line) === 'stderr'
    return this.watch.judge(this.texts, Buffer.from(line.entry.service).toString(), isStderr ? 'stderr' : 'stdout')
  }

  private look(name: number, part: Part, line: LaneLine): void {
    if (typeof part !== 'number') {
      const bytes = part(line)
      if (bytes !== undefined && this.watch.mayHit(name, bytes, 0, bytes.length)) {
        this.texts[name] = latin1(bytes, 0, bytes.length)
      }
      return
    }
    const { types, starts, ends } = line.scan
    if (types[part] === NULL) return
    if (types[part] === ESCAPED) {
      const text = textAt(part, line)
      if (this.watch.mayHitText(name, text)) this.texts[name] = text
    } else if (this.watch.mayHit(name, line.bytes, starts[part], ends[part])) {
      this.texts[name] = latin1(line.bytes, starts[part], ends[part])
    }
  }
}

/** The value's text; '' for none. */
function textAt(index: number, { scan, bytes }: LaneLine): string {
  if (index === NONE) return ''
  const text = latin1(bytes, scan.starts[index], scan.ends[index])
  return scan.types[index] === ESCAPED ? JSON.parse(`"${text}"`) : text
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as Buffer).toString('latin1', start, end)
}

function partsOf(plan: Plan, names: readonly string[]): Parts {
  return { names, parts: names.map((name) => partOf(plan, name)), stream: indexIn(plan.extras, 'stream') }
}

/** As the general path's records are read: shipper/scan/field.ts. */
function partOf(plan: Plan, name: string): Part {
  if (name === 'line') return ({ bytes, start, end }) => bytes.subarray(start, end)
  if (name === 'message') return messagePart(plan)
  const own = OWN.get(name)
  if (own !== undefined) return own
  const text = indexIn(plan.texts, name)
  return text === NONE ? indexIn(plan.extras, name) : text
}

/** The message, else the event, else the line; and the stack. */
function messagePart(plan: Plan): Part {
  const message = indexIn(plan.texts, 'message')
  const event = message === NONE ? indexIn(plan.texts, 'event') : message
  const stack = indexIn(plan.texts, 'stack')
  const whole = ({ bytes, start, end }: LaneLine) => bytes.subarray(start, end)
  if (stack === NONE) return event === NONE ? whole : event
  return (line) => {
    const first = event === NONE ? latin1(line.bytes, line.start, line.end) : textAt(event, line)
    const behind = textAt(stack, line)
    return bytesOf(behind === '' ? first : `${first}\n${behind}`)
  }
}

const OWN: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['level', ({ entry }) => bytesOf(entry.level)],
  ['service', ({ entry }) => entry.service],
  ['node', ({ entry }) => entry.node],
  ['env', ({ entry }) => (entry.env.length === 0 ? undefined : entry.env)],
  ['format', ({ plan }) => bytesOf(plan.format)],
  ['outcome', ({ values }) => slice(values.outcome.view, 0, values.outcome.length)],
  ['duration_ms', ({ values }) => slice(values.durationView, values.durationStart, values.durationEnd)],
])

function slice({ buffer, byteOffset }: DataView, start: number, end: number): Uint8Array | undefined {
  return end <= start ? undefined : Buffer.from(buffer as ArrayBuffer, byteOffset + start, end - start)
}

function indexIn(steps: Plan['texts'], name: string): number {
  return steps.find((step) => step.name === name)?.index ?? NONE
}
