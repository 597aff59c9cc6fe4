/** What tests of triggers need: an event log in memory, a receiver on loopback that stands for a public address, a clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { LogEvent } from '../../shipper/events/event.ts'
import type { TriggerSettings } from '../../shipper/triggers/trigger.ts'
import { type EventFeed, openTriggers, type Triggers, type TriggersOptions } from '../../shipper/triggers/triggers.ts'

export const KEY = 'a key of operators, long enough'
/** Of nobody in tests: example.com's of old. */
export const PUBLIC = '93.184.216.34'

export function event(seq: number, changes: Partial<LogEvent> = {}): LogEvent {
  return {
    seq,
    key: `key ${seq}`,
    time: { seconds: 1_700_000_000 + seq, nanos: 0 },
    source: 'logscan',
    event: 'rule_hit',
    severity: 'error',
    message: `payment ${seq} failed`,
    metadata: { workload: 'shop', container: 'shop-1', rule_id: 'rule_1', rule_name: 'Payments' },
    ...changes,
  }
}

export interface Feed extends EventFeed {
  append(event: LogEvent): void
  readonly events: LogEvent[]
}

export function feedOf(...events: LogEvent[]): Feed {
  const listeners = new Set<(event: LogEvent) => void>()
  return {
    events,
    append(event) {
      events.push(event)
      for (const listener of listeners) listener(event)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since: (seq, limit) => events.filter((each) => each.seq > seq).slice(0, limit),
    newest: () => events.at(-1)?.seq ?? 0,
  }
}

export interface Request {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly port: number
  readonly requests: Request[]
  /** Answers one after another, the last again and again; 200 when there are none. */
  answers: ((response: ServerResponse, request: Request) => void)[]
  /** Resolves when so many requests came. */
  came(count: number): Promise<void>
}

export async function receiver(t: TestContext): Promise<Receiver> {
  const requests: Request[] = []
  let waiting: { count: number; done: () => void }[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { method = '', url = '', headers } = request
    const got = { method, url, headers, body: Buffer.concat(parts).toString() }
    requests.push(got)
    const answer = self.answers[Math.min(requests.length, self.answers.length) - 1]
    if (answer === undefined) response.end('ok')
    else answer(response, got)
    for (const { count, done } of waiting) if (requests.length >= count) done()
    waiting = waiting.filter(({ count }) => requests.length < count)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const self: Receiver = {
    port: (server.address() as AddressInfo).port,
    requests,
    answers: [],
    came: (count) => new Promise((done) => (requests.length >= count ? done() : waiting.push({ count, done }))),
  }
  return self
}

export function status(code: number, body = '', headers: Record<string, string> = {}) {
  return (response: ServerResponse) => response.writeHead(code, headers).end(body)
}

export interface World {
  readonly folder: string
  readonly feed: Feed
  readonly triggers: Triggers
  /** Waits that were asked for, in ms; each is over at once. */
  readonly waits: number[]
  readonly problems: string[]
  /** Addresses that were dialled, as address:port. */
  readonly dialled: string[]
  readonly stateFile: string
  readonly deadLetterFile: string
}

/** Names resolve to PUBLIC, and whatever is dialled is `port` of loopback. */
export function world(
  t: TestContext,
  port: number,
  options: Partial<TriggersOptions> & { folder?: string } = {},
): World {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'longship-triggers-'))
  const feed = (options.feed as Feed | undefined) ?? feedOf()
  const waits: number[] = []
  const problems: string[] = []
  const dialled: string[] = []
  const [stateFile, deadLetterFile] = [join(folder, 'triggers.json'), join(folder, 'dead.jsonl')]
  const triggers = openTriggers({
    configured: [],
    stateFile,
    deadLetterFile,
    secretKey: KEY,
    allowPrivate: [],
    now: Date.now,
    random: () => 0.5,
    async sleep(ms, signal) {
      waits.push(ms)
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) return
    },
    resolve: async () => [PUBLIC],
    connect(address, at) {
      dialled.push(`${address}:${at}`)
      return connectTcp(port, '127.0.0.1')
    },
    onProblem: (where, message) => problems.push(`${where}: ${message}`),
    ...options,
    feed,
  })
  t.after(async () => {
    await triggers.close()
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
  })
  return { folder, feed, triggers, waits, problems, dialled, stateFile, deadLetterFile }
}

/** As longship.yaml gives them. */
export function settings(changes: Partial<TriggerSettings> = {}): TriggerSettings {
  return { name: 'x', enabled: true, filter: {}, kind: 'webhook', timeout: '10s', retries: 4, ...changes }
}

/** The value, or a failure that says why there is none. */
export function value<T>(answer: { ok: true; value: T } | { ok: false; refusal: unknown }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.refusal))
  return answer.value
}

/** The problems as text; fails when there are none. */
export function faults(
  answer: { ok: true } | { ok: false; refusal: { problems: readonly { path: string; message: string }[] } },
) {
  if (answer.ok) throw new Error('was not refused')
  return answer.refusal.problems.map(({ path, message }) => `${path}: ${message}`)
}

/** Until it holds; fails when it does not for a minute, on a machine that does much else. */
export async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never: ${holds}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
