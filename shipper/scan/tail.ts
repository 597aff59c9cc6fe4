/** One tail: looks for the rules in its records, and lets through what cooldown and bucket allow. */
import { isEventRecord } from '../events/record.ts'
import type { LogRecord } from '../record.ts'
import { findMatch, matchedPart } from './compile.ts'
import { placesOf, type Said, textOn } from './field.ts'
import { hitEvent, type Place } from './hit.ts'
import type { Hunt } from './hunt.ts'
import type { Rule } from './rule.ts'
import type { Container, RuleScanner, Seen, Watch } from './scanner.ts'
import type { LiveRule } from './snapshot.ts'
import { hears, type Stream, streamOf } from './stream.ts'

export class Tail implements Watch {
  private readonly scanner: RuleScanner
  private readonly name: string
  private readonly container: Container
  /** Of the line that the lane asks about. */
  private hunt: Hunt
  /** The rules that match something of it, as indexes in the snapshot's. */
  private readonly matches: number[] = []
  private isEnded = false

  constructor(scanner: RuleScanner, name: string, container: Container) {
    this.scanner = scanner
    this.name = name
    this.container = container
    this.hunt = scanner.hunt()
  }

  see(record: LogRecord, text: string | (() => string), seen: Seen = {}): void {
    const { scanner } = this
    scanner.lines++
    const hunt = scanner.hunt()
    if (hunt.names.length === 0 || isEventRecord(record)) return
    // Several places ask for it, and its secrets are taken out each time.
    let asRead: string | undefined
    const line = () => (asRead ??= typeof text === 'string' ? text : text())
    const stream = streamOf(record, seen.stream)
    const place = { container: this.name, stream, position: seen.position }
    const { live } = hunt.snapshot
    const found: { readonly index: number; readonly rank: number; readonly said: Said }[] = []
    for (const [name, at] of hunt.names.entries()) {
      const whole = textOn(record, at, line)
      if (whole === undefined) continue
      const part = matchedPart(whole)
      for (const index of hunt.inText(name, part)) {
        found.push({ index, rank: placesOf(live[index].rule.on).indexOf(at), said: { at, text: part } })
      }
    }
    // In the order of the rules; a rule that hits in two places of a record hits once.
    if (found.length > 1) found.sort((a, b) => a.index - b.index || a.rank - b.rank)
    let last = -1
    for (const { index, said } of found) {
      const isMore = index !== last
      last = index
      if (isMore && isMeant(hunt, live[index].rule, record.service, stream)) {
        this.hit(live[index], record, said, line, place)
      }
    }
  }

  block(bytes: Uint8Array | undefined): void {
    this.scanner.ground.hold(bytes)
  }

  begin(): readonly string[] {
    this.hunt = this.scanner.hunt()
    this.scanner.lines++
    if (this.matches.length > 0) this.matches.length = 0
    return this.hunt.names
  }

  look(name: number, bytes: Uint8Array, start: number, end: number): boolean {
    return this.keep(this.hunt.inBytes(name, bytes, start, end))
  }

  lookText(name: number, text: string): boolean {
    return this.keep(this.hunt.inText(name, text))
  }

  judge(workload: string, stream: Stream): boolean {
    const { hunt, scanner, matches } = this
    const { live } = hunt.snapshot
    const now = scanner.clock()
    let isNews = false
    let meant = 0
    for (const index of matches) {
      const { rule } = live[index]
      if (!isMeant(hunt, rule, workload, stream)) continue
      matches[meant++] = index
      if (!this.isCooling(rule, workload, now)) isNews = true
    }
    if (isNews && this.container.bucket.has(now)) {
      // The record is counted when it is seen.
      scanner.lines--
      return true
    }
    for (let i = 0; i < meant; i++) {
      const { rule } = live[matches[i]]
      if (isNews) this.passes(rule, workload, now)
      else this.cooled(rule, now)
    }
    return false
  }

  end(): void {
    if (!this.isEnded) this.scanner.end(this.name, this.container)
    this.isEnded = true
  }

  private keep(matches: readonly number[]): boolean {
    if (matches.length === 0) return false
    for (const index of matches) if (!this.matches.includes(index)) this.matches.push(index)
    return true
  }

  private hit({ rule, pattern }: LiveRule, record: LogRecord, said: Said, line: () => string, place: Place): void {
    if (!this.passes(rule, record.service, this.scanner.clock())) return
    const match = findMatch(pattern, said.text, this.scanner.effortOf(pattern))
    if (match !== undefined) this.scanner.options.emit(hitEvent(rule, record, said, line, match, place))
  }

  /** Counts a hit; true when it becomes an event. A cooldown begins with an event, not with a hit that found no token. */
  private passes(rule: Rule, workload: string, now: number): boolean {
    const { scanner, container } = this
    if (this.isCooling(rule, workload, now)) {
      this.cooled(rule, now)
      return false
    }
    scanner.countsOf(rule).add(now)
    if (!container.bucket.take(now)) {
      scanner.dropped.bucket++
      return false
    }
    container.cooldowns.start(rule.id, workload, now, rule.cooldown_ms)
    return true
  }

  private cooled(rule: Rule, now: number): void {
    const counts = this.scanner.countsOf(rule)
    counts.add(now)
    counts.cooledDown++
    this.scanner.dropped.cooldown++
  }

  private isCooling(rule: Rule, workload: string, now: number): boolean {
    return this.container.cooldowns.isCooling(rule.id, workload, now, rule.cooldown_ms)
  }
}

function isMeant({ snapshot }: Hunt, rule: Rule, workload: string, stream: Stream): boolean {
  return hears(rule, stream) && snapshot.isInForce(rule, workload)
}
