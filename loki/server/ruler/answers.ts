/** The ruler's answers in Loki's JSON (grafana/loki v3.7.6 pkg/ruler/base/api.go). */
import { type Alert, activeAlerts, worstState } from './alerts.ts'
import type { GroupState, RuleState } from './group.ts'

/** Which rules are asked for; an empty set asks for all. */
export interface RuleFilter {
  readonly type: 'alert' | 'record' | ''
  readonly names: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  readonly files: ReadonlySet<string>
}

/** `texts` writes a rule's query as Loki writes it. */
export function rulesJson(
  groups: readonly GroupState[],
  filter: RuleFilter,
  texts: (rule: RuleState) => string,
): string {
  const shown = groups
    .filter(({ group, file }) => admits(filter.groups, group.name) && admits(filter.files, file))
    .map((state) => groupValue(state, filter, texts))
    .filter(({ rules }) => rules.length > 0)
  return success({ groups: shown })
}

export function alertsJson(groups: readonly GroupState[]): string {
  const alerts = groups.flatMap(({ rules }) => rules.flatMap((state) => activeAlerts(state.alerts)))
  return success({ alerts: alerts.map(alertValue) })
}

function success(data: unknown): string {
  return JSON.stringify({ status: 'success', data, errorType: '', error: '' })
}

export function failureJson(errorType: 'bad_data' | 'server_error', error: string): string {
  return JSON.stringify({ status: 'error', data: null, errorType, error })
}

function admits(wanted: ReadonlySet<string>, value: string): boolean {
  return wanted.size === 0 || wanted.has(value)
}

function groupValue(state: GroupState, filter: RuleFilter, texts: (rule: RuleState) => string) {
  const rules = state.rules.filter(
    ({ rule }) =>
      admits(filter.names, rule.name) &&
      (filter.type === '' || (filter.type === 'alert') === (rule.kind === 'alerting')),
  )
  return {
    name: state.group.name,
    file: state.file,
    rules: rules.map((rule) => ruleValue(rule, texts(rule))),
    interval: state.intervalMs / 1000,
    limit: state.group.limit,
    lastEvaluation: timeText(state.evaluatedAt),
    evaluationTime: state.tookMs / 1000,
  }
}

function ruleValue(state: RuleState, query: string) {
  const { rule, health, lastError } = state
  const common = { name: rule.name, query }
  const outcome = {
    health,
    lastError,
    type: rule.kind,
    lastEvaluation: timeText(state.evaluatedAt),
    evaluationTime: state.tookMs / 1000,
  }
  const labels = Object.fromEntries(rule.labels)
  if (rule.kind === 'recording') return { ...common, labels, ...outcome, ...recordedValue(state) }
  return {
    state: state.evaluatedAt === undefined ? 'unknown' : worstState(state.alerts),
    ...common,
    duration: rule.forMs / 1000,
    ...(rule.keepFiringForMs === 0 ? {} : { keepFiringFor: rule.keepFiringForMs / 1000 }),
    labels,
    annotations: Object.fromEntries(rule.annotations),
    alerts: activeAlerts(state.alerts).map(alertValue),
    ...outcome,
  }
}

/** Loki writes recorded series to a remote store; here the latest ones are shown, for there is none. */
function recordedValue({ recorded }: RuleState) {
  if (recorded.length === 0) return {}
  return {
    samples: recorded.map(({ labels, value }) => ({ metric: Object.fromEntries(labels), value: goExponent(value) })),
  }
}

function alertValue(alert: Alert) {
  return {
    labels: Object.fromEntries(alert.labels),
    annotations: Object.fromEntries(alert.annotations),
    state: alert.state,
    activeAt: timeText(alert.activeAt),
    value: goExponent(alert.value),
  }
}

/** Go's zero time stands for never. */
function timeText(ms: number | undefined): string {
  return ms === undefined ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
}

/** Go's strconv.FormatFloat(v, 'e', -1, 64). */
export function goExponent(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [digits, power] = value.toExponential().split('e') as [string, string]
  const sign = Object.is(value, -0) ? '-' : ''
  return `${sign}${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`
}
