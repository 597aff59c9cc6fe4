/**
 * The rules of one snapshot, ready to be looked for: by what they look at, each with what tells cheaply that a text can
 * have no match. Nearly all texts have none, and cost a pass over their bytes.
 */
import { Found } from './found.ts'
import { type Keyword, Keywords } from './keywords.ts'
import { Machine, type Unknown } from './machine.ts'
import { FOLDED_TO_ASCII } from './program.ts'
import { requiredTexts } from './required.ts'
import type { LiveRule, Snapshot } from './snapshot.ts'
import { Verdicts } from './verdicts.ts'

const NO_MATCH: readonly number[] = []

export class Hunt {
  readonly snapshot: Snapshot
  /** What rules look at: message, line, names of fields. */
  readonly names: readonly string[]
  private readonly prefilters: readonly Prefilter[]
  private readonly found: Found
  private readonly verdicts = new Verdicts()

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
    this.names = [...new Set(snapshot.live.map(({ rule }) => rule.on))]
    this.prefilters = this.names.map((name) => new Prefilter(snapshot.live, name))
    this.found = new Found(snapshot.live.length)
  }

  /** The rules on names[name] whose pattern matches bytes[start..end), as indexes in snapshot.live. They are ASCII. */
  inBytes(name: number, bytes: Uint8Array, start: number, end: number): readonly number[] {
    const { found } = this
    if (found.list.length > 0) found.clear()
    this.prefilters[name].find(bytes, start, end, found)
    if (found.list.length === 0) return NO_MATCH
    return this.verdicts.get(name, bytes, start, end) ?? this.decide(name, bytes, start, end, undefined)
  }

  /** The same for a text: the part of it that is matched. */
  inText(name: number, text: string): readonly number[] {
    const bytes = written(text)
    const { found } = this
    found.clear()
    // Their case folds into ASCII, which bytes do not show.
    if (bytes.length > text.length && FOLDED_TO_ASCII.test(text)) found.addAll(this.prefilters[name].rules)
    else this.prefilters[name].find(bytes, 0, bytes.length, found)
    if (found.list.length === 0) return NO_MATCH
    return this.verdicts.get(name, bytes, 0, bytes.length) ?? this.decide(name, bytes, 0, bytes.length, text)
  }

  /** Asks the engine about those that were found. */
  private decide(name: number, bytes: Uint8Array, start: number, end: number, given: string | undefined) {
    const text = given ?? (bytes as Buffer).toString('latin1', start, end)
    const { live } = this.snapshot
    const matches = this.found.list.filter((index) => live[index].pattern.regex.test(text)).sort((a, b) => a - b)
    this.verdicts.set(name, bytes, start, end, matches)
    return matches
  }
}

class Prefilter {
  readonly rules: readonly number[]
  private readonly keywords: Keywords | undefined
  private readonly machine: Machine | undefined

  constructor(live: readonly LiveRule[], name: string) {
    this.rules = [...live.keys()].filter((index) => live[index].rule.on === name)
    const keywords: Keyword[] = []
    const unknown: Unknown[] = []
    for (const owner of this.rules) {
      const { pattern } = live[owner]
      const texts = textsOf(pattern)
      if (texts === undefined) unknown.push({ regex: pattern.regex, owner })
      else keywords.push(...texts.map((text) => ({ text, owner })))
    }
    this.keywords = keywords.length === 0 ? undefined : new Keywords(keywords)
    this.machine = unknown.length === 0 ? undefined : new Machine(unknown)
  }

  find(bytes: Uint8Array, start: number, end: number, found: Found): void {
    this.keywords?.find(bytes, start, end, found)
    this.machine?.find(bytes, start, end, found)
  }
}

/** Patterns outlive snapshots, and so does what was found out about them. */
const required = new WeakMap<object, readonly string[] | undefined>()

function textsOf(pattern: LiveRule['pattern']): readonly string[] | undefined {
  if (!required.has(pattern)) required.set(pattern, requiredTexts(pattern.regex))
  return required.get(pattern)
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024)

/** The text as UTF-8, until the next call. */
function written(text: string): Buffer {
  if (text.length * 3 > scratch.length) scratch = Buffer.allocUnsafeSlow(text.length * 3)
  return scratch.subarray(0, scratch.write(text))
}
