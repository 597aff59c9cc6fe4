/** Lines to standard output (default) or error. A reader that went away (EPIPE) ends the output, not the program. */
import type { LogLevel } from '../levels.ts'
import { type FlushResult, NOTHING_LEFT, SinkTransport } from './sink.ts'

export interface StdoutOptions {
  /** Default: process.stdout. */
  readonly stream?: NodeJS.WritableStream
  readonly level?: LogLevel
  /**
   * Of standard output and error when they are pipes: a line is out when the call returns, and a reader that stands still
   * holds the program up, as in other languages. False: Node keeps what a full pipe does not take in memory, however much
   * that becomes, and process.exit() throws it away. Default true.
   */
  readonly isBlocking?: boolean
}

/**
 * A line is out when the call returns, also before process.exit: files, terminals and pipes are written to at once.
 * @example createLogger({ service: 'api', transports: [stdoutTransport({ stream: process.stderr, level: 'error' })] })
 */
export function stdoutTransport(options: StdoutOptions = {}): SinkTransport {
  const { stream = process.stdout, level, isBlocking = true } = options
  guard(stream)
  if (isBlocking && (stream === process.stdout || stream === process.stderr)) block(stream)
  return new SinkTransport({
    level,
    take(_line, text) {
      if (stream.writable) stream.write(`${text}\n`)
    },
    flush: (timeoutMs) => written(stream, timeoutMs),
    close: (timeoutMs) => written(stream, timeoutMs),
  })
}

/** Sockets, files opened as streams, and the output of worker threads are written later: what waits is waited for. */
function written(stream: NodeJS.WritableStream, timeoutMs: number): Promise<FlushResult> {
  const { writableLength = 0 } = stream as { writableLength?: number }
  if (writableLength === 0 || !stream.writable) return Promise.resolve(NOTHING_LEFT)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(NOTHING_LEFT), timeoutMs)
    stream.write('', () => {
      clearTimeout(timer)
      resolve(NOTHING_LEFT)
    })
  })
}

/** Pipes and sockets are Node's only streams of these that wait; a worker thread's have no handle. */
function block(stream: NodeJS.WritableStream): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (isBlocking: boolean) => unknown } }
  try {
    handle?.setBlocking?.(true)
  } catch {}
}

const guarded = new WeakSet<NodeJS.WritableStream>()

/** Without a listener an error of stdout would end the program. */
function guard(stream: NodeJS.WritableStream): void {
  if (guarded.has(stream)) return
  guarded.add(stream)
  stream.on('error', () => {})
}
