/**
 * The life of an alerting rule's alerts: pending → firing → resolved, one alert for each set of labels that the
 * condition answers (prometheus/prometheus rules/alerting.go). Times in milliseconds.
 */
import { writeLabels } from '../../../shipper/wire/labels.ts'
import type { Expand } from './expand.ts'
import type { Rule, Sample } from './rule.ts'
import { labelMap } from './vector.ts'

export type AlertState = 'inactive' | 'pending' | 'firing'

export interface Alert {
  /** With alertname; sorted by name. */
  readonly labels: ReadonlyMap<string, string>
  annotations: ReadonlyMap<string, string>
  state: AlertState
  /** Of the last evaluation. */
  value: number
  /** Since when the condition holds. */
  activeAt: number
  firedAt: number | undefined
  resolvedAt: number | undefined
  /** Since when the condition has not held any more, while keep_firing_for goes on. */
  keepFiringSince: number | undefined
  /** Of the last notification. */
  sentAt: number
  /** Until when a notification holds if no other follows. */
  validUntil: number
}

/** By the text of their labels. */
export type Alerts = Map<string, Alert>

/** Resolved alerts are told this long, in case that Alertmanager missed it. */
const RESOLVED_RETENTION_MS = 15 * 60_000

/** What the condition answered becomes alerts. Throws when the alerts cannot be told apart or are too many. */
export async function updateAlerts(
  alerts: Alerts,
  rule: Rule,
  samples: readonly Sample[],
  atMs: number,
  limit: number,
  expand: Expand,
): Promise<void> {
  const found = new Map<string, Alert>()
  for (const sample of samples) {
    const alert = await alertOf(rule, sample, atMs, expand)
    const key = writeLabels([...alert.labels])
    if (found.has(key)) throw new Error('vector contains metrics with the same labelset after applying alert labels')
    found.set(key, alert)
  }
  for (const [key, fresh] of found) {
    const known = alerts.get(key)
    if (known === undefined || known.state === 'inactive') alerts.set(key, fresh)
    else {
      known.value = fresh.value
      known.annotations = fresh.annotations
    }
  }
  let active = 0
  for (const [key, alert] of alerts) {
    const isActive = found.has(key) ? stay(alert) : isKeptFiring(alerts, key, alert, rule, atMs)
    if (!isActive) continue
    active++
    advance(alert, rule, atMs)
  }
  if (limit > 0 && active > limit) {
    alerts.clear()
    throw new Error(`exceeded limit of ${limit} with ${active} alerts`)
  }
}

function stay(alert: Alert): true {
  alert.keepFiringSince = undefined
  return true
}

/** The condition holds no more: the alert resolves, goes on for keep_firing_for, or is forgotten. */
function isKeptFiring(alerts: Alerts, key: string, alert: Alert, rule: Rule, atMs: number): boolean {
  let isKept = false
  if (alert.state === 'firing' && rule.keepFiringForMs > 0) {
    alert.keepFiringSince ??= atMs
    isKept = atMs - alert.keepFiringSince < rule.keepFiringForMs
  }
  if (
    alert.state === 'pending' ||
    (alert.resolvedAt !== undefined && atMs - alert.resolvedAt > RESOLVED_RETENTION_MS)
  ) {
    alerts.delete(key)
  }
  if (alert.state !== 'inactive' && !isKept) {
    alert.state = 'inactive'
    alert.resolvedAt = atMs
  }
  return isKept
}

function advance(alert: Alert, rule: Rule, atMs: number): void {
  const isDue = atMs - alert.activeAt >= rule.forMs
  if (alert.state === 'pending' && isDue) {
    alert.state = 'firing'
    alert.firedAt = atMs
  } else if (alert.state === 'firing' && !isDue) {
    // `for` became longer with a reload.
    alert.state = 'pending'
    alert.firedAt = undefined
    alert.sentAt = 0
    alert.keepFiringSince = undefined
  }
}

async function alertOf(rule: Rule, sample: Sample, atMs: number, expand: Expand): Promise<Alert> {
  const labels = new Map(sample.labels)
  labels.delete('__name__')
  for (const [name, template] of rule.labels) labels.set(name, await expand(template, rule.name, sample, atMs))
  labels.set('alertname', rule.name)
  const annotations = new Map<string, string>()
  for (const [name, template] of rule.annotations) {
    annotations.set(name, await expand(template, rule.name, sample, atMs))
  }
  return {
    labels: labelMap(labels),
    annotations,
    state: 'pending',
    value: sample.value,
    activeAt: atMs,
    firedAt: undefined,
    resolvedAt: undefined,
    keepFiringSince: undefined,
    sentAt: 0,
    validUntil: 0,
  }
}

/** Pending and firing ones, by labels. */
export function activeAlerts(alerts: Alerts): Alert[] {
  return [...alerts].filter(([, { resolvedAt }]) => resolvedAt === undefined).map(([, alert]) => alert)
}

/** The worst state of a rule's alerts. */
export function worstState(alerts: Alerts): AlertState {
  const states = new Set([...alerts.values()].map(({ state }) => state))
  return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive'
}

/** Whether an alert is to be told now: newly resolved, or not told for the resend delay. */
export function needsSending(alert: Alert, atMs: number, resendDelayMs: number): boolean {
  if (alert.state === 'pending') return false
  if (alert.resolvedAt !== undefined && alert.resolvedAt > alert.sentAt) return true
  return alert.sentAt + resendDelayMs < atMs
}
