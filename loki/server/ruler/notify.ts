/**
 * Tells Alertmanagers (API v2) of firing and resolved alerts: a bounded queue, one request at a time to each, with a
 * timeout. What cannot be delivered is dropped and said: the next resend repeats every alert that still matters.
 */
import type { Alert } from './alerts.ts'
import { labelMap } from './vector.ts'

export interface NotifyOptions {
  /** Base URLs; each gets every alert. */
  readonly urls: readonly string[]
  readonly externalLabels: ReadonlyMap<string, string>
  /** Grafana's base URL, for generatorURL. */
  readonly externalUrl: string
  readonly datasourceUid: string
  readonly queueCapacity: number
  readonly timeoutMs: number
  readonly fetch: typeof fetch
  readonly warn: (message: string) => void
}

export interface Notifier {
  /** Queues alerts of one rule; the oldest go when the queue is full. */
  send(alerts: readonly Alert[], expr: string): void
  /** What is under way may end; what waits is dropped. */
  stop(): Promise<void>
  /** Resolves when nothing waits. */
  idle(): Promise<void>
}

/** Alertmanager's form of an alert. */
interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
}

const STOP_GRACE_MS = 3000

/** Prometheus sends so many alerts in a request. */
const MAX_BATCH = 256

export function createNotifier(options: NotifyOptions): Notifier {
  const receivers = options.urls.map((url) => createReceiver(url, options))
  return {
    send(alerts, expr) {
      const generatorURL = options.externalUrl + exploreLink(expr, options.datasourceUid)
      const posted = alerts.map((alert) => postable(alert, options.externalLabels, generatorURL))
      for (const receiver of receivers) receiver.add(posted)
    },
    async stop() {
      await Promise.all(receivers.map((receiver) => receiver.stop()))
    },
    async idle() {
      await Promise.all(receivers.map((receiver) => receiver.idle()))
    },
  }
}

function createReceiver(base: string, options: NotifyOptions) {
  const { url, headers } = targetOf(base)
  const queue: PostableAlert[] = []
  const stopped = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  let isFailing = false
  const failed = (why: string, count: number) => {
    if (!isFailing) options.warn(`alertmanager ${withoutPassword(base)}: ${why}; ${count} alerts not delivered`)
    isFailing = true
  }
  const run = async () => {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH)
      try {
        const response = await options.fetch(url, {
          method: 'POST',
          headers,
          body: JSON.stringify(batch),
          signal: AbortSignal.any([AbortSignal.timeout(options.timeoutMs), stopped.signal]),
          redirect: 'error',
        })
        const text = response.ok ? '' : (await response.text()).slice(0, 200)
        await response.body?.cancel().catch(() => {})
        if (response.ok) isFailing = false
        else failed(`answers ${response.status} ${text}`.trimEnd(), batch.length)
      } catch (error) {
        failed(causeOf(error), batch.length)
      }
    }
    isRunning = false
  }
  return {
    add(alerts: readonly PostableAlert[]) {
      queue.push(...alerts)
      const over = queue.length - options.queueCapacity
      if (over > 0) {
        queue.splice(0, over)
        options.warn(`alertmanager ${withoutPassword(base)}: the queue is full: ${over} alerts dropped`)
      }
      if (isRunning) return
      isRunning = true
      running = run()
    },
    idle: () => running,
    async stop() {
      queue.length = 0
      const timer = setTimeout(() => stopped.abort(), STOP_GRACE_MS)
      await running
      clearTimeout(timer)
    },
  }
}

function causeOf(error: unknown): string {
  const { cause, message, name } = error as Error
  if (name === 'TimeoutError') return 'no answer in time'
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return code === undefined ? message : `${message} (${code})`
}

/** Credentials of the URL become a header; its path is a prefix. */
function targetOf(base: string): { url: string; headers: Record<string, string> } {
  const url = new URL(base)
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (url.username !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  url.username = ''
  url.password = ''
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/api\/v2\/alerts$/, '')}/api/v2/alerts`
  return { url: url.href, headers }
}

function withoutPassword(base: string): string {
  const url = new URL(base)
  url.password = ''
  return url.href
}

function postable(alert: Alert, external: ReadonlyMap<string, string>, generatorURL: string): PostableAlert {
  return {
    // An alert's own label wins over the external one.
    labels: Object.fromEntries(labelMap([...external, ...alert.labels])),
    annotations: Object.fromEntries(alert.annotations),
    startsAt: new Date(alert.firedAt ?? alert.activeAt).toISOString(),
    endsAt: new Date(alert.resolvedAt ?? alert.validUntil).toISOString(),
    generatorURL,
  }
}

/** Where Grafana shows the expression, as Loki links it. */
export function exploreLink(expr: string, datasourceUid: string): string {
  const datasource = datasourceUid === '' ? {} : { datasource: { type: 'loki', uid: datasourceUid } }
  const query = goJson({ expr, queryType: 'range', ...datasource })
  return `/explore?${new URLSearchParams({ left: `{"queries":[${query}]}` })}`
}

/** Go's encoding/json writes <, > and & as escapes. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}
