/** A miner with a clock that the test turns, and what it told. */
import type { NewEvent } from '../../shipper/events/event.ts'
import { openPatterns, type PatternLine, type Patterns, type PatternsOptions } from '../../shipper/patterns/patterns.ts'

export const NOON = Date.parse('2026-11-21T12:00:00Z')
export const MINUTE = 60_000

export interface Bench {
  readonly patterns: Patterns
  readonly events: NewEvent[]
  readonly problems: string[]
  /** Milliseconds since the epoch. */
  readonly clock: { now: number }
  learn(message: string, over?: Partial<PatternLine>): string | undefined
}

export function openBench(settings: Partial<PatternsOptions['settings']> = {}, stateFile?: string, now = NOON): Bench {
  const events: NewEvent[] = []
  const problems: string[] = []
  const clock = { now }
  const patterns = openPatterns({
    settings: { max_patterns: 2000, new_severity: 'info', spike_factor: 5, settle_ms: 0, ...settings },
    stateFile,
    now: () => clock.now,
    emit: (event) => events.push(event),
    onProblem: (message) => problems.push(message),
  })
  return {
    patterns,
    events,
    problems,
    clock,
    learn: (message, over = {}) =>
      patterns.learn({ service: 'shop', node: 'web', level: 'info', container: 'shop.log', message, ...over }),
  }
}

/** So many lines a minute, spread over it. */
export function run(bench: Bench, minutes: number, lines: number, message = 'order 7 refused'): void {
  for (let minute = 0; minute < minutes; minute++) {
    const start = bench.clock.now
    for (let n = 0; n < lines; n++) {
      bench.clock.now = start + Math.floor((n * MINUTE) / lines)
      bench.learn(message)
    }
    bench.clock.now = start + MINUTE
  }
}

export function spikes(bench: Bench) {
  return bench.events.filter(({ event }) => event === 'pattern_spike')
}
