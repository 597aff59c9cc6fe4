/** An event for reading: where from, by what, and its fields in an order that helps. */
import type { EventJson } from './shapes.ts'

export interface EventFacts {
  /** workload/container, workload/file, or what there is of it. */
  readonly origin: string
  /** Rule, or what the miner found. */
  readonly by: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly captures: readonly (readonly [name: string, value: string])[]
}

const FOUND: ReadonlyMap<string, string> = new Map([
  ['new_pattern', 'new pattern'],
  ['pattern_spike', 'pattern spike'],
])

export function eventFacts({ seq, time, source, event, severity, metadata }: EventJson): EventFacts {
  const { captures, ...rest } = metadata
  const { workload, container, rule_name } = rest
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  // Of a file its name: the path stands inside.
  const place = container.replace(/^.*[\\/](?=.)/s, '')
  const own = { time, severity, source, event, number: seq }
  return {
    origin: place === '' || place === workload ? workload : `${workload}/${place}`,
    by: rule_name ?? FOUND.get(event) ?? event,
    fields: [...Object.entries(own), ...Object.entries(rest)].flatMap(([name, value]) =>
      value === undefined || value === null || value === '' ? [] : [[name, text(value)] as const],
    ),
    captures: Object.entries(captures ?? {}).map(([name, value]) => [name, text(value)] as const),
  }
}

/** Nanoseconds as text, for who formats times of logs; of what is no time '0'. */
export function eventNanos(time: string): string {
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? '0' : `${ms}000000`
}
