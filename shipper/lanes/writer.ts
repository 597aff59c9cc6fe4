/** Writes a line's record and its structured metadata as bytes, in the order in which the general path writes them. */
import { NONE, type Plan } from './plan.ts'
import { ESCAPED, type Scan } from './scan.ts'
import { type Constant, constant, copyAll, copySlice } from './slices.ts'
import type { StreamEntry } from './streams.ts'
import { TimeWriter } from './times.ts'
import type { LineValues } from './values.ts'

const HEAD = constant('{"timestamp":"')
const DURATION = constant(',"duration_ms":')
const QUOTE = 0x22

export class EntryWriter {
  private readonly time = new TimeWriter()

  /** The record as JSON at `at` of `out`; returns where it ends. */
  line(
    plan: Plan,
    entry: StreamEntry,
    scan: Scan,
    values: LineValues,
    source: DataView,
    out: DataView,
    at: number,
  ): number {
    const { types, starts, ends } = scan
    at = copyAll(out, at, HEAD)
    at = this.time.write(out, at, values.time.seconds, values.time.nanos)
    at = copyAll(out, at, entry.head)
    for (let step = 0; step < plan.texts.length; step++) {
      const { index, prefix } = plan.texts[step]
      if (index === NONE) {
        if (values.outcome.length === 0) continue
        at = copyAll(out, copyAll(out, at, prefix), values.outcome)
      } else {
        at = copySlice(out, copyAll(out, at, prefix), source, starts[index], ends[index])
      }
      out.setUint8(at++, QUOTE)
    }
    if (values.durationEnd > values.durationStart) {
      at = copyAll(out, at, DURATION)
      at = copySlice(out, at, values.durationView, values.durationStart, values.durationEnd)
    }
    at = copyAll(out, at, plan.formatText)
    for (let step = 0; step < plan.extras.length; step++) {
      const { index, prefix } = plan.extras[step]
      at = copyAll(out, at, prefix)
      const isText = types[index] <= ESCAPED
      if (isText) out.setUint8(at++, QUOTE)
      at = copySlice(out, at, source, starts[index], ends[index])
      if (isText) out.setUint8(at++, QUOTE)
    }
    out.setUint8(at, 0x7d)
    return at + 1
  }

  /** The metadata pairs behind the line. */
  metadata(plan: Plan, scan: Scan, values: LineValues, source: DataView, out: DataView, at: number): number {
    const { starts, ends } = scan
    for (let step = 0; step < plan.metadata.length; step++) {
      const { index, prefix } = plan.metadata[step]
      if (index !== NONE) {
        at = writePair(out, at, prefix, source, starts[index], ends[index])
      } else if (step === plan.durationAt) {
        at = writePair(out, at, prefix, values.durationView, values.durationStart, values.durationEnd)
      } else {
        at = writePair(out, at, prefix, values.outcome.view, 0, values.outcome.length)
      }
    }
    return copyAll(out, at, plan.formatPair)
  }
}

/** 1a length, name, 12 length value; nothing for an empty value. */
function writePair(out: DataView, at: number, name: Constant, source: DataView, start: number, end: number): number {
  const length = end - start
  if (length === 0) return at
  out.setUint8(at, 0x1a)
  at = writeVarint(out, at + 1, name.length + (length < 0x80 ? 1 : 2) + length)
  at = copyAll(out, at, name)
  return copySlice(out, writeVarint(out, at, length), source, start, end)
}

/** Lengths up to 16,383: longer values are left to the general path. */
function writeVarint(out: DataView, at: number, value: number): number {
  if (value < 0x80) {
    out.setUint8(at, value)
    return at + 1
  }
  out.setUint8(at, (value & 0x7f) | 0x80)
  out.setUint8(at + 1, value >>> 7)
  return at + 2
}
