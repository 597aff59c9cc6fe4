/**
 * npm run bench:events: the event log with --events in it. Appends a second, how long questions take, how long opening
 * takes, memory. CPU time beside the clock: the machine may be busy.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { type NewEvent, SEVERITIES } from '../../shipper/events/event.ts'
import { type EventFilter, openEventLog } from '../../shipper/events/log.ts'

const program = new Command('bench:events')
  .description('Measures the event log.')
  .option('--events <count>', 'events in the log', number, 100_000)
  .parse()
const { events: count } = program.opts<{ events: number }>()

const QUESTIONS: readonly (readonly [what: string, filter: Partial<EventFilter>])[] = [
  ['the newest 100', {}],
  ['the newest 1000', { limit: 1000 }],
  ['one workload', { workload: 'service-7' }],
  ['one rule', { rule: 'Rule 3' }],
  ['critical', { severities: ['critical'] }],
  ['five seconds long ago', { since: 1_777_000_050_000, until: 1_777_000_055_000 }],
  ['a rule that never hit', { rule: 'no such rule' }],
  ['a text that is nowhere', { text: 'nothing like it' }],
  ['a text with other letters, nowhere', { text: 'Übung' }],
]

const folder = mkdtempSync(join(tmpdir(), 'longship-bench-events-'))
const open = () =>
  openEventLog({
    folder,
    maxAgeMs: 1e12,
    maxBytes: 1024 * 1024 * 1024,
    now: Date.now,
    onProblem: (path, message) => console.error(path, message),
  })

/** Milliseconds of CPU and on the clock. */
function timed(run: () => void): { cpu: number; wall: number } {
  const cpu = process.cpuUsage()
  const began = performance.now()
  run()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / 1000, wall: performance.now() - began }
}

const say = (what: string, { cpu, wall }: { cpu: number; wall: number }, more = '') =>
  console.log(`${what.padEnd(40)} ${wall.toFixed(1).padStart(9)} ms  ${cpu.toFixed(1).padStart(9)} ms CPU  ${more}`)

try {
  console.log(`${count.toLocaleString('en')} events, ${cpus()[0]?.model}, Node ${process.version}`)
  const before = await memory()
  const log = open()
  const appending = timed(() => {
    for (let i = 0; i < count; i++) log.append(eventOf(i))
  })
  const { bytes } = log.stats()
  const rate = Math.round((count / appending.cpu) * 1000).toLocaleString('en')
  say('append', appending, `${rate} a CPU-second, ${(bytes / 1e6).toFixed(1)} MB`)
  for (const [what, filter] of QUESTIONS) {
    log.find({ limit: 100, ...filter })
    let found = 0
    const asking = timed(() => {
      found = log.find({ limit: 100, ...filter }).events.length
    })
    say(`find: ${what}`, asking, `${found} found`)
  }
  const grown = ((await memory()) - before) / 1e6
  console.log(`memory that the log holds: ${grown.toFixed(1)} MB, ${count.toLocaleString('en')} events in it`)
  await log.close()
  let again: ReturnType<typeof open> | undefined
  const opening = timed(() => {
    again = open()
  })
  say('open', opening, `${again?.stats().events.toLocaleString('en')} events`)
  await again?.close()
} finally {
  rmSync(folder, { recursive: true })
}

/** Bytes in use, when what is not in use is gone: buffers go a turn after what held them. */
async function memory(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.()
    await setImmediate()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function eventOf(i: number): NewEvent {
  return {
    time: { seconds: 1_777_000_000 + Math.floor(i / 10), nanos: i },
    source: 'logscan',
    event: 'rule_hit',
    severity: i % 100 === 0 ? 'critical' : SEVERITIES[i % 3],
    message: `payment ${i} failed for order ${i * 7}: connection refused by db-${i % 10}`,
    metadata: {
      workload: `service-${i % 50}`,
      container: `/var/log/service-${i % 50}.log`,
      rule_id: `rule_${i % 20}`,
      rule_name: `Rule ${i % 20}`,
      stream: 'stdout',
      captures: { order: String(i * 7), host: `db-${i % 10}` },
      node: 'pay',
      level: 'error',
    },
    key: `/var/log/service-${i % 50}.log ${i} rule_${i % 20}`,
  }
}

function number(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on.')
  return value
}
