/** Which events a trigger wants: all that is given must hold; an empty list is as none. */
import type { LogEvent } from '../events/event.ts'
import { type Answer, done, refused } from '../terms/answer.ts'
import { BoundedRegex } from '../terms/bounded-regex.ts'
import { compileOrFault } from '../terms/regex.ts'
import type { TriggerFilter } from './trigger.ts'

export type Matcher = (event: LogEvent) => boolean

/** The pattern is compiled here, once. Refused when RE2 does not take it, with what it says. */
export function compileFilter(filter: TriggerFilter): Answer<Matcher> {
  const { message } = filter
  const pattern = message === undefined ? undefined : compile(message)
  if (typeof pattern === 'string') return refused('invalid', { path: 'filter.message', message: pattern })
  const severities = setOf(filter.severities)
  const sources = setOf(filter.sources)
  const workloads = setOf(filter.workloads)
  const rules = setOf(filter.rules)
  return done(({ severity, source, message: text, metadata }) => {
    return (
      (severities === undefined || severities.has(severity)) &&
      (sources === undefined || sources.has(source)) &&
      (workloads === undefined || workloads.has(metadata.workload)) &&
      (rules === undefined || has(rules, metadata.rule_id) || has(rules, metadata.rule_name)) &&
      // Last, as it costs the most.
      (pattern === undefined || pattern.within(MAX_UNITS, (regex) => regex.test(text)).found === true)
    )
  })
}

function setOf(list: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  return list === undefined || list.length === 0 ? undefined : new Set(listOf(list))
}

/** One or several, as files and API may write them. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function has(rules: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && rules.has(value)
}

/** Written out, as {n} counts: compiled while lines flow, so that it must be quick. As rules have it. */
const MAX_EXPANDED = 10_000

/**
 * Units of work (see terms/bounded-regex.ts) for one event: its message has 500 bytes, so that only a pattern of thousands of
 * instructions may come to it. Where it does, the event is not wanted.
 */
const MAX_UNITS = 1_000_000

/** Or what is wrong with it. */
function compile(source: string): BoundedRegex | string {
  const regex = compileOrFault(source, MAX_EXPANDED)
  return typeof regex === 'string' ? `filter.message does not compile: ${regex}.` : new BoundedRegex(regex)
}
