/** The values of a line that are not simply copied: time, level, outcome, duration. Read by the general path's tables. */
import { readDuration } from '../normalize/duration.ts'
import { outcomeOfEvent, outcomeOfExitCode, outcomeOfStatus, outcomeOfWord } from '../normalize/outcome.ts'
import { placeOf } from '../normalize/place.ts'
import { type Level, readLevel } from '../terms/level.ts'
import { NONE, type Plan } from './plan.ts'
import { NUMBER, type Scan, TRUE } from './scan.ts'
import { type Constant, constant, SliceTable, sliceText } from './slices.ts'
import { ByteTime } from './times.ts'

const NOTHING = constant('')
const SUCCESS = constant('success')
const FAILURE = constant('failure')

/** As the structured formats tell an event's name from a sentence. */
const EVENT_NAME = /^[A-Za-z_][\w.:/-]{0,99}$/

const DIGIT_0 = 0x30

export class LineValues {
  readonly time = new ByteTime()
  level: Level = 'unknown'
  /** Empty when there is none. */
  outcome = NOTHING
  /** duration_ms as it is written; no bytes when there is none. */
  durationView: DataView = NOTHING.view
  durationStart = 0
  durationEnd = 0
  private readonly scratch = constant(' '.repeat(64))
  private readonly levels = new Map<string | undefined, SliceTable<Level | undefined>>()
  private readonly statuses = new SliceTable<Constant>(256, (text) => written(outcomeOfStatus(text)))
  /** Undefined for an event that is a sentence: the general path makes it the message. */
  private readonly events = new SliceTable<Constant | undefined>(1024, (text) =>
    EVENT_NAME.test(text) ? written(outcomeOfEvent(text)) : undefined,
  )
  /** How much of the caller is the file that names the node; -1 when it is no place. */
  placeLength = -1
  private readonly places = new SliceTable<number>(1024, (text) => placeOf(text)?.length ?? -1)
  private readonly defaultLevel: Level

  constructor(defaultLevel: Level) {
    this.defaultLevel = defaultLevel
  }

  /** False when a value is of a kind that the plan cannot write. */
  read(plan: Plan, scan: Scan, bytes: Uint8Array, view: DataView): boolean {
    const { types, starts, ends } = scan
    const allowed = plan.types
    for (let index = 0; index < allowed.length; index++) if (((allowed[index] >> types[index]) & 1) === 0) return false
    for (let at = 0; at < plan.filled.length; at++) {
      const index = plan.filled[at]
      if (starts[index] === ends[index]) return false
    }
    if (plan.place !== NONE) {
      this.placeLength = this.places.get(bytes, starts[plan.place], ends[plan.place])
      if (this.placeLength > 0 !== plan.isNodePlace) return false
    }
    return (
      this.time.read(bytes, starts[plan.time], ends[plan.time], plan.zoneless) &&
      this.readLevel(plan, scan, bytes) &&
      this.readOutcome(plan, scan, bytes) &&
      this.readDuration(plan, scan, bytes, view)
    )
  }

  /** Where the duration's bytes stand, those of the line being `bytes`. */
  durationIn(bytes: Uint8Array): Uint8Array {
    return this.durationView === this.scratch.view ? this.scratch.bytes : bytes
  }

  private readLevel(plan: Plan, { starts, ends }: Scan, bytes: Uint8Array): boolean {
    this.level = this.defaultLevel
    if (plan.level === NONE) return true
    const start = starts[plan.level]
    const first = bytes[start]
    if ((first >= 0x41 && first <= 0x5a) !== plan.isUpperLevel) return false
    const level = this.levelTable(plan).get(bytes, start, ends[plan.level])
    if (level === undefined) return false
    this.level = level
    return true
  }

  /** Words that say more than the level does are not in it: the general path keeps them beside it. */
  private levelTable({ scale }: Plan): SliceTable<Level | undefined> {
    let table = this.levels.get(scale)
    if (table === undefined) {
      table = new SliceTable<Level | undefined>(128, (text) => {
        const match = readLevel(/^\d{1,9}$/.test(text) ? Number(text) : text, scale)
        return match?.exact ? match.level : undefined
      })
      this.levels.set(scale, table)
    }
    return table
  }

