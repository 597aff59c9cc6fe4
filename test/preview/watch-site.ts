/**
 * Rules, events, triggers and patterns as they are, behind the API and the page, on a free port: what `longship ship` puts
 * together, with lines from the test instead of sources.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createAdmin, startAdmin } from '../../shipper/admin/admin.ts'
import { type EventLog, openEventLog } from '../../shipper/events/log.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import { openPatterns, type Patterns, type PatternWatch } from '../../shipper/patterns/patterns.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { openRulebook, type Rulebook } from '../../shipper/scan/rulebook.ts'
import { createScanner, type Watch } from '../../shipper/scan/scanner.ts'
import { fromMillis } from '../../shipper/terms/instant.ts'
import { openTriggers } from '../../shipper/triggers/triggers.ts'

export const TOKEN = 'token-of-the-page-in-tests'

export interface WatchSite {
  readonly url: string
  readonly log: EventLog
  readonly rulebook: Rulebook
  readonly patterns: Patterns
  /** Lines as a container of that service writes them. */
  write(service: string, ...lines: readonly string[]): void
  close(): Promise<void>
}

export interface WatchSiteOptions {
  readonly rules?: readonly RuleSettings[]
  /** Whether a Loki is behind the page: links to Explore and Trace. */
  readonly boards?: boolean
  /** Of whoever listens for webhooks on loopback: they are sent to any name, as of the Internet. */
  readonly receiverPort?: number
}

const PUBLIC_ADDRESS = '93.184.215.14'

export async function openWatchSite({
  rules = [],
  boards = false,
  receiverPort = 1,
}: WatchSiteOptions = {}): Promise<WatchSite> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-watch-'))
  const now = Date.now
  const fail = (message: string) => {
    throw new Error(message)
  }
  const log = openEventLog({
    ...{ folder: join(folder, 'events'), maxAgeMs: 86_400_000, maxBytes: 1 << 24, now },
    onProblem: (path, message) => fail(`${path}: ${message}`),
  })
  const rulebook = openRulebook({
    ...{ configured: rules, configFile: 'longship.yaml', stateFile: join(folder, 'rules.json'), now },
    onProblem: () => {},
    interpret: (line, workload) => {
      const record = read(workload ?? 'test', line)
      return { record, text: line, json: JSON.parse(JSON.stringify({ ...record, fields: [...record.fields] })) }
    },
  })
  const emit = (event: Parameters<EventLog['append']>[0]) => void log.append(event)
  const scanner = createScanner({ rulebook, bucket: { burst: 1000, per_minute: 10_000 }, emit, now })
  const settings = { max_patterns: 200, new_severity: 'info', spike_factor: 5, settle_ms: 0 } as const
  const patterns = openPatterns({ settings, stateFile: undefined, now, emit })
  const triggers = openTriggers({
    ...{ configured: [], stateFile: join(folder, 'triggers.json'), deadLetterFile: join(folder, 'letters.jsonl'), now },
    ...{ secretKey: 'k'.repeat(32), allowPrivate: [], random: () => 0, onProblem: () => {} },
    feed: {
      subscribe: log.subscribe.bind(log),
      since: (seq, limit) => log.since(seq, { limit }),
      newest: () => log.stats().newest_seq,
    },
    // The guard sees an address of the Internet, and checks it; what is dialled is the test's receiver.
    sleep: () => new Promise((resolve) => setTimeout(resolve, 10)),
    resolve: async () => [PUBLIC_ADDRESS],
    connect: (address) => connect({ host: '127.0.0.1', port: address === PUBLIC_ADDRESS ? receiverPort : 1 }),
  })
  const admin = createAdmin({
    ...{ rulebook, scanner, events: log, triggers, patterns, token: TOKEN, now },
    limits: { requests_per_minute: 100_000, max_body_bytes: 65_536 },
    onProblem: fail,
  })
  const server = await startAdmin({
    listen: { host: '127.0.0.1', port: 0 },
    admin,
    page: createPage({ scan: true, boards }),
  })
  const tails = new Map<string, { watch: Watch; learn: PatternWatch }>()
  return {
    ...{ url: server.url, log, rulebook, patterns },
    write(service, ...lines) {
      const tail = tails.get(service) ?? {
        watch: scanner.watch(`${service}-1`),
        learn: patterns.watch(`${service}-1`),
      }
      tails.set(service, tail)
      const { watch, learn } = tail
      for (const line of lines) {
        const record = read(service, line)
        learn.see(record)
        watch.see(record, line)
      }
    },
    async close() {
      await server.close()
      await triggers.close()
      await patterns.close()
      await rulebook.close()
      await log.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function read(service: string, line: string): LogRecord {
  const interpreter = new Interpreter({
    around: { service, node: 'one', env: undefined, level: 'unknown', host: 'test' },
    zone: 'UTC',
    format: undefined,
    redactor: createRedactor(),
    now: () => fromMillis(Date.now()),
  })
  return interpreter.record({ head: line, rest: '', runtime: undefined })
}
