/** A rule group at work: its rules evaluated in their order, and what came of each. Times in milliseconds. */
import { type Alerts, updateAlerts } from './alerts.ts'
import type { Expand } from './expand.ts'
import type { Ask, Rule, RuleGroup, Sample } from './rule.ts'
import { recordedSamples } from './vector.ts'

export interface RuleState {
  readonly rule: Rule
  readonly alerts: Alerts
  /** The latest answer of a recording rule. */
  recorded: readonly Sample[]
  health: 'unknown' | 'ok' | 'err'
  lastError: string
  /** Undefined before the first evaluation. */
  evaluatedAt: number | undefined
  tookMs: number
}

export interface GroupState {
  readonly group: RuleGroup
  /** The file that it stands in, as the API shows it. */
  readonly file: string
  readonly intervalMs: number
  readonly rules: readonly RuleState[]
  evaluatedAt: number | undefined
  tookMs: number
}

export interface Evaluation {
  readonly ask: Ask
  readonly expand: Expand
  /** Milliseconds since 1970, for how long evaluations take. */
  readonly now: () => number
  /** After each alerting rule that could be evaluated. */
  readonly onEvaluated?: (state: RuleState, group: GroupState, atMs: number) => void
}

/** Series that a recording rule's latest answer is kept of. */
const MAX_RECORDED = 10_000

export function createGroup(group: RuleGroup, file: string, defaultIntervalMs: number): GroupState {
  return {
    group,
    file,
    intervalMs: group.intervalMs ?? defaultIntervalMs,
    rules: group.rules.map((rule) => ({
      rule,
      alerts: new Map(),
      recorded: [],
      health: 'unknown',
      lastError: '',
      evaluatedAt: undefined,
      tookMs: 0,
    })),
    evaluatedAt: undefined,
    tookMs: 0,
  }
}

/** Evaluates every rule as of one time. A rule that fails says so in its state; the others go on. */
export async function evaluateGroup(state: GroupState, atMs: number, evaluation: Evaluation): Promise<void> {
  const began = evaluation.now()
  for (const rule of state.rules) await evaluateRule(rule, state, atMs, evaluation)
  state.evaluatedAt = began
  state.tookMs = evaluation.now() - began
}

async function evaluateRule(state: RuleState, group: GroupState, atMs: number, evaluation: Evaluation): Promise<void> {
  const { rule } = state
  const { limit } = group.group
  const began = evaluation.now()
  try {
    const samples = await evaluation.ask(rule.expr, atMs)
    if (rule.kind === 'alerting') await updateAlerts(state.alerts, rule, samples, atMs, limit, evaluation.expand)
    else state.recorded = recordedSamples(rule, samples, limit).slice(0, MAX_RECORDED)
    state.health = 'ok'
    state.lastError = ''
  } catch (error) {
    state.health = 'err'
    state.lastError = (error as Error).message
  }
  state.evaluatedAt = began
  state.tookMs = evaluation.now() - began
  if (state.health === 'ok') evaluation.onEvaluated?.(state, group, atMs)
}

/**
 * After a start nobody knows since when conditions hold: an alert whose condition held `for` ago already counts as active
 * since then (Loki's memstore.go). Only rules with a `for` of at least the grace period; the others just wait.
 */
export async function restoreGroup(
  state: GroupState,
  atMs: number,
  gracePeriodMs: number,
  { ask, expand }: Evaluation,
): Promise<void> {
  for (const { rule, alerts } of state.rules) {
    if (rule.forMs < gracePeriodMs || ![...alerts.values()].some((alert) => alert.state === 'pending')) continue
    const since = atMs - rule.forMs
    const before: Alerts = new Map()
    try {
      await updateAlerts(before, rule, await ask(rule.expr, since), since, 0, expand)
    } catch {
      // As Loki: then the alert waits for its time.
    }
    for (const [key, alert] of alerts) if (before.has(key)) alert.activeAt = Math.min(alert.activeAt, since)
  }
}

/** A changed group takes over what its predecessor knew of rules with the same name and labels. */
export function inheritState(group: GroupState, before: GroupState): void {
  group.evaluatedAt = before.evaluatedAt
  group.tookMs = before.tookMs
  const old = new Map<string, RuleState[]>()
  for (const state of before.rules) old.set(keyOf(state), [...(old.get(keyOf(state)) ?? []), state])
  for (const state of group.rules) {
    const from = old.get(keyOf(state))?.shift()
    if (from === undefined) continue
    for (const [key, alert] of from.alerts) state.alerts.set(key, alert)
    state.recorded = from.recorded
  }
}

function keyOf({ rule }: RuleState): string {
  return JSON.stringify([rule.kind, rule.name, ...rule.labels])
}
