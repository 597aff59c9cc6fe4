/**
 * Server-sent events: the log from a place on, then what comes, without a gap or a double between the two. The log never
 * waits for a reader: one that is too slow is cut off, and goes on where it was by Last-Event-ID.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { LogEvent } from '../events/event.ts'
import { matcherOf } from '../events/filter.ts'
import { eventJson } from '../events/json.ts'
import { EVENT_STREAM_TYPE, type StreamStart } from './operation.ts'
import type { EventsPart } from './parts.ts'
import { ProblemError } from './problem.ts'
import { networkOf } from './rate.ts'
import { HEADERS } from './send.ts'

export interface StreamLimits {
  readonly streams: number
  readonly streams_of_address: number
  /** Bytes that wait for a slow reader. */
  readonly buffer_bytes: number
  readonly comment_every_ms: number
}

export const STREAM_LIMITS: StreamLimits = {
  streams: 32,
  streams_of_address: 16,
  buffer_bytes: 1024 * 1024,
  comment_every_ms: 15_000,
}
/** Events of the past that are written at a time: then the reader must have taken them, and others have their turn. */
const PAGE_EVENTS = 500
const PAGE_BYTES = 64 * 1024
/** Comments in a row that find the ones before not taken: the reader is gone without a word. */
const MAX_STALLED = 4

export interface Streams {
  /** Throws a ProblemError 429 or 503 when there are too many, or all are closing. */
  open(request: IncomingMessage, response: ServerResponse, start: StreamStart): void
  stats(): { readonly open: number; readonly opened: number; readonly cut_off: number }
  close(): void
}

interface Reader {
  readonly response: ServerResponse
  readonly socket: Socket
  readonly network: string
  stalled: number
  unsubscribe: () => void
}

export function createStreams(events: EventsPart, limits: StreamLimits): Streams {
  const readers = new Set<Reader>()
  const counts = { opened: 0, cut_off: 0 }
  let isClosed = false
  const cutOff = (reader: Reader) => {
    counts.cut_off++
    reader.socket.destroy()
  }
  const timer = setInterval(() => {
    for (const reader of readers) {
      reader.stalled = reader.response.writableLength > 0 ? reader.stalled + 1 : 0
      if (reader.stalled >= MAX_STALLED) cutOff(reader)
      else reader.response.write(': still here\n\n')
    }
  }, limits.comment_every_ms)
  timer.unref()
  return {
    open(request, response, start) {
      const network = networkOf(request.socket.remoteAddress ?? '')
      demandRoom(readers, network, limits, isClosed)
      const { socket } = request
      const reader: Reader = { response, socket, network, stalled: 0, unsubscribe: () => {} }
      readers.add(reader)
      counts.opened++
      const end = () => {
        reader.unsubscribe()
        readers.delete(reader)
        response.off('close', end)
        socket.off('close', end)
      }
      response.on('close', end)
      // A response that waits behind another one on its connection is not told when that closes.
      socket.on('close', end)
      response.on('error', () => socket.destroy())
      response.writeHead(200, { ...HEADERS, 'Content-Type': EVENT_STREAM_TYPE, 'X-Accel-Buffering': 'no' })
      response.write('retry: 3000\n\n')
      feed(reader, events, start, limits, () => cutOff(reader))
    },
    stats: () => ({ open: readers.size, ...counts }),
    close() {
      isClosed = true
      clearInterval(timer)
      for (const { response } of readers) response.end()
    },
  }
}

function demandRoom(readers: ReadonlySet<Reader>, network: string, limits: StreamLimits, isClosed: boolean): void {
  const retry = { 'Retry-After': '10' }
  if (isClosed) throw new ProblemError('busy', 'The server is closing.', [], retry)
  const ofAddress = [...readers].filter((reader) => reader.network === network).length
  if (ofAddress >= limits.streams_of_address) {
    throw new ProblemError('crowded', `This address has ${ofAddress} streams open, which is all it may.`, [], retry)
  }
  if (readers.size >= limits.streams) {
    throw new ProblemError('busy', `There are ${readers.size} streams open, which is all there may be.`, [], retry)
  }
}

/** The past page by page, each when the one before was taken; the last page and the subscription are one step. */
function feed(reader: Reader, events: EventsPart, start: StreamStart, limits: StreamLimits, cutOff: () => void): void {
  const { response } = reader
  const { filter } = start
  const isWanted = matcherOf(filter)
  const isOver = () => reader.socket.destroyed || response.destroyed || response.writableEnded
  let last = start.after
  const write = (event: LogEvent) => {
    last = event.seq
    response.write(`id: ${event.seq}\nevent: log_event\ndata: ${JSON.stringify(eventJson(event))}\n\n`)
  }
  const live = (event: LogEvent) => {
    if (isOver() || (last !== undefined && event.seq <= last) || !isWanted(event)) return
    write(event)
    if (response.writableLength > limits.buffer_bytes) cutOff()
  }
  const next = () => {
    if (isOver()) return
    const page = last === undefined ? [] : events.since(last, { ...filter, limit: PAGE_EVENTS })
    for (const event of page) {
      write(event)
      if (response.writableLength > PAGE_BYTES) return void response.once('drain', next)
    }
    if (page.length < PAGE_EVENTS) reader.unsubscribe = events.subscribe(live)
    else setImmediate(next)
  }
  next()
}
