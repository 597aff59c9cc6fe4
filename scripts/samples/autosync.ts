/**
 * System B: two background sync workers. The first (slog JSON) loses the cloud for ten minutes, backs off, reaches the
 * maximum of failures and recovers; the second (slog text) contends for the lease meanwhile.
 */
import { GoDuration, goTime, slogJson, slogText } from '../../shipper/demo/notation.ts'
import { type Dice, dice } from '../dice.ts'
import { BEGIN, MINUTE, Page, SECOND } from './story.ts'

const MAX_FAILURES = 4
const OUTAGE = { from: BEGIN + 18 * MINUTE, to: BEGIN + 28 * MINUTE }

type Log = (at: number, level: string, msg: string, fields?: Record<string, unknown>) => void

export function autosync(): Map<string, string> {
  return new Map([
    ['autosync.jsonl', firstWorker()],
    ['autosync.log', secondWorker()],
  ])
}

function firstWorker(): string {
  const page = new Page()
  const log: Log = (at, level, msg, fields = {}) =>
    page.add(at, slogJson(at, level, msg, { component: 'autosync', worker: 'sync-a', ...fields }))
  const chances = dice(2)
  const poll_interval = new GoDuration(30_000)
  log(BEGIN, 'INFO', 'manager started', { target_key: 'cloud-3', poll_interval, push_batch: 100, pull_batch: 500 })
  const state = { failures: 0, backoffUntil: 0, sequence: 48_120 }
  for (let at = BEGIN + 30_000; at < BEGIN + 50 * MINUTE; at += 30_000) cycle(log, at, state, chances)
  log(BEGIN + 50 * MINUTE, 'INFO', 'manager stopped')
  return page.text
}

interface SyncState {
  failures: number
  backoffUntil: number
  sequence: number
}

function cycle(log: Log, at: number, state: SyncState, chances: Dice): void {
  const { between } = chances
  if (at < state.backoffUntil) {
    const fields = { backoff_until: goTime(state.backoffUntil, 3), consecutive_failures: state.failures }
    log(at, 'DEBUG', 'cycle skipped, backoff active', fields)
    return
  }
  if (state.failures >= MAX_FAILURES && at < OUTAGE.to) {
    log(at, 'WARN', 'cycle skipped, max failures', { consecutive_failures: state.failures, max: MAX_FAILURES })
    return
  }
  const count = between(0, 40)
  if (count === 0) log(at + 5, 'DEBUG', 'push skipped')
  else log(at + 5, 'DEBUG', 'pushing mutations', { count })
  if (at >= OUTAGE.from && at < OUTAGE.to) {
    fail(log, at + between(900, 4000), state)
    return
  }
  const half = Math.floor(count / 2)
  if (half > 0) log(at + 60, 'DEBUG', 'per-project batch pushed', { project: 'atlas', mutations: half })
  if (count > half) log(at + 95, 'DEBUG', 'per-project batch pushed', { project: 'borealis', mutations: count - half })
  const applied = between(0, 25)
  state.sequence += applied
  if (applied === 0) log(at + 140, 'DEBUG', 'pull skipped', { last_seq: state.sequence })
  else log(at + 140, 'DEBUG', 'pull complete', { mutations_applied: applied, last_seq: state.sequence })
  if (state.failures > 0 || at % (5 * MINUTE) === 0) {
    log(at + 150, 'INFO', 'sync healthy', { last_sync_at: goTime(at + 150, 9) })
  }
  state.failures = 0
  log(at + 151, 'DEBUG', 'cycle complete', { elapsed: new GoDuration(between(120, 900)) })
}

function fail(log: Log, at: number, state: SyncState): void {
  const error = 'Post "https://cloud-3.sync.example/v1/push": dial tcp 10.8.0.3:443: i/o timeout'
  const isPush = state.failures % 2 === 0
  log(at, 'WARN', isPush ? 'push failed' : 'pull failed', { error, elapsed: new GoDuration(30_000) })
  state.failures++
  state.backoffUntil = at + Math.min(2 ** state.failures * 10 * SECOND, 4 * MINUTE)
  const fields = { error, consecutive_failures: state.failures, backoff_until: goTime(state.backoffUntil, 3) }
  log(at + 1, 'WARN', 'failure recorded', fields)
}

function secondWorker(): string {
  const page = new Page()
  const { between, chance } = dice(3)
  const log: Log = (at, level, msg, fields = {}) =>
    page.add(at, slogText(at, level, msg, { component: 'autosync', worker: 'sync-b', ...fields }))
  const poll_interval = new GoDuration(30_000)
  log(BEGIN, 'INFO', 'manager started', { target_key: 'cloud-3', poll_interval, push_batch: 50, pull_batch: 200 })
  for (let at = BEGIN + 40_000; at < BEGIN + 50 * MINUTE; at += 30_000) {
    if (at % (13 * MINUTE) < 30_000) log(at, 'WARN', 'lease error', { error: 'lease store: context deadline exceeded' })
    else if (at < OUTAGE.to + 2 * MINUTE) log(at, 'DEBUG', 'lease held by another worker')
    else {
      const count = between(1, 30)
      log(at, 'DEBUG', 'pushing mutations', { count })
      log(at + 30, 'DEBUG', 'per-project batch pushed', { project: 'cumulus', mutations: count })
      log(at + 60, 'DEBUG', 'pull complete', { mutations_applied: between(0, 9), last_seq: 51_000 + between(0, 900) })
      if (chance(0.2)) log(at + 70, 'INFO', 'sync healthy', { last_sync_at: goTime(at + 70, 9) })
      log(at + 71, 'DEBUG', 'cycle complete', { elapsed: new GoDuration(between(90, 1900)) })
    }
  }
  log(BEGIN + 50 * MINUTE, 'INFO', 'manager stopped')
  return page.text
}
