/**
 * Lines → events, for one stream of one origin. An event is finished when a line comes that does not continue it, when
 * nothing comes for a while, or when it has grown to its limit (then it is split, and the rest goes on as an event).
 */

import type { Runtime } from '../record.ts'
import { confirms, continues, type Mode, modeOfHead, type OpenEvent } from './continuation.ts'

/** Traces longer than this are recursion; Loki's lines end at 256 KiB. */
export const MAX_EVENT_LINES = 1000
export const MAX_EVENT_CHARS = 256 * 1024

/** A line, and where it stood. */
export interface Line {
  readonly text: string
  /** In the origin: of its first byte (of its first fragment), and just behind its end. */
  readonly start: number
  readonly end: number
  /** Physical lines that it came in: more than one when a runtime had cut it. */
  readonly lines: number
  /** Bytes that did not fit into the line limit. */
  readonly cut: number
  readonly runtime: Runtime | undefined
}

export interface AssembledEvent {
  readonly head: string
  readonly rest: string
  readonly runtime: Runtime | undefined
  readonly start: number
  readonly end: number
  readonly lines: number
  readonly cut: number
}

export type OnEvent = (event: AssembledEvent) => void

export class EventAssembler {
  /** Events that were split at the limit. */
  split = 0
  #open: Growing | undefined
  /** A line that the next one decides about. */
  #maybe: Line | undefined

  /** Where the oldest byte that is held stands, undefined when nothing is held. */
  get heldFrom(): number | undefined {
    return this.#open?.start ?? this.#maybe?.start
  }

  /** True when the next line may belong to what is held whatever it looks like, so that cheap tests do not apply. */
  get isOpen(): boolean {
    return this.#open !== undefined && (this.#maybe !== undefined || this.#open.isOpen)
  }

  push(line: Line, onEvent: OnEvent): void {
    const open = this.#open
    if (line.text === '' || isBlank(line.text)) this.#blank(line, onEvent)
    else if (!open) this.#open = new Growing(line)
    else if (this.#maybe) this.#decide(this.#maybe, line, onEvent)
    else this.#continue(open, line, onEvent)
  }

  #continue(open: Growing, line: Line, onEvent: OnEvent): void {
    const verdict = continues(open, line.text)
    if (verdict === 'maybe') this.#maybe = line
    else if (verdict === 'joins') this.#join(open, line, onEvent)
    else this.#start(line, onEvent)
  }

  /** Nothing more comes for now, or ever: what is held goes out. */
  flush(onEvent: OnEvent): void {
    const open = this.#open
    this.#open = undefined
    if (open) onEvent(open.finish())
    const maybe = this.#maybe
    this.#maybe = undefined
    if (maybe) onEvent(new Growing(maybe).finish())
  }

  #blank(line: Line, onEvent: OnEvent): void {
    const maybe = this.#maybe
    this.#maybe = undefined
    if (maybe) this.#start(maybe, onEvent)
    this.#open?.addBlank(line)
  }

  #decide(maybe: Line, line: Line, onEvent: OnEvent): void {
    this.#maybe = undefined
    const open = this.#open!
    if (confirms(line.text)) {
      open.mode = /\.go:\d/.test(line.text) ? 'go' : 'trace'
      this.#join(open, maybe, onEvent)
      this.#join(this.#open!, line, onEvent)
    } else {
      this.#start(maybe, onEvent)
      this.push(line, onEvent)
    }
  }

  #start(line: Line, onEvent: OnEvent): void {
    const finished = this.#open?.finish()
    this.#open = new Growing(line)
    if (finished) onEvent(finished)
  }

  #join(open: Growing, line: Line, onEvent: OnEvent): void {
    if (open.fits(line)) {
      open.add(line)
      return
    }
    this.split++
    const { mode, stamped } = open
    this.#start(line, onEvent)
    // What follows still belongs to it, as far as one can tell.
    this.#open!.mode = mode
    this.#open!.stamped = stamped
  }
}

/** Only spaces: nothing that a record could hold. Long runs of spaces are looked at once. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0)
  return (first === 32 || first === 9 || first === 13) && text.trim() === ''
}

class Growing implements OpenEvent {
  readonly head: string
  readonly start: number
  count = 0
  last: string
  blanks = 0
  opened: boolean
  mode: Mode | undefined
  stamped: boolean | undefined = undefined
  readonly #runtime: Runtime | undefined
  readonly #rest: string[] = []
  #chars: number
  #lines: number
  #cut: number
  #end: number

  constructor(line: Line) {
    this.head = line.text
    this.last = line.text
    this.start = line.start
    this.opened = opens(line.text)
    this.mode = modeOfHead(line.text)
    this.#runtime = line.runtime
    this.#chars = line.text.length
    this.#lines = line.lines
    this.#cut = line.cut
    this.#end = line.end
  }

  get isOpen(): boolean {
    return (this.mode !== undefined && this.mode !== 'plain' && this.mode !== 'closed') || this.head.length < 2
  }

  fits(line: Line): boolean {
    return this.count < MAX_EVENT_LINES - 1 && this.#chars + line.text.length < MAX_EVENT_CHARS
  }

  add(line: Line): void {
    for (; this.blanks > 0; this.blanks--) this.#rest.push('')
    this.#rest.push(line.text)
    this.count++
    this.last = line.text
    this.opened ||= opens(line.text)
    this.#chars += line.text.length
    this.#lines += line.lines
    this.#cut += line.cut
    this.#end = line.end
  }

  /** The position moves over empty lines at once: they are nothing that could be lost. */
  addBlank(line: Line): void {
    this.blanks++
    this.#lines += line.lines
    this.#end = line.end
  }

  finish(): AssembledEvent {
    // A pretty-printed object is one line again, so that the JSON formats read it.
    const isJson = this.#rest.length > 0 && /^[{[]$/.test(this.head) && /^[}\]]$/.test(this.last)
    const head = isJson ? [this.head, ...this.#rest].map((line) => line.trim()).join('') : this.head
    const rest = isJson ? '' : this.#rest.join('\n')
    const { start } = this
    return { head, rest, runtime: this.#runtime, start, end: this.#end, lines: this.#lines, cut: this.#cut }
  }
}

function opens(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last === 123 || last === 91 || last === 40
}
