/**
 * The bench's corpus: four files, one producer each, as their programs write them (structlog JSON, slog JSON, logrus
 * text, `evt:` lines). The same producers, fields and shares of levels as the project's shared bench; seeded.
 */
import { closeSync, openSync, writeSync } from 'node:fs'

export const PRODUCERS = ['langgraph', 'autosync', 'migratekit', 'provisioner'] as const

export type Producer = (typeof PRODUCERS)[number]

/** Times are spread over the 40 minutes that began this long before `now`: inside every Loki's window. */
const BEGAN_MS_AGO = 50 * 60_000
const SPREAD_MICROS = 2.4e9
const LINES_A_WRITE = 5000

/** Writes one producer's file and returns its path. */
export function writeCorpusFile(folder: string, producer: Producer, lines: number, now: number, seed: number): string {
  const path = `${folder}/${producer}.log`
  const dice = new Dice(seed + PRODUCERS.indexOf(producer))
  const file = openSync(path, 'w')
  for (let first = 0; first < lines; first += LINES_A_WRITE) {
    const block: string[] = []
    for (let i = first; i < Math.min(lines, first + LINES_A_WRITE); i++) {
      const micros = (now - BEGAN_MS_AGO) * 1000 + Math.floor((i * SPREAD_MICROS) / lines) + dice.below(900)
      block.push(WRITERS[producer](dice, micros, i))
    }
    writeSync(file, `${block.join('\n')}\n`)
  }
  closeSync(file)
  return path
}

/** Seeded numbers (mulberry32): a corpus is the same on every machine, but for the hour it is written. */
class Dice {
  private state: number

  constructor(seed: number) {
    this.state = seed
  }

  /** From 0 to 1, without 1. */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  below(limit: number): number {
    return Math.floor(this.unit() * limit)
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('')
  }
}

const times = (count: number, word: string): string[] => Array.from({ length: count }, () => word)

const LEVELS = [...times(17, 'info'), ...times(2, 'debug'), ...times(2, 'warning'), 'error']
const NODES = ['developer', 'architect', 'devops', 'zavhoz', 'product_owner']
const GRAPH_EVENTS =
  'node_start node_complete tool_execution_start tool_execution_complete message_received graph_execution_complete'
const SYNC_MESSAGES = [
  'push skipped',
  'pull complete',
  'cycle complete',
  'lease held by another worker',
  'pushing mutations',
]
const MIGRATION_LEVELS = [...times(12, 'info'), 'warning', 'error']
const MIGRATION_MESSAGES = [
  'Creating snapshot for rollback protection',
  'VirtIO drivers injected successfully',
  'Volume attached',
]
const MIGRATION_STEPS = 'linstor-snapshot virtio-injection volume-attachment vm-creation vm-shutdown vm-startup'
const PROVISION_EVENTS =
  'provision.start provision.skip_existing provision.ec2_started provision.ec2_stopped restart.pre_stop'

const WRITERS: Readonly<Record<Producer, (dice: Dice, micros: number, index: number) => string>> = {
  /** structlog: Python's json.dumps puts a space behind commas and colons. */
  langgraph(dice, micros) {
    const level = dice.of(LEVELS)
    const event = level === 'error' ? 'node_failed' : dice.of(GRAPH_EVENTS.split(' '))
    const hasEnded = event.endsWith('complete') || event.endsWith('failed')
    const members = {
      timestamp: `${isoOf(micros + 7200e6)}+02:00`,
      level,
      service: 'langgraph',
      logger: `nodes.${dice.of(NODES)}`,
      event,
      node: dice.of(NODES),
      thread_id: `user_${dice.below(500)}`,
      correlation_id: `msg_${dice.below(400)}_${1_735_167_345 + dice.below(4000)}`,
      project_id: `proj_${dice.below(90)}`,
      ...(hasEnded ? { duration_ms: Math.round(-Math.log(1 - dice.unit()) * 25_000) / 100 } : {}),
      ...(level === 'error'
        ? { error: 'Connection timeout', error_type: dice.of(['TimeoutError', 'ValueError', 'HTTPError']) }
        : {}),
    }
    const parts = Object.entries(members).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    return `{${parts.join(', ')}}`
  },

  autosync(dice, micros, index) {
    const level = dice.of(['INFO', 'DEBUG', 'DEBUG', 'WARN'])
    const hasFailed = level === 'WARN'
    return JSON.stringify({
      time: `${isoOf(micros)}${String(dice.below(999)).padStart(3, '0')}Z`,
      level,
      msg: hasFailed ? 'push failed' : dice.of(SYNC_MESSAGES),
      component: 'autosync',
      target_key: `cloud-${dice.below(9)}`,
      last_seq: index,
      elapsed: 1e6 + dice.below(1e9 - 1e6),
      ...(hasFailed ? { error: 'dial tcp 10.0.0.4:443: i/o timeout', consecutive_failures: dice.below(9) } : {}),
    })
  },

  migratekit(dice, micros) {
    const level = dice.of(MIGRATION_LEVELS)
    const event = level === 'error' ? 'step_error' : dice.of(['step_start', 'step_info', 'step_end', 'operation_end'])
    const uuid = [8, 4, 4, 4, 12].map((digits) => dice.hex(digits)).join('-')
    const hasEnded = event === 'step_end' || event === 'operation_end'
    return [
      `time="${isoOf(micros).slice(0, 19)}Z" level=${level} msg="${dice.of(MIGRATION_MESSAGES)}"`,
      `correlation_id=${uuid} event=${event} job_id=job-${dice.below(300)} operation=enhanced-test-failover`,
      `step=${dice.of(MIGRATION_STEPS.split(' '))}`,
      ...(hasEnded
        ? [
            `status=${dice.below(10) === 0 ? 'failed' : 'completed'}`,
            `total_duration_ms=${20 + dice.below(90_000 - 20)}`,
          ]
        : []),
      ...(level === 'error'
        ? ['error="failed to attach: device busy" error_type=cloudstack_api_error error_code=431']
        : []),
    ].join(' ')
  },

  provisioner(dice, micros) {
    const clock = isoOf(micros).slice(0, 19).replace('T', ' ').replaceAll('-', '/')
    const members = {
      workspace_id: `ws-${dice.below(5000)}`,
      tier: dice.of(['pro', 'free']),
      sync: dice.unit() < 0.5,
      instance_id: `i-${dice.hex(10)}`,
      duration_ms: dice.below(9000),
    }
    return `${clock} evt: ${dice.of(PROVISION_EVENTS.split(' '))} ${JSON.stringify(members)}`
  },
}

/** 2026-05-05T12:30:11.123456 */
function isoOf(micros: number): string {
  const ms = Math.floor(micros / 1000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(Math.floor(micros - ms * 1000)).padStart(3, '0')}`
}
