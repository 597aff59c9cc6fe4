/** Checks of rules: evaluates the rule groups step by step as the ruler does, and looks at alerts and records on the way. */
import { activeAlerts } from '../server/ruler/alerts.ts'
import { createExpand } from '../server/ruler/expand.ts'
import { createGroup, evaluateGroup, type GroupState } from '../server/ruler/group.ts'
import type { Ask, RuleGroup } from '../server/ruler/rule.ts'
import { compareAlerts, compareSeries, offsetText, type Row, type ShownAlert } from './compare.ts'
import type { Check } from './outcome.ts'
import type { AlertTest, RecordingTest, Test } from './testfile.ts'

export interface RuleContext {
  readonly test: Test
  readonly groups: readonly { readonly file: string; readonly group: RuleGroup }[]
  readonly startMs: number
  readonly evaluationIntervalMs: number
  readonly ask: Ask
  readonly isFuzzy: boolean
}

export interface RuleOutcome {
  readonly checks: readonly Check[]
  readonly errors: readonly string[]
}

/** More evaluations than this in one test are a mistake in a time. */
const MAX_EVALUATIONS = 100_000

export async function checkRules(context: RuleContext): Promise<RuleOutcome> {
  const { test, startMs, evaluationIntervalMs } = context
  const waiting = waitingChecks(test)
  if (waiting.length === 0) return { checks: [], errors: [] }
  const last = waiting.at(-1)!.atMs
  if (last / evaluationIntervalMs > MAX_EVALUATIONS) {
    return { checks: [], errors: [`eval_time ${offsetText(last)} needs more than ${MAX_EVALUATIONS} evaluations`] }
  }
  const states = context.groups.map(({ file, group }) => createGroup(group, file, evaluationIntervalMs))
  const expand = createExpand(
    { externalLabels: test.external_labels ?? new Map(), externalUrl: test.external_url },
    context.ask,
  )
  const checks: Check[] = []
  for (let ms = 0; ms <= last; ms += evaluationIntervalMs) {
    const errors: string[] = []
    for (const state of states) {
      await evaluateGroup(state, startMs + ms, { ask: context.ask, expand, now: Date.now })
      errors.push(...failures(state, ms))
    }
    // What an alert would do after a failed evaluation says nothing.
    if (errors.length > 0) return { checks, errors }
    // As promtool: what is asked between two evaluations is answered by the first of them.
    while (waiting.length > 0 && waiting[0]!.atMs < ms + evaluationIntervalMs)
      checks.push(waiting.shift()!.check(states, context))
  }
  return { checks, errors: [] }
}

interface Waiting {
  readonly atMs: number
  readonly check: (states: readonly GroupState[], context: RuleContext) => Check
}

function waitingChecks(test: Test): Waiting[] {
  const alerts = test.alert_rule_test.map((one, index) => ({
    atMs: one.eval_time,
    check: (states: readonly GroupState[]) => checkAlert(one, `alert_rule_test[${index}]`, states),
  }))
  const records = test.recording_rule_test.map((one, index) => ({
    atMs: one.eval_time,
    check: (states: readonly GroupState[], { isFuzzy }: RuleContext) =>
      checkRecord(one, `recording_rule_test[${index}]`, states, isFuzzy),
  }))
  return [...alerts, ...records].sort((a, b) => a.atMs - b.atMs)
}

function failures({ rules, file, group }: GroupState, ms: number): string[] {
  return rules
    .filter(({ health }) => health === 'err')
    .map(
      ({ rule, lastError }) =>
        `${file}:${rule.line}: group "${group.name}", rule "${rule.name}" at ${offsetText(ms)}: ${lastError.trimEnd()}`,
    )
}

function checkAlert(test: AlertTest, place: string, states: readonly GroupState[]): Check {
  const { alertname, eval_time } = test
  const { line } = test.place
  const rules = states.flatMap(({ rules }) => rules).filter(({ rule }) => rule.kind === 'alerting')
  const named = rules.filter(({ rule }) => rule.name === alertname)
  const facts = [
    ['alertname', alertname] as const,
    ...named.slice(0, 1).map(({ rule }) => ['expr', rule.expr] as const),
    ['at', offsetText(eval_time)] as const,
  ]
  if (named.length === 0) {
    const known = [...new Set(rules.map(({ rule }) => rule.name))].join(', ')
    return { place, line, facts, rows: [], error: `no rule file has an alert of this name. Known: ${known || 'none'}` }
  }
  const wanted = new Set(['firing', ...test.exp_alerts.map(({ state }) => state)])
  const got: ShownAlert[] = named
    .flatMap(({ alerts }) => activeAlerts(alerts))
    .filter(({ state }) => wanted.has(state))
    .map(({ state, labels, annotations }) => ({ state, labels, annotations }))
  const expected: ShownAlert[] = test.exp_alerts.map(({ state, exp_labels, exp_annotations }) => ({
    state,
    labels: new Map([...exp_labels, ['alertname', alertname]]),
    annotations: exp_annotations,
  }))
  return { place, line, facts, rows: orNothing(compareAlerts(expected, got), 'no alert'), error: undefined }
}

function orNothing(rows: Row[], text: string): Row[] {
  return rows.length === 0 ? [{ expected: text, got: text, isSame: true }] : rows
}

function checkRecord(test: RecordingTest, place: string, states: readonly GroupState[], isFuzzy: boolean): Check {
  const { record, eval_time } = test
  const { line } = test.place
  const rules = states.flatMap(({ rules }) => rules).filter(({ rule }) => rule.kind === 'recording')
  const named = rules.filter(({ rule }) => rule.name === record)
  const facts = [
    ['record', record] as const,
    ...named.slice(0, 1).map(({ rule }) => ['expr', rule.expr] as const),
    ['at', offsetText(eval_time)] as const,
  ]
  if (named.length === 0) {
    const known = [...new Set(rules.map(({ rule }) => rule.name))].join(', ')
    return { place, line, facts, rows: [], error: `no rule file records this. Known: ${known || 'none'}` }
  }
  const got = named.flatMap(({ recorded }) =>
    recorded.map(({ labels, value }) => ({
      labels: new Map([...labels].filter(([name]) => name !== '__name__')),
      samples: [{ time: 0, value }],
    })),
  )
  const rows = compareSeries(test.exp_samples, got, { startMs: 0, stepMs: 1, steps: 1 }, isFuzzy)
  return { place, line, facts, rows, error: undefined }
}
