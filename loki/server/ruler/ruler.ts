/**
 * The ruler: rule files in, alerts out. Each group is evaluated at its interval, at times that stand on multiples of it;
 * files are looked at every poll interval. Time, waiting and fetch come from outside.
 */

import { compareText } from '../../../shipper/wire/labels.ts'
import type { Limits } from '../../limits.ts'
import { writeExpr } from '../../logql/print.ts'
import type { Tenant } from '../tenant.ts'
import { needsSending } from './alerts.ts'
import { alertsJson, type RuleFilter, rulesJson } from './answers.ts'
import { createAsk } from './ask.ts'
import { createExpand } from './expand.ts'
import { type Folder, type FolderFile, openFolder } from './folder.ts'
import { createGroup, evaluateGroup, type GroupState, inheritState, type RuleState, restoreGroup } from './group.ts'
import { groupsYaml } from './groupsyaml.ts'
import { createNotifier, type Notifier } from './notify.ts'
import type { RulerSettings } from './settings.ts'

export interface RulerOptions {
  readonly settings: RulerSettings
  readonly limits: Limits
  /** The tenant of an id, an empty one when nothing was pushed to it. */
  readonly findTenant: (id: string) => Tenant
  /** Whose rules the files that lie in the directory itself are. */
  readonly rootTenant: string
  readonly now: () => number
  readonly fetch?: typeof fetch
  readonly warn: (message: string) => void
}

export interface Ruler {
  /** Reads the files and evaluates from now on, until stop(). */
  start(): void
  stop(): Promise<void>
  /** Reads changed files, and evaluates every group that is due. start() calls it from a timer. */
  tick(): Promise<void>
  /** When tick() has something to do again, in milliseconds since 1970. */
  nextTick(): number
  rules(tenant: string, filter: RuleFilter): string
  alerts(tenant: string): string
  /** Undefined when the tenant has no groups (in that file). `file`: '' for all. */
  groups(tenant: string, file: string, labels: readonly (readonly [string, string])[]): string | undefined
  readonly directory: string
}

interface Scheduled {
  readonly state: GroupState
  readonly tenant: string
  dueAt: number
  isRunning: boolean
  /** What was before the start has been looked for. */
  isRestored: boolean
}

/** Between looking at what is due; timers hold no more than 24 days. */
const MIN_WAIT_MS = 5
const MAX_WAIT_MS = 60_000

export function createRuler(options: RulerOptions): Ruler {
  const { settings, now } = options
  const folder = openFolder(settings.directory, options.rootTenant, options.warn)
  const notifier = createNotifier({ ...settings, fetch: options.fetch ?? fetch, warn: options.warn })
  const stopped = new AbortController()
  const board = createBoard(options, folder, notifier, stopped.signal)
  let timer: NodeJS.Timeout | undefined
  const ruler: Ruler = {
    directory: settings.directory,
    start() {
      board.reload()
      const arm = () => {
        clearTimeout(timer)
        if (stopped.signal.aborted) return
        timer = setTimeout(step, Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, board.nextTick() - now())))
        timer.unref()
      }
      // A group that takes long holds up nobody but itself: when it is done, it says when it is due again.
      const step = () => {
        void board.tick().then(arm)
        arm()
      }
      arm()
    },
    async stop() {
      stopped.abort()
      clearTimeout(timer)
      await board.idle()
      await notifier.stop()
    },
    tick: () => board.tick(),
    nextTick: () => board.nextTick(),
    rules: (tenant, filter) => rulesJson(board.groupsOf(tenant), filter, queryText),
    alerts: (tenant) => alertsJson(board.groupsOf(tenant)),
    groups(tenant, file, labels) {
      const files = board.files().filter((one) => one.tenant === tenant && (file === '' || one.name === file))
      return files.some(({ groups }) => groups.length > 0) ? groupsYaml(files, labels) : undefined
    },
  }
  return ruler
}

/** As Loki shows it. */
function queryText({ rule }: RuleState): string {
  return writeExpr(rule.query)
}

