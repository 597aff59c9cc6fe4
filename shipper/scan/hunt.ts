/**
 * The rules of one snapshot, ready to be looked for: by what they look at, each with what tells cheaply that a text can
 * have no match. Nearly all texts have none, and cost a pass over their bytes.
 */
import { matches, type Pattern } from './compile.ts'
import { type Effort, freshEffort } from './effort.ts'
import { isLine, placesOf } from './field.ts'
import { Found } from './found.ts'
import { Ground, Sweep } from './ground.ts'
import { type Keyword, Keywords } from './keywords.ts'
import { Machine, type Unknown } from './machine.ts'
import { FOLDED_TO_ASCII, programOf } from './program.ts'
import { requiredTexts } from './required.ts'
import type { Rule } from './rule.ts'
import { shortestMatch } from './shortest.ts'
import type { LiveRule, Snapshot } from './snapshot.ts'
import { MAX_REPEATED, Verdicts } from './verdicts.ts'

const NO_MATCH: readonly number[] = []
const MAX_TRUST = 100

/** Who looks after what patterns take. */
export interface Patience {
  effortOf(pattern: Pattern): Effort
  /** A text was not searched to its end. */
  gaveUp(rule: Rule): void
}

const PATIENT: Patience = { effortOf: freshEffort, gaveUp() {} }

export class Hunt {
  readonly snapshot: Snapshot
  /** Where rules look: message, error, stack, line, names of fields. */
  readonly names: readonly string[]
  /** By name: one for each `on` that looks there, so that message, error and stack share theirs. */
  private readonly prefilters: readonly (readonly Prefilter[])[]
  /** By name: no rule matches in a shorter text. */
  private readonly shortest: Int32Array
  /** By name, of lines whose every rule has keywords. */
  private readonly sweeps: readonly (Sweep | undefined)[]
  private readonly found: Found
  private readonly verdicts = new Verdicts()
  /** By name: above 0 while most of its texts came before, and are asked for first. */
  private readonly trust: Int8Array
  private asked = 0
  private readonly patience: Patience
  /** The engine answered all that it was asked about the last text. */
  private isSure = true

  constructor(snapshot: Snapshot, patience: Patience = PATIENT, ground = new Ground()) {
    this.snapshot = snapshot
    this.patience = patience
    this.names = [...new Set(snapshot.live.flatMap(({ rule }) => placesOf(rule.on)))]
    const ons = [...new Set(snapshot.live.map(({ rule }) => rule.on))]
    const made = ons.map((on) => ({ places: placesOf(on), prefilter: new Prefilter(snapshot.live, on) }))
    this.prefilters = this.names.map((name) =>
      made.flatMap(({ places, prefilter }) => (places.includes(name) ? [prefilter] : [])),
    )
    this.shortest = Int32Array.from(this.prefilters, (of) => Math.min(...of.map(({ shortest }) => shortest)))
    this.sweeps = this.prefilters.map((of, name) => {
      const keywords = isLine(this.names[name]) && of.length === 1 ? of[0].onlyKeywords : undefined
      return keywords && new Sweep(ground, keywords)
    })
    this.found = new Found(snapshot.live.length)
    this.trust = new Int8Array(this.names.length).fill(MAX_TRUST)
  }

  /** The rules on names[name] whose pattern matches bytes[start..end), as indexes in snapshot.live. They are ASCII. */
  inBytes(name: number, bytes: Uint8Array, start: number, end: number): readonly number[] {
    if (end - start < this.shortest[name] || this.sweeps[name]?.isClear(bytes, start, end)) return NO_MATCH
    const asks = end - start <= MAX_REPEATED && (this.trust[name] > 0 || (++this.asked & 15) === 0)
    if (asks) {
      const known = this.verdicts.get(name, bytes, start, end)
      if (known !== undefined) {
        if (this.trust[name] < MAX_TRUST) this.trust[name]++
        return known
      }
      if (this.trust[name] > 0) this.trust[name]--
    }
    const { found } = this
    if (found.list.length > 0) found.clear()
    this.search(name, bytes, start, end)
    const isNone = found.list.length === 0
    const decided = isNone ? NO_MATCH : this.decide((bytes as Buffer).toString('latin1', start, end))
    if (asks && (isNone || this.isSure)) this.verdicts.set(name, bytes, start, end, decided)
    return decided
  }

