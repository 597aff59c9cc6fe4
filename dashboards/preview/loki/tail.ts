/** New lines as they come, over Loki's websocket. */
import { byTime, type Entry, readEntries } from './client.ts'

export interface TailEvents {
  /** Newest first. */
  entries(entries: readonly Entry[]): void
  /** The tail has ended; `why` for people, '' when nothing is wrong. */
  ended(why: string): void
}

const API = '/loki/api/v1/tail'

/** Returns what stops it. */
export function startTail(query: string, events: TailEvents): () => void {
  const params = new URLSearchParams({ query, limit: '100', start: `${Date.now() - 5 * 60_000}000000` })
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${API}?${params}`)
  let isStopped = false
  socket.addEventListener('message', ({ data }) => {
    try {
      const { streams } = JSON.parse(String(data)) as { streams?: unknown[] }
      const entries = readEntries(streams ?? []).sort((a, b) => byTime(b, a))
      if (entries.length > 0) events.entries(entries)
    } catch {
      // What is no JSON is no lines either; the next message may be.
    }
  })
  socket.addEventListener('close', ({ reason, wasClean }) => {
    if (!isStopped) events.ended(reason || (wasClean ? '' : 'The live tail ended: the server refused it, or is gone.'))
  })
  return () => {
    isStopped = true
    socket.close()
  }
}
