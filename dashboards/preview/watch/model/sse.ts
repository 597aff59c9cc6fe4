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
  let rest = ''
  let isStart = true
  let id = ''
  let event = ''
  let data: string[] = []
  let length = 0
  let retryMs: number | undefined
  const fields: ReadonlyMap<string, (value: string) => void> = new Map([
    [
      'id',
      (value: string) => {
        if (!value.includes('\0')) id = value
      },
    ],
    [
      'event',
      (value: string) => {
        event = value
      },
    ],
    [
      'data',
      (value: string) => {
        data.push(value)
        length += value.length + 1
      },
    ],
    [
      'retry',
      (value: string) => {
        if (/^\d{1,9}$/.test(value)) retryMs = Math.min(Number(value), MAX_RETRY_MS)
      },
    ],
  ])
  const readLine = (line: string): SseMessage | undefined => {
    if (line === '') {
      const message = data.length === 0 ? undefined : { id, event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      length = 0
      return message
    }
    const colon = line.indexOf(':')
    // A colon at the start is a comment: the server is alive.
    if (colon === 0) return undefined
    const name = colon < 0 ? line : line.slice(0, colon)
    fields.get(name)?.(colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, ''))
    return undefined
  }
  return {
    push(chunk) {
      rest += isStart ? chunk.replace(/^\ufeff/, '') : chunk
      if (chunk !== '') isStart = false
      // A CR at the end may be half of a CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop()!
      const messages = lines.flatMap((line) => readLine(line) ?? [])
      if (rest.length + length > MAX_LENGTH) throw new RangeError('the server sent an event that is too long')
      return messages
    },
    get retryMs() {
      return retryMs
    },
  }
}
