/**
 * What the logs endpoint sends → lines as CRI has them, which framing/ reads already: a time, the stream, F or P, the text.
 * Frames and a TTY's plain bytes are told apart by framing/; a message without its line end is a part of the next.
 */
import { type FrameStream, StreamFrames } from '../framing/index.ts'
import { readTimeValue } from '../terms/time.ts'

export interface LogLine {
  /** As Docker wrote it: with the stream, what a line is known by when it comes again. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  readonly isPartial: boolean
  readonly text: Buffer
}

const LINE_FEED = 10
const RETURN = 13
/** Held of a message whose end has not come; the rest follows as a further part. The joined line is capped by the framer. */
const MAX_HELD_BYTES = 256 * 1024
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const RUNTIME_TIME = { zone: 'UTC', now: { seconds: 0, nanos: 0 } }
/** Of the longest time, with its zone. */
const MAX_TIME_BYTES = 36

interface Held {
  parts: Buffer[]
  bytes: number
}

export class DockerLines {
  private readonly frames = new StreamFrames()
  private readonly held = new Map<'stdout' | 'stderr', Held>()
  private lastTime: string
  private readonly onLine: (line: LogLine) => void

  /** `time` stands in for one that a line does not have. */
  constructor(time: string, onLine: (line: LogLine) => void) {
    this.lastTime = time
    this.onLine = onLine
  }

  push(bytes: Uint8Array): void {
    this.frames.push(bytes, this.onPayload)
  }

  /** The stream is over: what is held is all there is of it. */
  end(): void {
    this.frames.flush(this.onPayload)
    for (const [stream, held] of this.held) if (held.bytes > 0) this.emit(stream, held, false)
  }

  private onPayload = (from: FrameStream, payload: Uint8Array, isFirst: boolean): void => {
    const stream = from === 'stderr' ? 'stderr' : 'stdout'
    const held = this.of(stream)
    // A new frame is a new message: the one before had no line end.
    if (isFirst && from !== 'tty' && held.bytes > 0) this.emit(stream, held, true)
    const bytes = Buffer.from(payload)
    for (let at = 0; at < bytes.length; ) {
      const lineEnd = bytes.indexOf(LINE_FEED, at)
      const end = lineEnd < 0 ? bytes.length : lineEnd
      const part = bytes.subarray(at, end)
      if (part.length > 0) held.parts.push(part)
      held.bytes += part.length
      at = end + 1
      if (lineEnd >= 0) this.emit(stream, held, false)
      else if (held.bytes > MAX_HELD_BYTES) this.emit(stream, held, true)
    }
  }

  private of(stream: 'stdout' | 'stderr'): Held {
    let held = this.held.get(stream)
    if (held === undefined) {
      held = { parts: [], bytes: 0 }
      this.held.set(stream, held)
    }
    return held
  }

  private emit(stream: 'stdout' | 'stderr', held: Held, isPartial: boolean): void {
    let text = held.parts.length === 1 ? held.parts[0] : Buffer.concat(held.parts)
    const space = text.subarray(0, MAX_TIME_BYTES).indexOf(32)
    const time = space > 0 ? text.toString('latin1', 0, space) : ''
    // Only what is one: an application may well begin a line with digits of its own.
    if (TIME.test(time) && readTimeValue(time, RUNTIME_TIME) !== undefined) {
      this.lastTime = time
      text = text.subarray(space + 1)
    }
    if (text[text.length - 1] === RETURN) text = text.subarray(0, -1)
    held.parts = []
    held.bytes = 0
    this.onLine({ time: this.lastTime, stream, isPartial, text })
  }
}

export function writeCri({ time, stream, isPartial, text }: LogLine): Buffer {
  return Buffer.concat([Buffer.from(`${time} ${stream} ${isPartial ? 'P' : 'F'} `), text, Buffer.from('\n')])
}
