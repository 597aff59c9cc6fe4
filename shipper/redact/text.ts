/** Takes secrets out of one text: a look at every keyword that stands in it, from left to right. */
import { findCards } from './card.ts'
import type { SecretKey } from './keys.ts'
import { bigramsAt, type Keyword, matchesAt } from './keyword.ts'
import { type OwnRule, replaceOwn } from './own.ts'
import { PairFinder } from './pairs.ts'
import { CARD_RULE, RULES } from './rules.ts'

export interface TextOptions {
  /** Of all rules, built-in, card numbers, own: the index is what keywords and counts go by. */
  readonly names: readonly string[]
  readonly keywords: readonly Keyword[]
  readonly own: readonly OwnRule[]
  readonly cards: boolean
  readonly classify: (name: string) => SecretKey | undefined
  readonly isAllowed: (value: string) => boolean
}

interface Found {
  readonly start: number
  readonly end: number
  readonly rule: number
}

const PLACEHOLDER = /\[redacted:[A-Za-z0-9_-]{1,64}\]/g

export class TextRedactor {
  readonly #options: TextOptions
  /** Keywords by their first two bytes. */
  readonly #heads: (Keyword[] | undefined)[] = new Array(65_536)
  readonly #cardRule: number
  /** What was taken out since the caller emptied it, where it holds pairs itself: cookies, a digest's parameters. */
  readonly removed: { readonly text: string; readonly rule: string }[] = []
  #bytes = Buffer.allocUnsafe(64 * 1024)

  constructor(options: TextOptions) {
    this.#options = options
    this.#cardRule = options.names.indexOf(CARD_RULE.name)
    for (const keyword of options.keywords) {
      if (keyword.rule >= RULES.length) continue
      for (const pair of bigramsAt(keyword, 0)) this.#heads[pair] = [...(this.#heads[pair] ?? []), keyword]
    }
  }

  /**
   * The text's UTF-16 units, one byte each: ASCII as it is, others cut to some byte that may look like ASCII. Good for
   * finding candidates; what they are is decided on the text.
   */
  load(text: string): Uint8Array {
    if (text.length >= this.#bytes.length) this.#bytes = Buffer.allocUnsafe(text.length * 2)
    this.#bytes.write(text, 0, 'latin1')
    // A line end behind the text: keywords may ask for what follows them.
    this.#bytes[text.length] = 0x0a
    return this.#bytes
  }

  /** The text without its secrets; the same string when there are none. */
  redact(text: string, counts: number[]): string {
    if (text.length < 5) return text
    let result = this.#replaceKnown(text, counts)
    if (this.#options.cards && result.length >= 13) {
      const cards = findCards(this.load(result), 0, result.length)
      const rule = this.#cardRule
      if (cards.length > 0) {
        // Without its digits, what a number touched may be the start of a secret.
        result = this.#replaceKnown(this.#replace(result, this.#realCards(result, cards, rule), counts), counts)
      }
    }
    const { own, names } = this.#options
    for (let i = 0; i < own.length; i++) {
      result = outsidePlaceholders(result, (part) =>
        replaceOwn(own[i], part, this.#options.isAllowed, () => counts[names.length - own.length + i]++),
      )
    }
    return result
  }

  #replaceKnown(text: string, counts: number[]): string {
    const found = this.#find(text)
    return found.length === 0 ? text : this.#replace(text, found, counts)
  }

  #find(text: string): Found[] {
    const bytes = this.load(text)
    const length = text.length
    const found: Found[] = []
    let pairs: PairFinder | undefined
    let from = 0
    for (let i = 0; i < length - 1; i++) {
      const heads = this.#heads[(bytes[i] << 8) | bytes[i + 1]]
      if (heads === undefined) continue
      for (const keyword of heads) {
        if (!matchesAt(keyword, bytes, i, length + 1)) continue
        const rule = RULES[keyword.rule]
        let hit: Found | undefined
        if ('keys' in rule) {
          pairs ??= new PairFinder(text, this.#options.classify, isHeader)
          hit = pairs.find(i, i + keyword.sets.length - 1, from)
        } else {
          const span = rule.find(text, i, from)
          if (span !== undefined) hit = { ...span, rule: keyword.rule }
        }
        if (hit === undefined || this.#options.isAllowed(text.slice(hit.start, hit.end))) continue
        found.push(hit)
        from = hit.end
        i = Math.max(i, hit.end - 1)
        break
      }
    }
    return found
  }

  #replace(text: string, found: readonly Found[], counts: number[]): string {
    let result = ''
    let from = 0
    for (const { start, end, rule } of found) {
      result += `${text.slice(from, start)}[redacted:${this.#options.names[rule]}]`
      counts[rule]++
      const secret = text.slice(start, end)
      if (secret.includes('=')) this.removed.push({ text: secret, rule: this.#options.names[rule] })
      from = end
    }
    return result + text.slice(from)
  }

  /** Digits behind user_id= are an id, whatever Luhn says; and non-ASCII text may have looked like digits. */
  #realCards(text: string, spans: readonly { start: number; end: number }[], rule: number): Found[] {
    return spans
      .filter(({ start, end }) => {
        const value = text.slice(start, end)
        if (!/^[0-9 -]+$/.test(value) || this.#options.isAllowed(value)) return false
        return !ID_BEFORE.test(text.slice(Math.max(0, start - 32), start))
      })
      .map((span) => ({ ...span, rule }))
  }
}

const ID_BEFORE =
  /(?:^|[^A-Za-z])(?:u?id|uuid|guid|seq|offset|ts|time|timestamp|nanos|size|bytes|length|build)\\?["']?[ \t]?[=:][ \t]?\\?["']?$|[a-z]I[dD]\\?["']?[ \t]?[=:][ \t]?\\?["']?$|\+[a-z0-9][a-z0-9.-]{0,24}\.$/i

function isHeader(rule: number): boolean {
  return RULES[rule].name === 'authorization' || RULES[rule].name === 'cookie'
}

function outsidePlaceholders(text: string, replace: (part: string) => string): string {
  if (!text.includes('[redacted:')) return replace(text)
  let result = ''
  let from = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    result += replace(text.slice(from, match.index)) + match[0]
    from = match.index + match[0].length
  }
  return result + replace(text.slice(from))
}