  /** Same order as normalize: outcome, success, status, exit code, event. */
  private readOutcome(plan: Plan, { types, starts, ends }: Scan, bytes: Uint8Array): boolean {
    const from = plan.outcomeFrom
    let outcome = NOTHING
    if (from.outcome !== NONE) {
      const word = sliceText(bytes, starts[from.outcome], ends[from.outcome])
      if (outcomeOfWord(word) !== word) return false
      outcome = written(word)
    } else if (from.success !== NONE) {
      outcome = types[from.success] === TRUE ? SUCCESS : FAILURE
    }
    if (outcome === NOTHING && from.status !== NONE) {
      outcome = this.statuses.get(bytes, starts[from.status], ends[from.status])
    }
    if (outcome === NOTHING && from.exitCode !== NONE) {
      outcome = written(outcomeOfExitCode(Number(sliceText(bytes, starts[from.exitCode], ends[from.exitCode]))))
    }
    this.outcome = outcome
    if (from.event === NONE) return true
    const ofEvent = this.events.get(bytes, starts[from.event], ends[from.event])
    if (outcome === NOTHING && ofEvent !== undefined) this.outcome = ofEvent
    return ofEvent !== undefined
  }

  private readDuration(plan: Plan, { types, starts, ends }: Scan, bytes: Uint8Array, view: DataView): boolean {
    this.durationStart = this.durationEnd = 0
    const { duration } = plan
    if (duration === NONE) return true
    const start = starts[duration]
    const end = ends[duration]
    if (plan.durationUnit === 1 && isCanonical(bytes, start, end)) {
      this.durationView = view
      this.durationStart = start
      this.durationEnd = end
      return true
    }
    const whole = isWhole(bytes, start, end)
    if (plan.isDurationDerived && !whole) return false
    if (plan.durationUnit === 1e-6 && whole) return this.writeNanos(bytes, start, end)
    const text = sliceText(bytes, start, end)
    const isNumber = types[duration] === NUMBER
    const ms = readDuration(isNumber ? Number(text) : text, plan.durationUnit)
    // As text, an odd way to write milliseconds would stay beside what it means.
    if (ms === undefined || (plan.durationUnit === 1 && !isNumber)) return false
    return this.writeScratch(String(ms))
  }

  /** Nanoseconds as milliseconds: the same digits, with a point six places from the end and no zeros behind. */
  private writeNanos(bytes: Uint8Array, start: number, end: number): boolean {
    let value = 0
    for (let at = start; at < end; at++) value = value * 10 + bytes[at] - DIGIT_0
    const ms = Math.floor(value / 1e6)
    let rest = value - ms * 1e6
    if (rest === 0 || ms > 999_999) return this.writeScratch(String(value / 1e6))
    const view = this.scratch.view
    let at = 32
    for (let place = 0; place < 6; place++) {
      const next = Math.floor(rest / 10)
      view.setUint8(--at, DIGIT_0 + rest - next * 10)
      rest = next
    }
    let stop = 32
    while (view.getUint8(stop - 1) === DIGIT_0) stop--
    view.setUint8(--at, 0x2e)
    let whole = ms
    do {
      const next = Math.floor(whole / 10)
      view.setUint8(--at, DIGIT_0 + whole - next * 10)
      whole = next
    } while (whole > 0)
    this.durationView = view
    this.durationStart = at
    this.durationEnd = stop
    return true
  }

  private writeScratch(text: string): boolean {
    for (let at = 0; at < text.length; at++) this.scratch.view.setUint8(at, text.charCodeAt(at))
    this.durationView = this.scratch.view
    this.durationStart = 0
    this.durationEnd = text.length
    return true
  }
}

function written(outcome: string | undefined): Constant {
  return outcome === undefined ? NOTHING : outcome === 'success' ? SUCCESS : FAILURE
}

/** What String(Number(text)) gives back: no leading zero, no trailing one in the fraction, few enough digits. */
function isCanonical(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length === 0 || length > 12) return false
  let dot = -1
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte === 0x2e && dot === -1) dot = at
    else if (byte < DIGIT_0 || byte > 0x39) return false
  }
  if (dot === end - 1 || dot === start) return false
  if (bytes[start] === DIGIT_0 && length > 1 && dot !== start + 1) return false
  return dot === -1 || (bytes[end - 1] !== DIGIT_0 && end - dot <= 7)
}

/** Digits that a double holds exactly, without a leading zero. */
function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 15 || start === end || (bytes[start] === DIGIT_0 && end - start > 1)) return false
  for (let at = start; at < end; at++) if (bytes[at] < DIGIT_0 || bytes[at] > 0x39) return false
  return true
}