  /** The same for a text: the part of it that is matched. */
  inText(name: number, text: string): readonly number[] {
    if (text.length < this.shortest[name]) return NO_MATCH
    const end = written(text)
    // What came before is known, whichever way it came.
    if (end === text.length) return this.inBytes(name, scratch, 0, end)
    const { found } = this
    found.clear()
    // Their case folds into ASCII, which bytes do not show.
    if (FOLDED_TO_ASCII.test(text)) {
      for (const { rules } of this.prefilters[name]) found.addAll(rules)
    } else this.search(name, scratch, 0, end)
    return found.list.length === 0 ? NO_MATCH : this.decide(text)
  }

  private search(name: number, bytes: Uint8Array, start: number, end: number): void {
    const prefilters = this.prefilters[name]
    for (let i = 0; i < prefilters.length; i++) prefilters[i].find(bytes, start, end, this.found)
  }

  /** Asks the engine about those that were found. */
  private decide(text: string): readonly number[] {
    const { live } = this.snapshot
    const decided: number[] = []
    this.isSure = true
    for (const index of this.found.list) {
      const { rule, pattern } = live[index]
      const isMatch = matches(pattern, text, this.patience.effortOf(pattern))
      if (isMatch === true) decided.push(index)
      else if (isMatch === undefined) {
        this.isSure = false
        this.patience.gaveUp(rule)
      }
    }
    return decided.sort((a, b) => a - b)
  }
}

/** Characters of all keywords of a prefilter. A state each, of a few hundred bytes. */
const MAX_KEYWORD_CHARS = 60_000
/** Instructions of a pattern in the machine that many share: what larger ones need would be all that it can do. */
const MAX_SHARED = 200

class Prefilter {
  readonly rules: readonly number[]
  /** None of them matches in a shorter text. */
  readonly shortest: number
  private readonly keywords: Keywords | undefined
  private readonly machine: Machine | undefined
  /** Those that the engine is asked about for every text. */
  private readonly always: readonly number[]

  constructor(live: readonly LiveRule[], on: string) {
    this.rules = [...live.keys()].filter((index) => live[index].rule.on === on)
    this.shortest = Math.min(...this.rules.map((index) => shortestOf(live[index].pattern)))
    const keywords: Keyword[] = []
    const unknown: Unknown[] = []
    const always: number[] = []
    let chars = 0
    for (const owner of this.rules) {
      const { pattern } = live[owner]
      const texts = textsOf(pattern)
      const more = texts?.reduce((sum, { length }) => sum + length, 0) ?? 0
      if (texts !== undefined && chars + more <= MAX_KEYWORD_CHARS) {
        keywords.push(...texts.map((text) => ({ text, owner })))
        chars += more
      } else if (programOf(pattern.regex).inst.length <= MAX_SHARED) unknown.push({ regex: pattern.regex, owner })
      else always.push(owner)
    }
    this.keywords = keywords.length === 0 ? undefined : new Keywords(keywords)
    this.machine = unknown.length === 0 ? undefined : new Machine(unknown)
    this.always = always
  }

  /** Without one of them none of the rules matches. Undefined: some may all the same. */
  get onlyKeywords(): Keywords | undefined {
    return this.machine === undefined && this.always.length === 0 ? this.keywords : undefined
  }

  find(bytes: Uint8Array, start: number, end: number, found: Found): void {
    this.keywords?.find(bytes, start, end, found)
    this.machine?.find(bytes, start, end, found)
    if (this.always.length > 0) found.addAll(this.always)
  }
}

const shortest = new WeakMap<object, number>()

function shortestOf(pattern: LiveRule['pattern']): number {
  let length = shortest.get(pattern)
  if (length === undefined) {
    length = shortestMatch(pattern.regex)
    shortest.set(pattern, length)
  }
  return length
}

/** Patterns outlive snapshots, and so does what was found out about them. */
const required = new WeakMap<object, readonly string[] | undefined>()

function textsOf(pattern: LiveRule['pattern']): readonly string[] | undefined {
  if (!required.has(pattern)) required.set(pattern, requiredTexts(pattern.regex))
  return required.get(pattern)
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024)

/** Puts the text into `scratch` as UTF-8, until the next call, and says where it ends. */
function written(text: string): number {
  if (text.length * 3 > scratch.length) scratch = Buffer.allocUnsafeSlow(text.length * 3)
  return scratch.write(text)
}