/** The groups of all tenants, and when each is due. */
function createBoard(options: RulerOptions, folder: Folder, notifier: Notifier, signal: AbortSignal) {
  const { settings, now } = options
  const scheduled = new Map<string, Scheduled>()
  const expand = (tenant: string) =>
    createExpand(
      settings,
      createAsk(() => options.findTenant(tenant), options.limits),
    )
  const running = new Set<Promise<void>>()
  let files: FolderFile[] = []
  let pollAt = 0
  const reload = () => {
    const next = folder.read()
    pollAt = now() + settings.pollIntervalMs
    if (isSame(files, next)) return
    files = next
    const before = new Map(scheduled)
    scheduled.clear()
    for (const file of files) {
      for (const group of file.groups) {
        const key = JSON.stringify([file.tenant, file.name, group.name])
        const known = before.get(key)
        if (known?.state.group === group) scheduled.set(key, known)
        else {
          const state = createGroup(group, file.name, settings.evaluationIntervalMs)
          if (known !== undefined) inheritState(state, known.state)
          const isSameRhythm = known?.state.intervalMs === state.intervalMs
          const dueAt = isSameRhythm ? known!.dueAt : nextSlot(now(), state.intervalMs)
          scheduled.set(key, { state, tenant: file.tenant, dueAt, isRunning: false, isRestored: known !== undefined })
        }
      }
    }
  }
  const evaluate = async (one: Scheduled) => {
    const { state, tenant, dueAt } = one
    const ask = createAsk(() => options.findTenant(tenant), options.limits, signal)
    const tell = (rule: RuleState, group: GroupState, atMs: number) => notify(rule, group, atMs, settings, notifier)
    one.isRunning = true
    try {
      const evaluation = { ask, expand: expand(tenant), now, onEvaluated: tell }
      await evaluateGroup(state, dueAt, evaluation)
      if (!one.isRestored) await restoreGroup(state, dueAt, settings.gracePeriodMs, evaluation)
      one.isRestored = true
    } catch (error) {
      options.warn(`rules: group "${state.group.name}" of ${state.file}: ${(error as Error).message}`)
    }
    one.isRunning = false
    // Evaluations that were missed are left out.
    one.dueAt = Math.max(dueAt + state.intervalMs, nextSlot(now() - state.intervalMs, state.intervalMs))
  }
  return {
    reload,
    files: () => files,
    groupsOf: (tenant: string) =>
      [...scheduled.values()]
        .filter((one) => one.tenant === tenant)
        .map(({ state }) => state)
        .sort((a, b) => compareText(a.file, b.file) || compareText(a.group.name, b.group.name)),
    nextTick: () =>
      [...scheduled.values()].reduce((least, one) => (one.isRunning ? least : Math.min(least, one.dueAt)), pollAt),
    async tick() {
      if (now() >= pollAt) reload()
      const due = [...scheduled.values()].filter((one) => one.dueAt <= now() && !one.isRunning && !signal.aborted)
      await Promise.all(
        due.map((one) => {
          const evaluation = evaluate(one).finally(() => running.delete(evaluation))
          running.add(evaluation)
          return evaluation
        }),
      )
    },
    idle: async () => void (await Promise.all(running)),
  }
}

/** The first multiple of the interval behind a time. */
function nextSlot(atMs: number, intervalMs: number): number {
  return (Math.floor(atMs / intervalMs) + 1) * intervalMs
}

function isSame(a: readonly FolderFile[], b: readonly FolderFile[]): boolean {
  return a.length === b.length && a.every((file, index) => file === b[index])
}

function notify(rule: RuleState, group: GroupState, atMs: number, settings: RulerSettings, notifier: Notifier): void {
  if (rule.rule.kind !== 'alerting' || settings.urls.length === 0) return
  const alerts = [...rule.alerts.values()].filter((alert) => needsSending(alert, atMs, settings.resendDelayMs))
  if (alerts.length === 0) return
  for (const alert of alerts) {
    alert.sentAt = atMs
    // Two evaluations or deliveries may fail before Alertmanager takes the alert for resolved.
    alert.validUntil = atMs + 4 * Math.max(group.intervalMs, settings.resendDelayMs)
  }
  notifier.send(alerts, queryText(rule))
}
