/** The live demo: systems that go on working, as files that grow. Nothing here is random that a query would notice. */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { evt, GoDuration, goLog, goTime, logrusText, slogJson, slogText, structlog } from './notation.ts'

/** A line and the file that it goes to. */
export type LiveLine = readonly [file: string, line: string]

export interface LiveDemo {
  readonly lines: number
  stop(): void
}

export const TICK_MS = 400
/** A file is renamed to <name>.1 when it is this large, as logrotate would: a demo may run for weeks. */
const MAX_FILE_BYTES = 2 * 1024 * 1024

/** Appends a few lines a second to files in `folder` until it is stopped. */
export function startLive(folder: string, now: () => number = Date.now): LiveDemo {
  let tick = 0
  let lines = 0
  const write = () => {
    const files = new Map<string, string>()
    for (const [file, line] of liveLines(tick++, now())) {
      lines++
      files.set(file, `${files.get(file) ?? ''}${line}\n`)
    }
    for (const [file, text] of files) append(join(folder, file), text)
  }
  write()
  const timer = setInterval(write, TICK_MS)
  return {
    get lines() {
      return lines
    },
    stop: () => clearInterval(timer),
  }
}

/** A folder that was deleted, or a full disk, ends no demo. */
function append(path: string, text: string): void {
  try {
    appendFileSync(path, text)
    if (statSync(path).size > MAX_FILE_BYTES) renameSync(path, `${path}.1`)
  } catch {}
}

/** What the systems say at a tick: a conversation of agents, and beside it one line of another system. */
export function liveLines(tick: number, now: number): LiveLine[] {
  const lines = conversation(tick, now)
  const others = [syncLines, migrationLines, provisionLines, scannerLines]
  if (tick % 2 === 0) lines.push(...others[(tick / 2) % others.length]!(Math.floor(tick / (2 * others.length)), now))
  return lines
}

/** At which tick of a conversation a service says what. */
const CONVERSATION = [
  [0, 'telegram_bot', 'handlers', 'message_received'],
  [1, 'api', 'http', 'http_request'],
  [2, 'langgraph', 'graph', 'graph_execution_start'],
  [3, 'langgraph', 'architect', 'node_start'],
  [6, 'langgraph', 'architect', 'node_complete'],
  [7, 'langgraph', 'developer', 'node_start'],
  [8, 'langgraph', 'developer', 'spawning_worker'],
  [9, 'worker-spawner', 'docker', 'spawn_request_received'],
  [11, 'worker-spawner', 'docker', 'docker_container_running'],
  [17, 'worker-spawner', 'docker', 'worker_execution_complete'],
  [18, 'langgraph', 'developer', 'node_complete'],
  [19, 'langgraph', 'graph', 'graph_execution_complete'],
  [20, 'telegram_bot', 'handlers', 'message_sent'],
] as const
const CONVERSATION_TICKS = 22
const TIMED = /_complete$|_sent$|http_request/

/** Every ninth conversation fails in the developer, with a stack. */
function conversation(tick: number, now: number): LiveLine[] {
  const number = Math.floor(tick / CONVERSATION_TICKS)
  const step = tick % CONVERSATION_TICKS
  const isFailing = number % 9 === 4
  const context = { thread_id: `user_${100 + (number % 17)}`, correlation_id: `msg_${5000 + number}_live` }
  const lines: LiveLine[] = []
  for (const [at, service, node, event] of CONVERSATION) {
    if (at !== step || (isFailing && at > 9)) continue
    const request = event === 'http_request' ? { method: 'POST', path: '/api/messages', status_code: 202 } : {}
    const duration = TIMED.test(event) ? { duration_ms: spread(number + at, 40, 4000) } : {}
    const fields = { event, level: 'info', service, logger: `${service}.${node}`, node }
    lines.push([`${service}.log`, structlog(now, { ...fields, ...context, ...request, ...duration })])
  }
  if (isFailing && step === 12) {
    const error = { error: 'LLM backend timed out', error_type: 'TimeoutError', duration_ms: 2000 }
    const exception = `Traceback (most recent call last):\n  File "/app/nodes/developer.py", line 84, in run\n    result = await llm.invoke(state)\nTimeoutError: ${error.error}`
    const fields = { event: 'node_failed', level: 'error', service: 'langgraph', logger: 'langgraph.developer' }
    lines.push(['langgraph.log', structlog(now, { ...fields, node: 'developer', ...context, ...error, exception })])
  }
  return lines
}

