/**
 * Cuts a TCP stream into syslog messages, as RFC 6587 has them: "57 <34>1 …" counted in octets, or ended by a trailer: a line
 * end, or the NUL that Python's SysLogHandler and others send in its place. Told message by message, as senders change their
 * mind when they reconnect through a relay. Bounded: a longer message keeps its first bytes, and says how many are gone.
 */

/** `cut`: bytes that were longer than the limit. */
export type OnMessage = (text: string, cut: number) => void

const NUL = 0
const LINE_FEED = 10
const SPACE = 32
const ZERO = 48
const LESS_THAN = 60
/** A count of more digits is none. */
const MAX_DIGITS = 7
const NOTHING: Buffer = Buffer.alloc(0)
/** Memory that is kept between messages. */
const FIRST_BYTES = 1024

export class SyslogFrames {
  private readonly maxBytes: number
  /** Of the message in hand. */
  private held = NOTHING
  private heldBytes = 0
  /** Bytes that cannot be told yet what they are. */
  private tail = NOTHING
  /** Octets of the message in hand that are still to come; -1: it ends with its trailer. */
  private left = -1
  private isBegun = false
  private cut = 0
  /** A sender of NULs has line ends in its messages (stack traces): they end none, unless a priority follows. */
  private endsWithNul = false
  private readonly lineFeeds = new NextByte(LINE_FEED)
  private readonly nuls = new NextByte(NUL)

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  push(given: Buffer, onMessage: OnMessage): void {
    const bytes = this.tail.length === 0 ? given : Buffer.concat([this.tail, given])
    this.tail = NOTHING
    this.lineFeeds.of(bytes)
    this.nuls.of(bytes)
    for (let at = 0; at < bytes.length; ) {
      if (!this.isBegun) at = this.begin(bytes, at)
      else at = this.left >= 0 ? this.counted(bytes, at, onMessage) : this.trailed(bytes, at, onMessage)
    }
  }

  /** The connection is over: what it ended in the middle of is a message all the same. */
  end(onMessage: OnMessage): void {
    this.keep(this.tail)
    this.tail = NOTHING
    this.emit(onMessage)
  }

  /** How the message that starts here ends; where its text starts. What cannot be told yet waits for more. */
  private begin(bytes: Buffer, from: number): number {
    let start = from
    while (start < bytes.length && (bytes[start] === LINE_FEED || bytes[start] === NUL)) start++
    let at = start
    while (at < bytes.length && at - start < MAX_DIGITS && isDigit(bytes[at])) at++
    const digits = at - start
    const isOpen = digits > 0 && bytes[start] !== ZERO
    if (isOpen && at === bytes.length && digits < MAX_DIGITS) return this.wait(bytes, start)
    if (isOpen && bytes[at] === SPACE && at + 1 === bytes.length) return this.wait(bytes, start)
    const isCounted = isOpen && bytes[at] === SPACE && bytes[at + 1] === LESS_THAN
    this.isBegun = start < bytes.length
    this.left = isCounted ? Number(bytes.toString('latin1', start, at)) : -1
    return isCounted ? at + 1 : start
  }

  private counted(bytes: Buffer, at: number, onMessage: OnMessage): number {
    const end = Math.min(at + this.left, bytes.length)
    this.left -= end - at
    if (this.left === 0) this.emit(onMessage, bytes.subarray(at, end))
    else this.keep(bytes.subarray(at, end))
    return end
  }

  private trailed(bytes: Buffer, at: number, onMessage: OnMessage): number {
    const nul = this.nuls.from(at)
    const line = this.endsWithNul ? this.lineOfNext(bytes, at, nul) : this.lineFeeds.from(at)
    const end = Math.min(nul, line)
    if (end < bytes.length && this.isOpenEnd(bytes, end)) {
      this.keep(bytes.subarray(at, end))
      return this.wait(bytes, end)
    }
    if (end >= bytes.length) {
      this.keep(bytes.subarray(at))
      return bytes.length
    }
    this.endsWithNul = nul < line
    this.emit(onMessage, bytes.subarray(at, end))
    return end + 1
  }

  /** Of a sender of NULs: the line end before the next priority, or one behind which that cannot be told yet. */
  private lineOfNext(bytes: Buffer, at: number, nul: number): number {
    let line = this.lineFeeds.from(at)
    while (line < nul && !this.isOpenEnd(bytes, line) && !isPriority(bytes, line + 1)) {
      line = this.lineFeeds.from(line + 1)
    }
    return line
  }

  private isOpenEnd(bytes: Buffer, end: number): boolean {
    if (!this.endsWithNul || bytes[end] !== LINE_FEED) return false
    return end + 1 === bytes.length || (end + 2 === bytes.length && bytes[end + 1] === LESS_THAN)
  }

  private wait(bytes: Buffer, at: number): number {
    this.tail = Buffer.from(bytes.subarray(at))
    return bytes.length
  }

  /** A copy: the socket uses its memory again. */
  private keep(bytes: Buffer): void {
    const kept = Math.min(bytes.length, this.maxBytes - this.heldBytes)
    this.cut += bytes.length - kept
    const needed = this.heldBytes + kept
    // Twice as much each time, or a sender of single bytes makes us copy all of it again for each.
    if (needed > this.held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.maxBytes, Math.max(FIRST_BYTES, 2 * needed)))
      this.held.copy(grown, 0, 0, this.heldBytes)
      this.held = grown
    }
    bytes.copy(this.held, this.heldBytes, 0, kept)
    this.heldBytes = needed
  }

  /** `last`: what stands before the message's end, behind what was kept. */
  private emit(onMessage: OnMessage, last = NOTHING): void {
    const isWhole = this.heldBytes === 0 && last.length <= this.maxBytes
    if (!isWhole) this.keep(last)
    const text = messageText(isWhole ? last : this.held.subarray(0, this.heldBytes))
    const { cut } = this
    if (this.held.length > FIRST_BYTES) this.held = NOTHING
    this.heldBytes = 0
    this.cut = 0
    this.left = -1
    this.isBegun = false
    if (text !== '') onMessage(text, cut)
  }
}

/** Where a byte comes next, in one pass over a block. */
class NextByte {
  private readonly byte: number
  private bytes = NOTHING
  private at = -1

  constructor(byte: number) {
    this.byte = byte
  }

  of(bytes: Buffer): void {
    this.bytes = bytes
    this.at = -1
  }

  /** Infinity when there is none. */
  from(at: number): number {
    if (this.at < at) {
      const found = this.bytes.indexOf(this.byte, at)
      this.at = found < 0 ? Number.POSITIVE_INFINITY : found
    }
    return this.at
  }
}

/** Without the line end, and the NUL that old senders put there. */
export function messageText(bytes: Buffer): string {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === NUL || bytes[end - 1] === LINE_FEED || bytes[end - 1] === 13)) end--
  return bytes.toString('utf8', 0, end)
}

function isPriority(bytes: Buffer, at: number): boolean {
  return bytes[at] === LESS_THAN && isDigit(bytes[at + 1])
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57
}
