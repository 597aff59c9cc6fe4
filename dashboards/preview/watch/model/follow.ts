/** Follows a stream of server-sent events for as long as somebody wants it: asks again where it broke off, ever more slowly. */
import { createSseParser, type SseMessage } from './sse.ts'

export type FollowState = 'connecting' | 'live' | 'waiting' | 'refused'

export interface FollowOptions {
  /** One try; `lastId` is what has been seen. Rejects when nothing can be reached. */
  open(lastId: string, signal: AbortSignal): Promise<Response>
  readonly lastId: string
  message(message: SseMessage): void
  /** `why`: for people, where there is a reason. */
  state(state: FollowState, why: string): void
  /** Resolves after so long, or at once when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  random(): number
  readonly signal: AbortSignal
}

const FIRST_WAIT_MS = 1000
const MAX_WAIT_MS = 30_000
/** The server says something every 15 s. */
export const SILENCE_MS = 45_000
/** A wrong question stays wrong; 401 has been asked about already. */
const HOPELESS = new Set([400, 401, 403, 404, 405])

/** Resolves when the signal is aborted or the server will never answer. Never rejects. */
export async function follow(options: FollowOptions): Promise<void> {
  const { signal } = options
  let lastId = options.lastId
  let tries = 0
  let asked: number | undefined
  while (!signal.aborted) {
    options.state('connecting', '')
    const end = await once(options, lastId, (id) => {
      tries = 0
      if (id !== '') lastId = id
    })
    if (signal.aborted) return
    if (end.isFinal) return options.state('refused', end.why)
    asked = end.waitMs ?? asked
    const wait = Math.max(asked ?? 0, backoff(tries++, options.random))
    asked = undefined
    options.state('waiting', end.why)
    await options.sleep(wait, signal)
  }
}

/** Doubling, and at random within the upper half: the tabs of a team do not come back all at once. */
export function backoff(tries: number, random: () => number): number {
  const most = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 20))
  return most / 2 + (most / 2) * random()
}

interface End {
  readonly why: string
  readonly isFinal: boolean
  readonly waitMs?: number | undefined
}

/** `seen` is called for every sign of life, with an event's id or ''. */
async function once(options: FollowOptions, lastId: string, seen: (id: string) => void): Promise<End> {
  const { signal } = options
  const ended = new AbortController()
  const stop = () => ended.abort()
  signal.addEventListener('abort', stop)
  try {
    const response = await unlessSilent(options.open(lastId, ended.signal), options.sleep)
    if (response === undefined) return { why: 'the server does not answer', isFinal: false }
    if (!response.ok || response.body === null) {
      void response.body?.cancel().catch(() => {})
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      const waitMs = seconds > 0 ? Math.min(seconds * 1000, 10 * MAX_WAIT_MS) : undefined
      return { why: `the server answered ${response.status}`, isFinal: HOPELESS.has(response.status), waitMs }
    }
    options.state('live', '')
    const waitMs = await read(response.body, options, ended, seen)
    return { why: 'the server ended the stream', isFinal: false, waitMs }
  } catch (error) {
    return { why: (error as Error).message, isFinal: false }
  } finally {
    signal.removeEventListener('abort', stop)
    ended.abort()
  }
}

async function read(
  body: ReadableStream<Uint8Array>,
  { message, sleep }: FollowOptions,
  ended: AbortController,
  seen: (id: string) => void,
): Promise<number | undefined> {
  const parser = createSseParser()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const chunk = await unlessSilent(reader.read(), sleep)
    if (chunk === undefined) {
      void reader.cancel().catch(() => {})
      return undefined
    }
    if (chunk.done) return parser.retryMs
    seen('')
    for (const each of parser.push(decoder.decode(chunk.value, { stream: true }))) {
      if (ended.signal.aborted) return undefined
      message(each)
      seen(each.id)
    }
  }
}

/** undefined when nothing came for longer than the server is ever silent: the line is dead, and nobody says so. */
async function unlessSilent<T>(promise: Promise<T>, sleep: FollowOptions['sleep']): Promise<T | undefined> {
  const got = new AbortController()
  try {
    return await Promise.race([promise, sleep(SILENCE_MS, got.signal).then(() => undefined)])
  } finally {
    got.abort()
  }
}
