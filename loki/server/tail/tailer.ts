/** One client of a tail: its entries wait for their time, go out in small answers, and are dropped when it is slow. */

import { writeLabels } from '../../../shipper/wire/labels.ts'
import { nanosText, textJson } from '../answer.ts'
import { writeLegacyStream, writeRfc3339 } from '../legacyquery.ts'
import type { WebSocket } from '../websocket.ts'

export interface TailEntry {
  readonly seconds: number
  readonly nanos: number
  readonly line: string
  /** As the answer shows them. */
  readonly labels: ReadonlyMap<string, string>
  readonly metadata: ReadonlyMap<string, string>
  readonly parsed: ReadonlyMap<string, string>
  /** As one stream of an answer, written once for all clients that get it. */
  readonly json: string
}

export interface TailerOptions {
  readonly socket: WebSocket
  /** Entries are shown when they are older than this. */
  readonly delayMs: number
  readonly form: EntryForm
}

export interface Tailer {
  /** Takes entries in order of time. */
  add(entries: readonly TailEntry[]): void
  /** Takes the entries of before, of which some may have come as new ones already. */
  addPast(entries: readonly TailEntry[], isAmong: (entry: TailEntry) => boolean): void
  /** Sends what is due. */
  tick(nowMs: number): void
}

export type EntryForm = 'plain' | 'categorized' | 'legacy'

/** Writes an entry as one stream of an answer. */
export function writeStream(entry: Omit<TailEntry, 'json'>, form: EntryForm): string {
  if (form === 'legacy') return writeLegacyStream({ labels: entry.labels, entries: [entry] })
  const categories = form === 'categorized' ? `,${writeCategories(entry)}` : ''
  const value = `["${nanosText(entry.seconds, entry.nanos)}",${textJson(entry.line)}${categories}]`
  return `{"stream":${writeMap(entry.labels)},"values":[${value}]}`
}

export function byTime(a: TailEntry, b: TailEntry): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}

/** pkg/querier/tail/tail.go. */
const ENTRIES_PER_ANSWER = 100
const MAX_DROPPED = 1000
/** A client that has so much before it is slow: what comes then is dropped. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024
/** Entries of the future, and those that delay_for holds back. */
const MAX_WAITING = 10_000
/** A client that takes nothing for so long is gone. */
const MAX_BLOCKED_MS = 15_000

export function createTailer({ socket, delayMs, form }: TailerOptions): Tailer {
  let waiting: TailEntry[] = []
  let dropped: TailEntry[] = []
  let blockedSince: number | undefined
  const drop = (entry: TailEntry) => {
    if (dropped.length < MAX_DROPPED) dropped.push(entry)
  }
  const add = (entries: readonly TailEntry[]) => {
    if (entries.length === 0) return
    waiting = waiting.length === 0 ? [...entries] : [...waiting, ...entries].sort(byTime)
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
        socket.text(write(part, dropped, form))
        dropped = []
      }
      if (socket.pending() <= MAX_PENDING_BYTES) blockedSince = undefined
      else blockedSince ??= nowMs
      if (blockedSince !== undefined && nowMs - blockedSince > MAX_BLOCKED_MS)
        socket.close(1011, 'the client is too slow')
    },
  }
}

function write(entries: readonly TailEntry[], dropped: readonly TailEntry[], form: EntryForm): string {
  const parts = [`"streams":[${entries.map(({ json }) => json).join(',')}]`]
  if (form === 'legacy') {
    parts.push(`"dropped_entries":${dropped.length === 0 ? 'null' : `[${dropped.map(writeLegacyLost).join(',')}]`}`)
  } else if (dropped.length > 0) parts.push(`"dropped_entries":[${dropped.map(writeLost).join(',')}]`)
  if (form === 'categorized') parts.push('"encodingFlags":["categorize-labels"]')
  return `{${parts.join(',')}}`
}

function writeLost({ seconds, nanos, labels }: TailEntry): string {
  return `{"timestamp":"${nanosText(seconds, nanos)}","labels":${writeMap(labels)}}`
}

function writeLegacyLost({ seconds, nanos, labels }: TailEntry): string {
  return JSON.stringify({ Timestamp: writeRfc3339(seconds, nanos), Labels: writeLabels([...labels]) })
}

function writeCategories({ metadata, parsed }: Pick<TailEntry, 'metadata' | 'parsed'>): string {
  const parts: string[] = []
  if (metadata.size > 0) parts.push(`"structuredMetadata":${writeMap(metadata)}`)
  if (parsed.size > 0) parts.push(`"parsed":${writeMap(parsed)}`)
  return `{${parts.join(',')}}`
}

function writeMap(labels: ReadonlyMap<string, string>): string {
  return `{${[...labels].map(([name, value]) => `${JSON.stringify(name)}:${textJson(value)}`).join(',')}}`
}
