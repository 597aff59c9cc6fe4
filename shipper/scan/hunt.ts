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

export class Hunt {
  readonly snapshot: Snapshot
  /** What rules look at: message, line, names of fields. */
  readonly names: readonly string[]
  private readonly prefilters: readonly Prefilter[]
  private readonly found: Found

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
    this.names = [...new Set(snapshot.live.map(({ rule }) => rule.on))]
    this.prefilters = this.names.map((name) => new Prefilter(snapshot.live, name))
    this.found = new Found(snapshot.live.length)
  }

  /**
   * The rules on names[name] that may match in bytes[start..end), as indexes in snapshot.live; in UTF-8, at most
   * MAX_MATCHED_CHARS. Valid until the next call.
   */
  inBytes(name: number, bytes: Uint8Array, start: number, end: number): readonly number[] {
    this.found.clear()
    this.prefilters[name].find(bytes, start, end, this.found)
    return this.found.list
  }

  inText(name: number, text: string): readonly number[] {
    const bytes = written(text)
    // Their case folds into ASCII, which bytes do not show.
    if (bytes.length > text.length && FOLDED_TO_ASCII.test(text)) return this.prefilters[name].rules
    return this.inBytes(name, bytes, 0, bytes.length)
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
