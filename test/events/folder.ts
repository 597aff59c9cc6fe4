/** Event logs of tests: folders of their own, a clock that is turned by hand, events that are made up. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { LogEvent, NewEvent } from '../../shipper/events/event.ts'
import { type EventLog, type EventLogOptions, openEventLog } from '../../shipper/events/log.ts'

export const START_MS = Date.parse('2026-05-05T12:00:00Z')
export const DAY_MS = 86_400_000

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longship-events-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface OpenedLog {
  readonly log: EventLog
  readonly clock: { ms: number }
  readonly problems: string[]
}

export function openLog(folder: string, options: Partial<EventLogOptions> = {}, clock = { ms: START_MS }): OpenedLog {
  const problems: string[] = []
  const log = openEventLog({
    folder,
    maxAgeMs: 7 * DAY_MS,
    maxBytes: 1024 * 1024,
    now: () => clock.ms,
    onProblem: (path, message) => problems.push(`${path}: ${message}`),
    syncMs: undefined,
    ...options,
  })
  after(() => log.close())
  return { log, clock, problems }
}

let made = 0

export function newEvent(more: Partial<NewEvent> = {}): NewEvent {
  made++
  return {
    time: { seconds: START_MS / 1000 + made, nanos: 123_456_789 },
    source: 'logscan',
    event: 'rule_hit',
    severity: 'warn',
    message: `payment ${made} failed`,
    metadata: {
      workload: 'shop',
      container: '/var/log/shop.log',
      rule_id: 'r1',
      rule_name: 'Payments',
      stream: 'stdout',
    },
    key: `key ${made}`,
    ...more,
  }
}

export function segmentsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.longship-events'))
    .sort()
    .map((name) => join(folder, name))
}

export const numbers = (events: readonly LogEvent[]) => events.map(({ seq }) => seq)
export const everything = (log: EventLog) => log.find({ limit: 1000 }).events
