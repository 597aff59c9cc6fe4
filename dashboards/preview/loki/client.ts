/** Asks the Loki behind this origin, over HTTP and over the tail's websocket. */

import type { Labels } from '../model/frame.ts'
import type { Loose } from '../model/loose.ts'

export interface Entry {
  /** Nanoseconds since 1970, as text. */
  readonly time: string
  readonly line: string
  /** Of the stream, the structured metadata and what the query parsed. */
  readonly labels: Labels
}

export interface Series {
  readonly labels: Labels
  /** Milliseconds since 1970. */
  readonly times: readonly number[]
  readonly values: readonly number[]
}

export type Answer =
  | { readonly type: 'streams'; readonly entries: readonly Entry[]; readonly stats: Stats }
  | { readonly type: 'matrix' | 'vector' | 'scalar'; readonly series: readonly Series[]; readonly stats: Stats }

export interface Stats {
  readonly bytes: number
  readonly lines: number
  readonly seconds: number
}

export class AskError extends Error {}

const API = '/loki/api/v1'
/** Longer parameters go into a form: proxies refuse long URLs. */
const MAX_URL = 4000
const AGAIN_MS = 300

export async function ask(
  path: string,
  params: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Loose> {
  const form = new URLSearchParams(params)
  const isLong = form.toString().length > MAX_URL
  const send = () =>
    fetch(isLong ? `${API}/${path}` : `${API}/${path}?${form}`, {
      ...(isLong ? { method: 'POST', body: form } : {}),
      headers: { Accept: 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    })
  // Once more when the connection was lost: a question changes nothing.
  const response = await send()
    .catch(async (error) => {
      if (signal?.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      return send()
    })
    .catch((error) => {
      throw signal?.aborted ? error : new AskError('The server does not answer. Does it still run?')
    })
  const text = await response.text()
  if (!response.ok) throw new AskError(messageOf(text) || `The server answered ${response.status}.`)
  try {
    return JSON.parse(text)
  } catch {
    throw new AskError('The server answered what is no JSON. Is it a Loki?')
  }
}

function messageOf(text: string): string {
  try {
    const { message, error } = JSON.parse(text)
    return String(message ?? error ?? text)
  } catch {
    return text.trim().slice(0, 2000)
  }
}

export interface Range {
  readonly from: number
  readonly to: number
  readonly stepMs?: number
  readonly limit?: number
  readonly isForward?: boolean
}

export async function queryRange(query: string, range: Range, signal?: AbortSignal): Promise<Answer> {
  const params: Record<string, string> = { query, start: `${range.from}000000`, end: `${range.to}000000` }
  if (range.stepMs !== undefined) params['step'] = String(range.stepMs / 1000)
  params['limit'] = String(range.limit ?? 1000)
  params['direction'] = range.isForward === true ? 'forward' : 'backward'
  return readAnswer(await ask('query_range', params, signal))
}

export async function queryInstant(query: string, time: number, limit = 1000, signal?: AbortSignal): Promise<Answer> {
  return readAnswer(await ask('query', { query, time: `${time}000000`, limit: String(limit) }, signal))
}

export async function labelNames({ from, to }: Range): Promise<string[]> {
  const { data } = await ask('labels', { start: `${from}000000`, end: `${to}000000` })
  return Array.isArray(data) ? data : []
}

export async function labelValues(name: string, { from, to }: Range, selector?: string): Promise<string[]> {
  const params = { start: `${from}000000`, end: `${to}000000`, ...(selector ? { query: selector } : {}) }
  const { data } = await ask(`label/${encodeURIComponent(name)}/values`, params)
  return Array.isArray(data) ? data : []
}

/** Fields of structured metadata and of the lines, for completion. */
export async function detectedFields(query: string, { from, to }: Range): Promise<string[]> {
  const params = { query, start: `${from}000000`, end: `${to}000000`, line_limit: '200', limit: '200' }
  const { fields } = await ask('detected_fields', params)
  return Array.isArray(fields) ? fields.map(({ label }: { label: string }) => label) : []
}

export function readAnswer({ data }: { data: Loose }): Answer {
  const { resultType, result } = data
  const stats = readStats(data.stats)
  if (resultType === 'streams') return { type: 'streams', entries: readEntries(result), stats }
  if (resultType === 'scalar') {
    const [time, value] = result
    return { type: 'scalar', series: [{ labels: new Map(), times: [time * 1000], values: [Number(value)] }], stats }
  }
  const series = result.map(({ metric, values, value }: Loose) => {
    const points: [number, string][] = values ?? [value]
    const times = points.map(([time]) => Math.round(time * 1000))
    return { labels: new Map(Object.entries(metric)), times, values: points.map((point) => readNumber(point[1])) }
  })
  return { type: resultType, series, stats }
}

function readNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

export function readEntries(streams: Loose[]): Entry[] {
  return streams.flatMap(({ stream, values }: Loose) => {
    const labels = new Map<string, string>(Object.entries(stream))
    return values.map(([time, line]: [string, string]) => ({ time, line, labels }))
  })
}

function readStats(stats: Loose): Stats {
  const { totalBytesProcessed = 0, totalLinesProcessed = 0, execTime = 0 } = stats?.summary ?? {}
  return { bytes: totalBytesProcessed, lines: totalLinesProcessed, seconds: execTime }
}

/** Compares nanoseconds as text. */
export function byTime(a: Entry, b: Entry): number {
  return a.time.length - b.time.length || (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)
}
