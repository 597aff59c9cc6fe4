/**
 * Everybody who tails: one look at what is new for all of a tenant, one evaluation for all who ask the same. It looks
 * while somebody tails, and not otherwise.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../../limits.ts'
import type { LogExpr } from '../../logql/ast.ts'
import type { ResultStream } from '../../logql/engine/result.ts'
import { createTurn } from '../../logql/engine/turn.ts'
import { writeExpr } from '../../logql/print.ts'
import { runRange } from '../ask.ts'
import type { Tenant } from '../tenant.ts'
import { CLOSE, type WebSocket } from '../websocket.ts'
import { type FreshEntries, watchTenant } from './fresh.ts'
import { byTime, createTailer, type EntryForm, type TailEntry, type Tailer, writeStream } from './tailer.ts'

export interface TailAsked {
  readonly tenant: Tenant
  readonly expr: LogExpr
  readonly start: { readonly seconds: number; readonly nanos: number }
  /** Entries of before that are shown first, at most. */
  readonly limit: number
  readonly delayMs: number
  readonly form: EntryForm
}

export interface TailHub {
  /** Serves a client until it leaves. */
  open(asked: TailAsked, socket: WebSocket): Promise<void>
  close(): void
}

export interface HubOptions {
  readonly limits: Limits
  readonly now: () => number
}

const TICK_MS = 250
const PING_MS = 1000
/** querier.tail_max_duration. */
const MAX_DURATION_MS = 3_600_000
/** New entries that one evaluation gives, at most. */
const MAX_FRESH = 10_000

interface Client {
  readonly asked: TailAsked
  /** Clients with the same key get the same entries. */
  readonly key: string
  readonly socket: WebSocket
  readonly tailer: Tailer
  readonly opened: number
  pinged: number
  /** Undefined until the entries of before are there; nothing is sent before them. */
  past: Past | undefined
}

/** What was pushed while the past was read is in it and comes again as new: it is left out for the next looks. */
interface Past {
  readonly keys: Set<string>
  looks: number
}

function keyOf({ seconds, nanos, line, metadata }: TailEntry): string {
  return `${seconds} ${nanos} ${line} ${[...metadata]}`
}

export function createTailHub({ limits, now }: HubOptions): TailHub {
  const clients = new Map<Tenant, { readonly all: Set<Client>; readonly fresh: FreshEntries }>()
  let timer: NodeJS.Timeout | undefined
  let isLooking = false
  const leave = (client: Client) => {
    const group = clients.get(client.asked.tenant)
    group?.all.delete(client)
    if (group?.all.size === 0) clients.delete(client.asked.tenant)
    if (clients.size > 0 || timer === undefined) return
    clearInterval(timer)
    timer = undefined
  }
  const look = async () => {
    if (isLooking) return
    isLooking = true
    try {
      for (const { all, fresh } of [...clients.values()]) await lookAt(all, fresh, limits, now)
    } finally {
      isLooking = false
    }
  }
  return {
    async open(asked, socket) {
      const group = clients.get(asked.tenant) ?? { all: new Set(), fresh: watchTenant(asked.tenant) }
      const most = limits.max_concurrent_tail_requests
      if (group.all.size >= most) {
        const counts = `${group.all.size + 1} > ${most}`
        return socket.close(
          CLOSE.internal,
          `rpc error: code = Code(400) desc = max concurrent tail requests limit exceeded, count > limit (${counts})`,
        )
      }
      const opened = now()
      const client: Client = {
        asked,
        key: `${asked.form} ${writeExpr(asked.expr)}`,
        socket,
        tailer: createTailer({ ...asked, socket }),
        opened,
        pinged: opened,
        past: undefined,
      }
      clients.set(asked.tenant, group)
      group.all.add(client)
      socket.onEnd(() => leave(client))
      timer ??= setInterval(() => void look(), TICK_MS).unref()
      await showPast(client, limits, opened)
    },
    close() {
      for (const { all } of [...clients.values()]) for (const { socket } of [...all]) socket.close(CLOSE.goingAway, '')
    },
  }
}

