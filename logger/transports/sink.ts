/**
 * A transport of ours: a winston transport that can also be handed a line at once, past winston's stream. A slow transport
 * of somebody else then holds up neither the lines of this one nor, at process.exit, loses them.
 */
import Transport from 'winston-transport'
import type { Entry } from '../entry.ts'
import type { LogLevel } from '../levels.ts'

/** The line of an entry, JSON and redacted, whatever the console shows. Set on entries by our loggers. */
export const LINE = Symbol.for('longship.logger.line')
/** Set when our transports have taken an entry already. */
export const TAKEN = Symbol.for('longship.logger.taken')
/** triple-beam's: what winston and its transports decide by. */
export const LEVEL = Symbol.for('level')
/** What winston has the finished text under. */
export const MESSAGE = Symbol.for('message')

export interface Taken extends Entry {
  [LINE]?: string
  [TAKEN]?: true
  [MESSAGE]?: string
  [LEVEL]?: string
}

/** Takes one entry at once; must not throw. `line`: JSON. `text`: in the logger's format. */
export type Take = (line: string, text: string) => void

export interface SinkOptions {
  readonly take: Take
  readonly level?: LogLevel | undefined
  /** Everything taken so far is where it should be, or the time is over. */
  readonly flush?: (timeoutMs: number) => Promise<FlushResult>
  readonly close?: (timeoutMs: number) => Promise<FlushResult>
}

/** What became of the lines that were on their way. */
export interface FlushResult {
  /** Lines that were not delivered in time: still waiting after flush(), in the spool after close(). */
  readonly pending: number
  /** Lines lost since the start: the queue was full and there is no spool, or Loki refused them for good. */
  readonly lost: number
}

export const NOTHING_LEFT: FlushResult = { pending: 0, lost: 0 }

/** Give it to createLogger, or to any winston logger. */
export class SinkTransport extends Transport {
  readonly #options: SinkOptions

  constructor(options: SinkOptions) {
    super(options.level === undefined ? {} : { level: options.level })
    this.#options = options
  }

  take(entry: Taken): void {
    const text = entry[MESSAGE] ?? ''
    this.#options.take(entry[LINE] ?? text, text)
  }

  /** winston's way in: for entries of a logger that is not ours. */
  override log(entry: Taken, next: () => void): void {
    if (entry[TAKEN] !== true) this.take(entry)
    next()
  }

  flush(timeoutMs = 10_000): Promise<FlushResult> {
    return this.#options.flush?.(timeoutMs) ?? Promise.resolve(NOTHING_LEFT)
  }

  /** Delivers what waits, or spools it. Named apart from winston's own close(), which cannot be waited for. */
  finish(timeoutMs: number): Promise<FlushResult> {
    return this.#options.close?.(timeoutMs) ?? Promise.resolve(NOTHING_LEFT)
  }
}
