/** Reads server-sent events out of the text of a stream, however it is cut into chunks (WHATWG HTML §9.2.6). */

export interface SseMessage {
  /** '' unless the stream said one since. */
  readonly id: string
  readonly event: string
  readonly data: string
}

export interface SseParser {
  /** What the chunk completed. Throws a RangeError when one message is longer than anything the server sends. */
  push(chunk: string): SseMessage[]
  /** Milliseconds that the server asks to wait before the next try. */
  readonly retryMs: number | undefined
}

/** An event has 500 bytes of message and some captures. */
const MAX_LENGTH = 1 << 20
const MAX_RETRY_MS = 60_000

export function createSseParser(): SseParser {
  return new Parser()
}

class Parser implements SseParser {
  retryMs: number | undefined
  private rest = ''
  private isStart = true
  private id = ''
  private event = ''
  private data: string[] = []
  private length = 0

  push(chunk: string): SseMessage[] {
    this.rest += this.isStart ? chunk.replace(/^\ufeff/, '') : chunk
    if (chunk !== '') this.isStart = false
    // A CR at the end may be half of a CRLF.
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop()!
    const messages = lines.flatMap((line) => (line === '' ? this.dispatch() : this.read(line)))
    if (this.rest.length + this.length > MAX_LENGTH) throw new RangeError('the server sent an event that is too long')
    return messages
  }

  private read(line: string): [] {
    const colon = line.indexOf(':')
    // A colon at the start is a comment: the server is alive.
    if (colon !== 0) {
      const name = colon < 0 ? line : line.slice(0, colon)
      this.take(name, colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, ''))
    }
    return []
  }

  private take(name: string, value: string): void {
    if (name === 'id' && !value.includes('\0')) this.id = value
    else if (name === 'event') this.event = value
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Math.min(Number(value), MAX_RETRY_MS)
    else if (name === 'data') {
      this.data.push(value)
      this.length += value.length + 1
    }
  }

  /** A message is what has data; an empty line ends it. */
  private dispatch(): SseMessage[] {
    const { id, event, data } = this
    this.event = ''
    this.data = []
    this.length = 0
    return data.length === 0 ? [] : [{ id, event: event || 'message', data: data.join('\n') }]
  }
}