async function lookAt(all: ReadonlySet<Client>, fresh: FreshEntries, limits: Limits, now: () => number): Promise<void> {
  const turn = createTurn(NEVER, Number.POSITIVE_INFINITY)
  for (let found = fresh.take(); found !== undefined; found = fresh.take()) {
    const answers = new Map<string, readonly TailEntry[]>()
    for (const client of [...all]) {
      const { key, asked } = client
      if (!answers.has(key)) {
        const answer = await ask(found, asked, limits, now()).catch((error: Error) => error)
        if (answer instanceof Error) end(all, key, answer)
        answers.set(key, answer instanceof Error ? [] : answer)
      }
      client.tailer.add(withoutPast(client, answers.get(key)!))
      if (client.past !== undefined) client.tailer.tick(now())
      if (turn.isDue()) await turn.pause()
    }
    if (all.size === 0) return
    await settle(all)
  }
  for (const client of [...all]) {
    if (client.past !== undefined) client.tailer.tick(now())
    if (now() - client.pinged >= PING_MS) {
      client.pinged = now()
      client.socket.ping()
    }
    if (now() - client.opened >= MAX_DURATION_MS) client.socket.close(CLOSE.internal, 'reached tail max duration limit')
    if (turn.isDue()) await turn.pause()
  }
}

const NEVER = new AbortController().signal

/** A flood waits this long, after each part of it, for those who read more slowly than it comes. */
const MAX_SETTLE_MS = 50
const SETTLED_BYTES = 512 * 1024

async function settle(all: ReadonlySet<Client>): Promise<void> {
  for (let waited = 0; waited < MAX_SETTLE_MS; waited += 5) {
    if (![...all].some(({ socket }) => socket.pending() > SETTLED_BYTES)) return
    await sleep(5)
  }
}

function end(all: ReadonlySet<Client>, key: string, error: Error): void {
  for (const client of [...all]) if (client.key === key) client.socket.close(CLOSE.internal, error.message)
}

function withoutPast({ past }: Client, entries: readonly TailEntry[]): readonly TailEntry[] {
  if (past === undefined || past.looks === 0) return entries
  if (--past.looks > 0) return entries.filter((entry) => !past.keys.has(keyOf(entry)))
  const { keys } = past
  const rest = entries.filter((entry) => !keys.has(keyOf(entry)))
  keys.clear()
  return rest
}

/** The asked query over new entries only, whatever their times. */
async function ask(tenant: Tenant, asked: TailAsked, limits: Limits, now: number): Promise<readonly TailEntry[]> {
  const { result } = await runRange(
    { tenant, limits: unbounded(limits), now },
    { query: asked.expr, start: FIRST, end: LAST, stepMs: 1000, limit: MAX_FRESH, isBackward: false },
  )
  return result.type === 'streams' ? entriesOf(result.streams, asked, true) : []
}

/** Limits are about questions; new entries are few. */
function unbounded(limits: Limits): Limits {
  return { ...limits, max_query_length: 0, max_query_lookback: 0, max_entries_limit_per_query: 0 }
}

const FIRST = { seconds: 0, nanos: 0 }
const LAST = { seconds: 253_402_300_800, nanos: 0 }

async function showPast(client: Client, limits: Limits, now: number): Promise<void> {
  const { asked, tailer, socket } = client
  const end = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1e6 }
  const limit = Math.min(asked.limit, MAX_FRESH)
  // A tail is not held to max_entries_limit_per_query; it is to the other limits.
  const asker = { tenant: asked.tenant, limits: { ...limits, max_entries_limit_per_query: 0 }, now }
  try {
    const { result } = await runRange(asker, { query: asked.expr, start: asked.start, end, stepMs: 1000, limit })
    const entries = result.type === 'streams' ? entriesOf(result.streams, asked, false) : []
    const keys = new Set(entries.map(keyOf))
    tailer.addPast(entries, (entry) => keys.has(keyOf(entry)))
    client.past = { keys, looks: 2 }
    tailer.tick(now)
  } catch (error) {
    socket.close(CLOSE.internal, (error as Error).message)
  }
}

/** In order of time. As in Loki, new entries of a query without stages show no metadata, unless labels are categorized. */
function entriesOf(streams: readonly ResultStream[], { expr, form }: TailAsked, isFresh: boolean): TailEntry[] {
  const isBare = form === 'categorized' || (isFresh && expr.stages.length === 0)
  const found = streams.flatMap(({ labels: all, entries }) =>
    entries.map((entry) => {
      const own = () => [...all].filter(([name]) => !entry.metadata.has(name) && !entry.parsed.has(name))
      const shown = { ...entry, labels: isBare ? new Map(own()) : all }
      return { ...shown, json: writeStream(shown, form) }
    }),
  )
  return found.sort(byTime)
}
