/** What naming a message's pattern costs: a miner that has seen such messages before, as it has after its first minute. */
import { openPatterns, type Patterns } from '../../shipper/patterns/patterns.ts'

export interface PatternRow {
  readonly what: string
  /** Microseconds. */
  readonly value: number
  readonly lines: number
}

/** Lines of which none is like another: what a hostile or unlucky source costs. */
const STRANGE_LINES = 20_000
const STRANGE_WORDS = 12

export type Time = (work: () => void) => number

/** `messages`: of any formats, in any order. `microsOf`: the CPU time of a run. */
export function patternRows(messages: readonly string[], busy: readonly string[], microsOf: Time): PatternRow[] {
  const strange = Array.from({ length: STRANGE_LINES }, (_, line) =>
    Array.from({ length: STRANGE_WORDS }, (_, word) => letters(line * 31 + word * 7919)).join(' '),
  )
  return [
    { what: 'patterns: messages of all formats', messages },
    { what: 'patterns: the bench corpus', messages: busy },
    { what: 'patterns: every line of other words', messages: strange },
  ].map(({ what, messages }) => {
    const patterns = open()
    const value = microsOf(() => {
      for (const message of messages)
        patterns.learn({ service: 'bench', node: 'n', level: 'info', container: 'bench.log', message })
    })
    return { what, value: value / messages.length, lines: messages.length }
  })
}

function open(): Patterns {
  const settings = { max_patterns: 2000, new_severity: 'info', spike_factor: 5, settle_ms: 0 } as const
  return openPatterns({ settings, stateFile: undefined, now: Date.now, emit: () => {} })
}

/** A number as a word without digits. */
function letters(number: number): string {
  return [...number.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}
