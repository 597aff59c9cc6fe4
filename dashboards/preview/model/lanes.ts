/** What happened under one id, as lanes of time: one for each service and node, with what each of them did and how long. */
import type { Labels } from './frame.ts'
import { type Level, readLine } from './logline.ts'

export interface Step {
  /** Milliseconds since 1970. It ends when its line was written: lines say how long something took when it is over. */
  readonly from: number
  readonly to: number
  readonly name: string
  readonly level: Level
  /** The entry that says so. */
  readonly entry: number
}

export interface Lane {
  readonly name: string
  readonly steps: readonly Step[]
}

export interface Lanes {
  readonly from: number
  readonly to: number
  /** By who came first. */
  readonly lanes: readonly Lane[]
}

interface Entry {
  readonly time: string
  readonly line: string
  readonly labels: Labels
}

/** `entries`: in time order. */
export function lanesOf(entries: readonly Entry[]): Lanes {
  const lanes = new Map<string, Step[]>()
  for (const [entry, { time, line, labels }] of entries.entries()) {
    const { origin, level, message, fields, took = 0 } = readLine(line, labels)
    const to = Number(time) / 1e6
    const name = fields.get('event') || message
    const step = { from: to - took, to, name, level, entry }
    const lane = lanes.get(origin || 'unknown')
    if (lane === undefined) lanes.set(origin || 'unknown', [step])
    else lane.push(step)
  }
  const steps = [...lanes.values()].flat()
  return {
    from: steps.reduce((least, step) => Math.min(least, step.from), Number.POSITIVE_INFINITY),
    to: steps.reduce((most, step) => Math.max(most, step.to), Number.NEGATIVE_INFINITY),
    lanes: [...lanes].map(([name, own]) => ({ name, steps: own })),
  }
}
