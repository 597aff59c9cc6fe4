/**
 * Cuts a TCP stream into syslog messages, as RFC 6587 has them: "57 <34>1 …" counted in octets, or one a line. Told message
 * by message, as senders change their mind when they reconnect through a relay. Bounded: a longer message keeps its first
 * bytes, and says how many are gone.
 */

/** `cut`: bytes that were longer than the limit. */
export type OnMessage = (text: string, cut: number) => void

const LINE_FEED = 10
const SPACE = 32
const ZERO = 48
const LESS_THAN = 60
/** A count of more digits is none. */
const MAX_DIGITS = 7

export class SyslogFrames {
  private readonly maxBytes: number
  private held: Buffer = Buffer.alloc(0)
  /** Octets of the message in hand that are still to come; -1: it ends with its line. */
  private left = -1
  private isBegun = false
  private cut = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  push(bytes: Buffer, onMessage: OnMessage): void {
    let rest = bytes
    while (rest.length > 0) {
      if (!this.isBegun) {
        const all = this.held.length === 0 ? rest : Buffer.concat([this.held, rest])
        this.held = Buffer.alloc(0)
        const at = this.begin(all)
        if (at < 0) {
          this.held = all
          return
        }
        rest = all.subarray(at)
        continue
      }
      rest = this.left >= 0 ? this.counted(rest, onMessage) : this.line(rest, onMessage)
    }
  }

  /** The connection is over: what it ended in the middle of is a message all the same. */
  end(onMessage: OnMessage): void {
    this.emit(onMessage)
  }

  /** How the message that starts here ends; where its text starts, or -1 when that cannot be told yet. */
  private begin(bytes: Buffer): number {
    let at = 0
    while (at < bytes.length && at < MAX_DIGITS && isDigit(bytes[at])) at++
    const isOpen = at > 0 && bytes[0] !== ZERO
    if (isOpen && at === bytes.length && at < MAX_DIGITS) return -1
    if (isOpen && bytes[at] === SPACE && at + 1 === bytes.length) return -1
    const isCounted = isOpen && bytes[at] === SPACE && bytes[at + 1] === LESS_THAN
    this.isBegun = true
    this.left = isCounted ? Number(bytes.toString('latin1', 0, at)) : -1
    return isCounted ? at + 1 : 0
  }

  private counted(bytes: Buffer, onMessage: OnMessage): Buffer {
    const taken = Math.min(this.left, bytes.length)
    this.keep(bytes.subarray(0, taken))
    this.left -= taken
    if (this.left === 0) this.emit(onMessage)
    return bytes.subarray(taken)
  }

  private line(bytes: Buffer, onMessage: OnMessage): Buffer {
    const end = bytes.indexOf(LINE_FEED)
    this.keep(end < 0 ? bytes : bytes.subarray(0, end))
    if (end < 0) return bytes.subarray(bytes.length)
    this.emit(onMessage)
    return bytes.subarray(end + 1)
  }

  private keep(bytes: Buffer): void {
    const room = this.maxBytes - this.held.length
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes
    this.cut += bytes.length - kept.length
    // A copy: the socket uses its memory again.
    if (kept.length > 0) this.held = this.held.length === 0 ? Buffer.from(kept) : Buffer.concat([this.held, kept])
  }

  private emit(onMessage: OnMessage): void {
    const { held, cut } = this
    this.held = Buffer.alloc(0)
    this.cut = 0
    this.left = -1
    this.isBegun = false
    const text = messageText(held)
    if (text !== '') onMessage(text, cut)
  }
}

/** Without the line end, and the NUL that old senders put there. */
export function messageText(bytes: Buffer): string {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--
  return bytes.toString('utf8', 0, end)
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57
}
