/**
 * Rules, events, triggers and patterns as they are, behind the API and the page, on a free port: what `longship ship` puts
 * together, with lines from the test instead of sources.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
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
  /** What webhooks sent to a name of the Internet. */
  readonly hooks: readonly Hook[]
  /** What the webhooks' receiver answers from now on. */
  answer(status: number): void
  /** As when Longship is started anew: streams end, `during` runs, and the same port answers again. */
  restart(during: () => void): Promise<void>
  /** Lines as a container of that service writes them. */
  write(service: string, ...lines: readonly string[]): void
  close(): Promise<void>
}

export interface Hook {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WatchSiteOptions {
  readonly rules?: readonly RuleSettings[]
  /** Of the rules folder: text by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Whether a Loki is behind the page: links to Explore and Trace. */
  readonly boards?: boolean
}

const PUBLIC_ADDRESS = '93.184.215.14'

export async function openWatchSite({
  rules = [],
  files = {},
  boards = false,
}: WatchSiteOptions = {}): Promise<WatchSite> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-watch-'))
  const now = Date.now
  const receiver = await startReceiver()
  const fail = (message: string) => {
    throw new Error(message)
  }
  const log = openEventLog({
    ...{ folder: join(folder, 'events'), maxAgeMs: 86_400_000, maxBytes: 1 << 24, now },
    onProblem: (path, message) => fail(`${path}: ${message}`),
  })
  mkdirSync(join(folder, 'rules'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'rules', name), text)
  const rulebook = openRulebook({
    folder: join(folder, 'rules'),
    ...{ configured: rules, configFile: 'longship.yaml', stateFile: join(folder, 'rules.json'), now },
    onProblem: () => {},
    interpret: (line, workload) => {
      const record = read(workload ?? 'test', line)
      return { record, text: line, json: JSON.parse(JSON.stringify({ ...record, fields: [...record.fields] })) }
    },
  })
  const emit = (event: Parameters<EventLog['append']>[0]) => void log.append(event)
  const scanner = createScanner({ rulebook, bucket: { burst: 10_000, per_minute: 10_000 }, emit, now })
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
    connect: (address) => connect({ host: '127.0.0.1', port: address === PUBLIC_ADDRESS ? receiver.port : 1 }),
  })
  const listen = (port: number) => {
    const admin = createAdmin({
      ...{ rulebook, scanner, events: log, triggers, patterns, token: TOKEN, now },
      limits: { requests_per_minute: 100_000, max_body_bytes: 65_536 },
      onProblem: fail,
    })
    return startAdmin({ listen: { host: '127.0.0.1', port }, admin, page: createPage({ scan: true, boards }) })
  }
  let server = await listen(0)
  const { url, port } = server
  const tails = new Map<string, { watch: Watch; learn: PatternWatch }>()
  return {
    ...{ url, log, rulebook, patterns, hooks: receiver.hooks, answer: receiver.answer },
    async restart(during) {
      await server.close()
      during()
      server = await listen(port)
    },
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
      await receiver.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function startReceiver() {
  const hooks: Hook[] = []
  let status = 204
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => (body += text))
    request.on('end', () => {
      hooks.push({ path: request.url!, headers: request.headers, body })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    hooks,
    port: (server.address() as AddressInfo).port,
    answer(next: number) {
      status = next
    },
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

const redactor = createRedactor()

/** As the general path reads a container's line. */
function read(service: string, line: string): LogRecord {
  const interpreter = new Interpreter({
    around: { service, node: 'one', env: undefined, level: 'unknown', host: 'test' },
    zone: 'UTC',
    format: undefined,
    redactor,
    now: () => fromMillis(Date.now()),
  })
  return interpreter.record({ head: line, rest: '', runtime: undefined })
}
