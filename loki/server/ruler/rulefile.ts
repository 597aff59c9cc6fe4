/**
 * Reads and checks a rule file as Loki's loader does (grafana/loki v3.7.6 pkg/ruler), with its words for what is wrong,
 * and the file, line, group and rule in front of them.
 */

import { compareText, isLabelName } from '../../../shipper/wire/labels.ts'
import type { Expr } from '../../logql/ast.ts'
import { parseQuery } from '../../logql/parser.ts'
import {
  duration,
  list,
  mapping,
  optional,
  type Read,
  record,
  required,
  text,
  wholeNumber,
  withDefault,
} from '../../yaml/shape.ts'
import { isEmpty, type Problem, readYaml } from '../../yaml/source.ts'
import { templateError } from './expand.ts'
import type { Rule, RuleGroup } from './rule.ts'

const RULE = record({
  alert: optional(text, "The alert's name: an alerting rule."),
  record: optional(text, "The metric's name: a recording rule."),
  expr: withDefault(text, '', 'LogQL metric query; an alert is active for each series that it answers.'),
  for: withDefault(duration, 0, 'How long the condition has to hold before the alert fires.'),
  keep_firing_for: withDefault(
    duration,
    0,
    'How long the alert goes on firing after its condition ended. Loki 3.7 takes the key and drops it.',
  ),
  labels: optional(mapping(text), 'Labels to add; templates in alerting rules.'),
  annotations: optional(mapping(text), 'Texts for people, templates.'),
})

const GROUP = record({
  name: withDefault(text, '', "The group's name, once in the file."),
  interval: optional(duration, "How often the group's rules are evaluated; evaluation_interval otherwise."),
  limit: withDefault(wholeNumber, 0, 'Alerts or series that a rule may have; 0 for no limit.'),
  query_offset: optional(duration, 'Taken, and without effect, as in Loki 3.7.'),
  labels: optional(mapping(text), 'Taken, and without effect, as in Loki 3.7.'),
  rules: withDefault(list(RULE), [], 'The rules, evaluated one after the other.'),
})

/** A rule file: groups of alerting and recording rules. */
export const RULE_FILE = record({ groups: required(list(GROUP), 'Groups of rules.') })

type GroupText = Read<typeof GROUP>
type RuleText = Read<typeof RULE>

export interface RuleFile {
  readonly groups: readonly RuleGroup[]
  /** `rules.yaml:7:5: group "a", rule 2 "b": what is wrong`; none when the file can be used. */
  readonly errors: readonly string[]
}

/** `name` is how messages call the file. */
export function readRuleFile(content: string, name: string): RuleFile {
  const source = readYaml(content)
  if (source.root !== undefined && isEmpty(source.root)) return { groups: [], errors: [] }
  const file = source.root === undefined ? undefined : RULE_FILE.read(source.root)
  if (file === undefined || source.problems.length > 0) {
    return { groups: [], errors: source.problems.map((problem) => written(name, problem)) }
  }
  const errors: string[] = []
  const names = new Set<string>()
  const groups = file.groups.map((group, index) => {
    const report = (line: number, what: string) => errors.push(`${name}:${line}: ${what}`)
    if (group.name === '') report(group.place.line, `group ${index}: Groupname must not be empty`)
    else if (names.has(group.name)) report(group.place.line, `groupname: "${group.name}" is repeated in the same file`)
    names.add(group.name)
    return readGroup(group, report)
  })
  return errors.length > 0 ? { groups: [], errors } : { groups, errors }
}

/** One group as the API takes it, with Loki's errors. */
export function readRuleGroup(content: string): { readonly errors: readonly string[] } {
  const source = readYaml(content)
  const group = source.root === undefined || isEmpty(source.root) ? undefined : GROUP.read(source.root)
  if (source.root !== undefined && isEmpty(source.root)) return { errors: ['group 0: Groupname must not be empty'] }
  if (group === undefined) return { errors: ['unable to decoded rule group'] }
  const errors = group.name === '' ? ['group 0: Groupname must not be empty'] : []
  for (const rule of group.rules)
    errors.push(
      ...ruleErrors(rule, group.name)
        .map(({ said }) => said)
        .slice(0, 1),
    )
  return { errors }
}

