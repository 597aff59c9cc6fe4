/** Where an event leads: to its lines in Explore, to everything under its id, to a rule or a trigger made from it. */
import { quote } from '../../model/logql.ts'
import type { EventJson } from './shapes.ts'
import { MAX_TEMPLATE_PARAM, templatePattern } from './template.ts'

export interface Link {
  readonly title: string
  readonly href: string
}

/** Before and after an event. */
const AROUND_MS = 5 * 60_000

/** Milliseconds of an RFC 3339 time; undefined for what is none. */
export function eventMs(time: string): number | undefined {
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? undefined : ms
}

/** Into Explore and Trace, where there is a Loki behind the page. */
export function lokiLinks({ time, metadata }: EventJson): Link[] {
  const ms = eventMs(time)
  if (ms === undefined) return []
  const around = { from: String(ms - AROUND_MS), to: String(ms + AROUND_MS) }
  const explore = (title: string, query: string) => ({
    title,
    href: `/explore?${new URLSearchParams({ query, ...around })}`,
  })
  const stream = `{service=${quote(metadata.workload)}}`
  const { pattern_id, correlation_id, trace_id } = metadata
  const id = correlation_id ?? trace_id
  return [
    explore(`Lines of ${metadata.workload} around it`, stream),
    ...(pattern_id === undefined ? [] : [explore('Lines like it', `${stream} | pattern_id=${quote(pattern_id)}`)]),
    ...(correlation_id === undefined
      ? []
      : [explore('Lines of its correlation id', `{service=~".+"} | correlation_id=${quote(correlation_id)}`)]),
    ...(id === undefined
      ? []
      : [{ title: 'Trace', href: `/trace/${encodeURIComponent(id)}?${new URLSearchParams(around)}` }]),
  ]
}

/** The form of a rule with something in it already. */
export function newRuleUrl(values: Readonly<Record<string, string | undefined>>): string {
  return `/rules?${short({ new: '1', ...values })}`
}

export function newTriggerUrl(values: Readonly<Record<string, string | undefined>>): string {
  return `/triggers?${short({ new: '1', ...values })}`
}

function short(values: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') params.set(name, value.slice(0, MAX_TEMPLATE_PARAM))
  }
  return params
}

export function makeLinks({ severity, source, message, metadata }: EventJson): Link[] {
  const { rule_id, rule_name, workload, pattern } = metadata
  const trigger = newTriggerUrl({
    severity,
    source,
    workload,
    rule: rule_name,
    name: `${rule_name ?? source}: ${workload}`,
  })
  return [
    ...(rule_id === undefined
      ? []
      : [
          { title: 'Its rule', href: `/rules?${short({ edit: rule_id, line: message })}` },
          { title: `Change it for ${workload}`, href: newRuleUrl({ overrides: rule_id, workload, line: message }) },
        ]),
    ...(pattern === undefined
      ? []
      : [
          {
            title: 'Make a rule of it',
            href: newRuleUrl({ pattern: templatePattern(pattern, MAX_TEMPLATE_PARAM), line: message }),
          },
        ]),
    { title: 'Make a trigger of it', href: trigger },
  ]
}