function syncLines(round: number, now: number): LiveLine[] {
  const log = (level: string, msg: string, fields: Record<string, unknown>): LiveLine => [
    'autosync.log',
    slogText(now, level, msg, { component: 'autosync', worker: 'sync-live', ...fields }),
  ]
  if (round % 12 === 0) return [log('INFO', 'sync healthy', { last_sync_at: goTime(now, 3) })]
  if (round % 25 === 9) return [log('WARN', 'lease error', { error: 'lease store: context deadline exceeded' })]
  const cycle = log('DEBUG', 'cycle complete', { elapsed: new GoDuration(spread(round, 80, 1900)) })
  return [log('DEBUG', 'pushing mutations', { count: spread(round, 1, 40) }), cycle]
}

const STEPS = ['snapshot-create', 'volume-copy', 'volume-attachment']

function migrationLines(round: number, now: number): LiveLine[] {
  const number = Math.floor(round / (STEPS.length + 2))
  const at = round % (STEPS.length + 2)
  const context = { correlation_id: `live-${number}`, job_id: `job-live-${number}`, operation: 'volume-migration' }
  const log = (level: string, msg: string, fields: Record<string, unknown>): LiveLine[] => [
    ['migratekit.log', logrusText(now, level, msg, { ...context, ...fields })],
  ]
  if (at === 0) return log('info', 'Operation started', { event: 'operation_start', status: 'started' })
  if (at <= STEPS.length) {
    const step = STEPS[at - 1]
    const end = { event: 'step_end', step, status: 'completed', duration_ms: spread(round, 300, 9000) }
    return log('info', `Step ${step} completed`, end)
  }
  const status = number % 5 === 3 ? 'failed' : 'completed'
  const total = { total_duration_ms: spread(number, 2000, 30_000), total_steps: STEPS.length }
  const level = status === 'failed' ? 'error' : 'info'
  return log(level, `Operation ${status}`, { event: 'operation_end', status, ...total })
}

const BOUNDARIES = ['provision.start', 'provision.ec2_started', 'restart.pre_stop', 'provision.ec2_stopped']

function provisionLines(round: number, now: number): LiveLine[] {
  const workspace_id = `ws-live-${Math.floor(round / BOUNDARIES.length)}`
  const name = BOUNDARIES[round % BOUNDARIES.length]!
  const prose = goLog(now, `${name.replace(/^\w+\./, '')} of ${workspace_id}`)
  const fields = name === 'restart.pre_stop' ? { workspace_id, backend: 'cp' } : { workspace_id }
  return [
    ['provlog.log', prose],
    ['provlog.log', evt(now, name, fields)],
  ]
}

const RULES = [
  { rule: 'payment-timeout', severity: 'warn', stream: 'stderr', message: 'payment gateway timeout' },
  { rule: 'out-of-memory', severity: 'error', stream: 'stderr', message: 'worker killed: out of memory' },
  { rule: 'slow-query', severity: 'info', stream: 'stdout', message: 'query took 2310ms' },
]

/** Every third hit of the scanner is left out: its rule is cooling down. */
function scannerLines(round: number, now: number): LiveLine[] {
  const { message, ...rule } = RULES[round % RULES.length]!
  const hit = {
    component: 'logscan',
    workload: 'shop',
    container: 'shop-web',
    rule_id: 1 + (round % RULES.length),
    ...rule,
  }
  const log = (level: string, msg: string, fields: Record<string, unknown>): LiveLine[] => [
    ['tinyforge.log', slogJson(now, level, msg, { ...hit, ...fields })],
  ]
  if (spread(round, 0, 3) === 0) return log('DEBUG', 'hit dropped', { reason: 'cooldown', dropped_total: round % 100 })
  return log('INFO', 'hit stored', { source: 'logscan', event_id: round, message })
}

/** A number from low up to high that jumps about with the seed. */
function spread(seed: number, low: number, high: number): number {
  return low + ((seed * 7919 + 104_729) % (high - low))
}
