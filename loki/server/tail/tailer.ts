/** One client of a tail: its entries wait for their time, go out in small answers, and are dropped when it is slow. */

import { nanosText } from '../answer.ts'
import { writeLegacyStream } from '../legacyquery.ts'
import type { WebSocket } from '../websocket.ts'

export interface TailEntry {
  readonly seconds: number
  readonly nanos: number
  readonly line: string
  /** As the answer shows them. */
  readonly labels: ReadonlyMap<string, string>
  readonly metadata: ReadonlyMap<string, string>
  readonly parsed: ReadonlyMap<string, string>
}

export interface TailerOptions {
  readonly socket: WebSocket
  /** Entries are shown when they are older than this. */
  readonly delayMs: number
  readonly isCategorized: boolean
  readonly isLegacy: boolean
}

export interface Tailer {
  /** Takes entries, the oldest first. */
  add(entries: readonly TailEntry[]): void
  /** Takes the entries of before, of which some may have come as new ones already. */
  addPast(entries: readonly TailEntry[], isAmong: (entry: TailEntry) => boolean): void
  /** Sends what is due. */
  tick(nowMs: number): void
}

/** pkg/querier/tail/tail.go. */
const ENTRIES_PER_ANSWER = 100
const MAX_DROPPED = 1000
/** A client that has so much before it is slow: what comes then is dropped. */
const MAX_PENDING_BYTES = 1024 * 1024
/** Entries of the future, and those that delay_for holds back. */
const MAX_WAITING = 10_000
/** A client that takes nothing for so long is gone. */
const MAX_BLOCKED_MS = 15_000

export function createTailer({ socket, delayMs, isCategorized, isLegacy }: TailerOptions): Tailer {
  let waiting: TailEntry[] = []
  let dropped: TailEntry[] = []
  let blockedSince: number | undefined
  const drop = (entry: TailEntry) => {
    if (dropped.length < MAX_DROPPED) dropped.push(entry)
  }
  const add = (entries: readonly TailEntry[]) => {
    if (entries.length === 0) return
    waiting = [...waiting, ...entries].sort((a, b) => a.seconds - b.seconds || a.nanos - b.nanos)
    for (const entry of waiting.splice(0, Math.max(0, waiting.length - MAX_WAITING))) drop(entry)
  }
  return {
    add,
    addPast(entries, isAmong) {
      waiting = waiting.filter((entry) => !isAmong(entry))
      add(entries)
    },
    tick(nowMs) {
      const isDue = (entry: TailEntry) => entry.seconds * 1000 + entry.nanos / 1e6 + delayMs < nowMs
      let due = waiting.findIndex((entry) => !isDue(entry))
      if (due < 0) due = waiting.length
      const entries = waiting.splice(0, due)
      for (let at = 0; at < entries.length; at += ENTRIES_PER_ANSWER) {
        const part = entries.slice(at, at + ENTRIES_PER_ANSWER)
        if (socket.pending() > MAX_PENDING_BYTES) {
          for (const entry of part) drop(entry)
          continue
        }
        socket.text(isLegacy ? writeLegacy(part, dropped) : write(part, dropped, isCategorized))
        dropped = []
      }
      if (socket.pending() <= MAX_PENDING_BYTES) blockedSince = undefined
      else blockedSince ??= nowMs
      if (blockedSince !== undefined && nowMs - blockedSince > MAX_BLOCKED_MS)
        socket.close(1011, 'the client is too slow')
    },
  }
}

function write(entries: readonly TailEntry[], dropped: readonly TailEntry[], isCategorized: boolean): string {
  const streams = entries.map((entry) => {
    const categories = isCategorized ? `,${writeCategories(entry)}` : ''
    const value = `["${nanosText(entry.seconds, entry.nanos)}",${JSON.stringify(entry.line)}${categories}]`
    return `{"stream":${writeMap(entry.labels)},"values":[${value}]}`
  })
  const lost = dropped.map(
    ({ seconds, nanos, labels }) => `{"timestamp":"${nanosText(seconds, nanos)}","labels":${writeMap(labels)}}`,
  )
  const parts = [`"streams":[${streams.join(',')}]`]
  if (lost.length > 0) parts.push(`"dropped_entries":[${lost.join(',')}]`)
  if (isCategorized) parts.push('"encodingFlags":["categorize-labels"]')
  return `{${parts.join(',')}}`
}

function writeCategories({ metadata, parsed }: TailEntry): string {
  const parts: string[] = []
  if (metadata.size > 0) parts.push(`"structuredMetadata":${writeMap(metadata)}`)
  if (parsed.size > 0) parts.push(`"parsed":${writeMap(parsed)}`)
  return `{${parts.join(',')}}`
}

function writeMap(labels: ReadonlyMap<string, string>): string {
  return `{${[...labels].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

function writeLegacy(entries: readonly TailEntry[], dropped: readonly TailEntry[]): string {
  const streams = entries.map((entry) => writeLegacyStream({ labels: entry.labels, entries: [entry] }))
  const lost = dropped.map((entry) => {
    const { labels, entries: times } = JSON.parse(writeLegacyStream({ labels: entry.labels, entries: [entry] }))
    return JSON.stringify({ Timestamp: times[0].ts, Labels: labels })
  })
  return `{"streams":[${streams.join(',')}],"dropped_entries":${lost.length === 0 ? 'null' : `[${lost.join(',')}]`}}`
}
