/**
 * Fewer lines of what comes in masses, without wrong rates: a line that is kept says in sample_count for how many it
 * stands, so that sum_over_time(… | unwrap sample_count) is what was logged.
 */
import { LongshipError } from '../shipper/errors.ts'
import { parseLevel } from './levels.ts'

export interface SamplingRule {
  /** Lines of this event, of these levels, or both; a rule without either is about every line. */
  readonly event?: string | undefined
  readonly level?: string | readonly string[] | undefined
  /** Keep one of so many: 10 keeps the first of each ten. */
  readonly oneOf?: number | undefined
  /** Keep at most so many a second; what was left out counts in the next line that is kept. */
  readonly perSecond?: number | undefined
}

/** 0: leave the line out. Otherwise how many lines it stands for; undefined: no rule is about it. */
export type Sample = (level: string, event: unknown, nowMs: number) => number | undefined

export interface Sampler {
  readonly sample: Sample
  /** What was left out since the last line that was kept, by event; then counted as said. */
  drain(): { readonly event: string | undefined; readonly level: string; readonly count: number }[]
}

/** Counters by rule, event and level; more events than this are counted together. */
const MAX_COUNTERS = 1000

interface Counter {
  readonly event: string | undefined
  readonly level: string
  seen: number
  left: number
  second: number
  kept: number
}

/** Throws LongshipError('config') for rules that keep nothing, and for levels that are none. */
export function createSampler(given: readonly SamplingRule[]): Sampler {
  given.forEach(check)
  const rules = given.map(withOwnLevels)
  const counters = new Map<string, Counter>()
  const counterOf = (rule: number, event: string | undefined, level: string): Counter => {
    const key = `${rule}\0${level}\0${event ?? ''}`
    const known = counters.get(key)
    if (known !== undefined) return known
    // An event whose name is made from ids must not escape its rule, nor take memory without end.
    if (counters.size >= MAX_COUNTERS && event !== undefined) return counterOf(rule, undefined, level)
    const counter: Counter = { event, level, seen: 0, left: 0, second: 0, kept: 0 }
    counters.set(key, counter)
    return counter
  }
  return {
    sample(level, event, nowMs) {
      const name = typeof event === 'string' ? event : undefined
      const index = rules.findIndex((rule) => concerns(rule, level, name))
      if (index < 0) return undefined
      const counter = counterOf(index, name, level)
      if (!keeps(rules[index]!, counter, nowMs)) {
        counter.left++
        return 0
      }
      const count = counter.left + 1
      counter.left = 0
      return count
    },
    drain: () =>
      [...counters.values()].flatMap((counter) => {
        const { event, level, left: count } = counter
        counter.left = 0
        return count === 0 ? [] : [{ event, level, count }]
      }),
  }
}

/** Any name of a level, as everywhere: warning, verbose. */
function withOwnLevels(rule: SamplingRule): SamplingRule {
  if (rule.level === undefined) return rule
  return { ...rule, level: (typeof rule.level === 'string' ? [rule.level] : rule.level).map(parseLevel) }
}

function concerns({ event, level }: SamplingRule, ofLevel: string, ofEvent: string | undefined): boolean {
  if (event !== undefined && event !== ofEvent) return false
  return level === undefined || (typeof level === 'string' ? level === ofLevel : level.includes(ofLevel))
}

function keeps({ oneOf, perSecond }: SamplingRule, counter: Counter, nowMs: number): boolean {
  if (oneOf !== undefined && counter.seen++ % oneOf !== 0) return false
  if (perSecond === undefined) return true
  const second = Math.floor(nowMs / 1000)
  if (second !== counter.second) {
    counter.second = second
    counter.kept = 0
  }
  return counter.kept++ < perSecond
}

function check({ oneOf, perSecond }: SamplingRule, index: number): void {
  const where = `sampling[${index}]`
  if (oneOf === undefined && perSecond === undefined) {
    throw new LongshipError('config', `${where} says neither oneOf nor perSecond: it would change nothing`)
  }
  for (const [name, value] of Object.entries({ oneOf, perSecond })) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new LongshipError('config', `${where}.${name} must be a whole number of at least 1, got ${value}`)
    }
  }
}
