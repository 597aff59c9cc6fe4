/**
 * Docker's attach and logs streams: frames of an 8-byte header (stream 0–2, three zeroes, length big-endian) and payload.
 * A container with a TTY has no frames: its bytes are recognised by a first header that cannot be one.
 */
export type FrameStream = 'stdin' | 'stdout' | 'stderr' | 'tty'

/** `first`: a frame begins with these bytes (an RFC3339 time may stand there). Bytes are only valid during the call. */
export type OnPayload = (stream: FrameStream, bytes: Uint8Array, first: boolean) => void

/** Docker itself never sends as much in one frame; a longer one means that we are out of step or under attack. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024

const HEADER_BYTES = 8
const LINE_FEED = 10
const STREAMS = ['stdin', 'stdout', 'stderr'] as const

export class StreamFrames {
  /** Payload bytes beyond the cap, passed over. */
  skipped = 0
  #mode: 'unknown' | 'frames' | 'tty' = 'unknown'
  #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  #stream: FrameStream = 'stdout'
  /** Bytes of the current frame still to come, those to skip among them. */
  #left = 0
  #allowed = 0
  #first = false

  /** True when the stream turned out to have no frames. */
  get isTty(): boolean {
    return this.#mode === 'tty'
  }

  push(bytes: Uint8Array, onPayload: OnPayload): void {
    let at = 0
    while (at < bytes.length && this.#mode !== 'tty') {
      at = this.#left > 0 ? this.#payload(bytes, at, onPayload) : this.#readHeader(bytes, at, onPayload)
    }
    if (at < bytes.length) onPayload('tty', bytes.subarray(at), false)
  }

  /** The end: bytes held as the beginning of a header may have been a TTY's few. */
  flush(onPayload: OnPayload): void {
    if (this.#mode === 'unknown' && this.#headerBytes > 0)
      onPayload('tty', this.#header.subarray(0, this.#headerBytes), true)
    this.#headerBytes = 0
  }

  #readHeader(bytes: Uint8Array, at: number, onPayload: OnPayload): number {
    const taken = Math.min(HEADER_BYTES - this.#headerBytes, bytes.length - at)
    this.#header.set(bytes.subarray(at, at + taken), this.#headerBytes)
    this.#headerBytes += taken
    // Told at once by the first bytes: a TTY may never send eight.
    if (!isHeader(this.#header, this.#headerBytes)) {
      // A broken header later in the stream is the same: from here on the bytes have no frames we could trust.
      this.#mode = 'tty'
      const held = this.#header.subarray(0, this.#headerBytes)
      this.#headerBytes = 0
      onPayload('tty', held, true)
      return at + taken
    }
    if (this.#headerBytes < HEADER_BYTES) return at + taken
    this.#mode = 'frames'
    this.#headerBytes = 0
    this.#stream = STREAMS[this.#header[0]!]!
    this.#left = this.#header.readUInt32BE(4)
    this.#allowed = Math.min(this.#left, MAX_FRAME_BYTES)
    this.#first = true
    return at + taken
  }

  #payload(bytes: Uint8Array, at: number, onPayload: OnPayload): number {
    const taken = Math.min(this.#left, bytes.length - at)
    const kept = Math.min(taken, this.#allowed)
    if (kept > 0) onPayload(this.#stream, bytes.subarray(at, at + kept), this.#first)
    this.#first = false
    this.#left -= taken
    this.#allowed -= kept
    this.skipped += taken - kept
    // What is passed over may end the line; without its end the next message would be taken for more of this one.
    if (this.#left === 0 && taken > kept && bytes[at + taken - 1] === LINE_FEED) {
      onPayload(this.#stream, bytes.subarray(at + taken - 1, at + taken), false)
    }
    return at + taken
  }
}

function isHeader(header: Uint8Array, length: number): boolean {
  if (header[0]! > 2) return false
  for (let i = 1; i < Math.min(4, length); i++) if (header[i] !== 0) return false
  return true
}
