/**
 * Which names stand for a secret: password, db.password, userPassword, X-Api-Key, AWS_SECRET_ACCESS_KEY, but not
 * token_count, password_file or tokenizer. A name is read as words; it is secret when a noun of the table ends one of
 * its words and what follows the noun does not turn it into something else (secret_name, token_type).
 */

/** A noun as its words: ['password'], ['api', 'key']. `whole`: must be a word of its own (pass, but not bypass). */
export interface Noun {
  readonly words: readonly string[]
  readonly whole?: boolean
  /** What alone stands between its words, where others would cost the first look too much. */
  readonly joint?: string | undefined
}

export interface SecretKey {
  /** The rule's index. */
  readonly rule: number
  /** Tokens, cookies, …: numbers under such a name are counts. */
  readonly plural: boolean
}

/** What a noun turns into when one of these is the name's last word: token_count, secret_name, password_file. */
const HARMLESS_ENDINGS = new Set(
  `name names id ids type types kind count counts used usage total limit limits length len size max min ttl age expiry
  expires expired expiration expire exp at by in on changed updated created set rotated revoked enabled disabled required
  valid invalid validity verified present exists missing found status state policy version url uri path file filename dir
  endpoint host port issuer audience scope scopes algorithm alg provider source store manager field format mode method
  attempts attempt retries failures errors error rate seconds ms duration time timestamp date index offset position bucket
  region arn namespace label strength score cost price budget remaining available generated consumed processed cached
  domain consent engine driver service server ref bytes millis minutes hours days percent ratio latency speed window
  per limiter validator handler middleware factory lifetime interval number num`.split(/\s+/),
)

/** First words that make a number under the name a count: max_token, total_tokens, num_cookies. */
const COUNTING = new Set(
  'max min num n total count avg used input output prompt completion cached reasoning'.split(' '),
)

/** How many names are remembered: names come from logs and must not fill the memory. */
const MAX_CACHED = 4096

export function compileKeys(nouns: readonly (readonly [rule: number, noun: Noun])[]) {
  const cache = new Map<string, SecretKey | undefined>()
  return (name: string): SecretKey | undefined => {
    // A secret's name is short; what is longer is text that landed in the place of a name.
    if (name.length > 256 || name.includes('[redacted:')) return undefined
    if (cache.has(name)) return cache.get(name)
    if (cache.size >= MAX_CACHED) cache.clear()
    const found = classify(name, nouns)
    cache.set(name, found)
    return found
  }
}

function classify(name: string, nouns: readonly (readonly [number, Noun])[]): SecretKey | undefined {
  // Once as its author broke it up (userPassword), once by separators alone (passWord).
  for (const words of [wordsOf(name.replace(CAMEL, '$1$2.')), wordsOf(name)]) {
    for (const [rule, noun] of nouns) {
      if (noun.joint !== undefined && !asciiLower(name).includes(noun.words.join(noun.joint))) continue
      const match = findNoun(words, noun)
      if (match === undefined) continue
      const rest = words.slice(match.end)
      if (noun.whole && rest.some((word) => word !== '' && !/^\d+$/.test(word))) continue
      if (rest.length > 0 && HARMLESS_ENDINGS.has(rest[rest.length - 1])) return undefined
      return { rule, plural: match.plural || COUNTING.has(words[0]) }
    }
  }
  return undefined
}

const CAMEL = /([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g

/** Lower-case words between single separators; anything else that is no letter or digit keeps neighbours apart. */
function wordsOf(name: string): string[] {
  return asciiLower(name).split(/[-_. ]/)
}

/** ASCII only: toLowerCase would turn the Kelvin sign into a k that no keyword has. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase())
}

function findNoun(words: readonly string[], noun: Noun): { end: number; plural: boolean } | undefined {
  const together = noun.words.join('')
  const count = noun.words.length
  for (let i = 0; i < words.length; i++) {
    const word = words[i].replace(/\d+$/, '')
    const singular = word.endsWith('s') ? word.slice(0, -1) : word
    const joined = endsLike(word, together, noun.whole) || endsLike(singular, together, noun.whole)
    const spread =
      count > 1 &&
      i >= count - 1 &&
      (word === noun.words[count - 1] || singular === noun.words[count - 1]) &&
      words[i - count + 1].endsWith(noun.words[0]) &&
      noun.words.slice(1, -1).every((part, n) => words[i - count + 2 + n] === part)
    if (joined || spread) return { end: i + 1, plural: !word.endsWith(noun.words[count - 1]) }
  }
  return undefined
}

function endsLike(word: string, noun: string, whole: boolean | undefined): boolean {
  return whole ? word === noun : word.endsWith(noun)
}

/** The keywords without which no name can hold the noun; case does not matter. */
export function nounKeywords(noun: Noun): string[] {
  const apart = noun.words.join(noun.joint ?? '[-_. ]')
  const stems = noun.words.length === 1 || noun.joint !== undefined ? [apart] : [noun.words.join(''), apart]
  // Behind a noun stands anything but a small letter (tokenizer, secretary), or the plural's s.
  return stems.flatMap(spellings).map((stem) => `${stem}[^a-rt-z]`)
}

/** As text's units cut to a byte, as bytes of UTF-8, and as JSON may escape it: the prefilter reads any of them. */
function spellings(stem: string): string[] {
  if (/^[\x20-\x7e]*$/.test(stem)) return [stem]
  const escaped = stem.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [stem, Buffer.from(stem).toString('latin1'), escaped]
}

/** True for names like those inside a secret's object that are no secret themselves: {"secret": {"name": …}}. */
export function isHarmlessEnding(name: string): boolean {
  const words = wordsOf(name.replace(CAMEL, '$1$2.'))
  return HARMLESS_ENDINGS.has(words[words.length - 1])
}