function written(name: string, { line, column, path, message }: Problem): string {
  return `${name}:${line}:${column}: ${path === '' ? '' : `${path} `}${message}`
}

function readGroup(group: GroupText, report: (line: number, what: string) => void): RuleGroup {
  const rules = group.rules.map((rule, index) => {
    const place = `group "${group.name}", rule ${index + 1}, "${rule.alert || rule.record || ''}"`
    for (const { said, allowed } of ruleErrors(rule, group.name)) {
      report(rule.place.line, `${place}: ${said}${allowed === undefined ? '' : ` (${allowed})`}`)
    }
    return readRule(rule)
  })
  return {
    name: group.name,
    intervalMs: group.interval || undefined,
    limit: group.limit,
    rules: rules.filter((rule) => rule !== undefined),
  }
}

function readRule(rule: RuleText): Rule | undefined {
  const query = parsed(rule.expr)
  if (query instanceof Error) return undefined
  return {
    kind: rule.record ? 'recording' : 'alerting',
    name: rule.record || rule.alert || '',
    expr: rule.expr,
    query,
    forMs: rule.for,
    keepFiringForMs: rule.keep_firing_for,
    labels: sorted(rule.labels),
    annotations: sorted(rule.annotations),
    line: rule.place.line,
  }
}

function sorted(texts: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  return new Map([...texts].sort((a, b) => compareText(a[0], b[0])))
}

function parsed(expr: string): Expr | Error {
  try {
    return parseQuery(expr)
  } catch (error) {
    return error as Error
  }
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/** What is wrong with a rule, in Loki's words, and what is allowed instead. */
interface Fault {
  readonly said: string
  readonly allowed?: string
}

function ruleErrors(rule: RuleText, group: string): Fault[] {
  const errors: Fault[] = []
  if (rule.record && rule.alert) errors.push({ said: "only one of 'record' and 'alert' must be set" })
  if (!rule.record && !rule.alert) errors.push({ said: "one of 'record' or 'alert' must be set" })
  if (rule.expr === '') errors.push({ said: "field 'expr' must be set in rule" })
  else {
    const query = parsed(rule.expr)
    if (query instanceof Error)
      errors.push({ said: `could not parse expression for ${kindOf(rule)} in group '${group}': ${query.message}` })
  }
  if (rule.record) errors.push(...recordingErrors(rule))
  for (const name of (rule.labels ?? new Map()).keys()) {
    if (!isLabelName(name) || name === '__name__') {
      errors.push({ said: `invalid label name: ${name}`, allowed: 'letters, digits and _, not __name__' })
    }
  }
  for (const name of (rule.annotations ?? new Map()).keys()) {
    if (!isLabelName(name)) errors.push({ said: `invalid annotation name: ${name}`, allowed: 'letters, digits and _' })
  }
  if (rule.alert && !rule.record) errors.push(...templateErrors(rule))
  return errors
}

function kindOf({ record, alert }: RuleText): string {
  return record ? `record '${record}'` : `alert '${alert ?? ''}'`
}

function recordingErrors(rule: RuleText): Fault[] {
  const errors: Fault[] = []
  if ((rule.annotations?.size ?? 0) > 0) errors.push({ said: "invalid field 'annotations' in recording rule" })
  if (rule.for !== 0) errors.push({ said: "invalid field 'for' in recording rule" })
  if (rule.keep_firing_for !== 0) errors.push({ said: "invalid field 'keep_firing_for' in recording rule" })
  if (!METRIC_NAME.test(rule.record ?? '')) {
    errors.push({ said: `invalid recording rule name: ${rule.record}`, allowed: 'letters, digits, _ and :' })
  }
  return errors
}

function templateErrors(rule: RuleText): Fault[] {
  const errors: Fault[] = []
  for (const [kind, texts] of [['label', rule.labels] as const, ['annotation', rule.annotations] as const]) {
    for (const [name, value] of texts ?? []) {
      const error = templateError(value, rule.alert ?? '')
      if (error !== undefined) errors.push({ said: `${kind} ${JSON.stringify(name)}: ${error}` })
    }
  }
  return errors
}
