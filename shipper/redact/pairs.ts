/**
 * Secrets in text behind their name: password=x, "password":"x" (also escaped inside another string), password: x,
 * 'password' => 'x', --password x, <password>x</password>, map[password:x], Authorization: Bearer x, Cookie: a=b; c=d.
 */
import type { Span } from './card.ts'
import { asciiLower, type SecretKey } from './keys.ts'
import { back, isAlphanumeric, skip } from './rule.ts'

export interface Pair extends Span {
  readonly rule: number
}

/** Looks for pairs in one text. Keeps what it has read, so that a name is read once however many nouns it holds. */
export class PairFinder {
  readonly #text: string
  readonly #classify: (name: string) => SecretKey | undefined
  readonly #isHeader: (rule: number) => boolean
  /** Names before this index were looked at. */
  #read = 0

  constructor(text: string, classify: (name: string) => SecretKey | undefined, isHeader: (rule: number) => boolean) {
    this.#text = text
    this.#classify = classify
    this.#isHeader = isHeader
  }

  /** The value behind the name around `at`, whose noun ends at `nounEnd`. */
  find(at: number, nounEnd: number, from: number): Pair | undefined {
    if (at < this.#read) return undefined
    const text = this.#text
    const start = back(text, at, from, isNameCode)
    let end = skip(text, nounEnd, NAME)
    this.#read = end
    while (end > nounEnd && !isAlphanumeric(text.charCodeAt(end - 1))) end--
    // The name inside [redacted:password] is no name.
    if (text.startsWith(DONE, start - DONE.length)) return undefined
    const name = text.slice(start, end)
    const key = this.#classify(name.replace(/^[-_.$]+/, ''))
    if (key === undefined) return undefined
    const place = placeOf(text, start, end)
    // "/etc/passwd: permission denied" is about a file.
    if (place === undefined || (place.isProse && text[start - 1] === '/')) return undefined
    const span = this.#isHeader(key.rule) ? headerValue(text, place) : plainValue(text, place)
    if (span === undefined || span.end <= span.start) return undefined
    const value = text.slice(span.start, Math.min(span.end, span.start + 300))
    const isUnquoted = span.start === place.start
    if (isHarmless(value, name, key) || (place.isProse && isUnquoted && isProse(value, text, start, span.end))) {
      // A long value that stays is not read once more for every noun in it.
      if (span.end - span.start > MAX_REREAD) this.#read = span.end
      return undefined
    }
    return { start: span.start, end: span.end, rule: key.rule }
  }
}

/** Characters of a value that may be read again by names inside it. */
const MAX_REREAD = 1000

const isNameCode = (code: number): boolean => isAlphanumeric(code) || code === 0x5f || code === 0x2d || code === 0x2e
const NAME = /[A-Za-z0-9_.-]*/y

/** Where a value starts, and what its name stood in. */
interface Place {
  readonly start: number
  /** The quote that the whole pair stands in: curl -H "Cookie: a=b". */
  readonly outer: string
  /** name: value, where sentences look the same. */
  readonly isProse: boolean
  /** What the value consists of, where it has no quotes: an XML element's text, a line of a form. */
  readonly ends: RegExp | undefined
}

/** Between name and value: a closing quote (escaped or not) or bracket, a separator, white space. */
const SEPARATOR = /[\\"'`\]]{0,8}[ \t]{0,4}(?:=>|:=|==|=|:(?!:)|::(?=[ \t])|\uff1a)[ \t]{0,8}/y
/** The same in a URL's query: password%3Dx%26a%3Db, %22password%22%3A%22x%22. */
const ESCAPED_SEPARATOR = /(?:%22)?(?:%3[ad])(?:%20|\+)?(?:%22)?/iy
/** name="password" value="x", and as JSON inside a text: "name":"DB_PASSWORD","value":"x". */
const DESCRIBED = /\\{0,3}["'][ \t]{0,4},?[ \t]{0,4}(?:\\{0,3}["'])?value(?:\\{0,3}["'])?[ \t]{0,4}[=:][ \t]{0,4}/iy
/** The rest of an XML element's tag behind its name: attributes that hold no secret of their own. */
const TAG_END =
  /(?:[ \t]{1,4}(?:xmlns(?::[a-z]{1,20})?|(?:xsi:|encoding)?type|(?:wsu:|xml:)?id)=["'][^<>"']{0,200}["']){0,4}>/iy
const BLANKS = /[ \t]+/y

function placeOf(text: string, start: number, end: number): Place | undefined {
  const before = text[start - 1] ?? ''
  const outer = (before === '"' || before === "'") && text[end] !== before && text[end] !== '\\' ? before : ''
  SEPARATOR.lastIndex = end
  if (SEPARATOR.test(text)) {
    const value = SEPARATOR.lastIndex
    const isProse = text[end] === ':' && (text[value - 1] === ' ' || value >= text.length)
    return { start: value, outer, isProse, ends: undefined }
  }
  ESCAPED_SEPARATOR.lastIndex = end
  if (text[end] === '%' && ESCAPED_SEPARATOR.test(text)) return bare(ESCAPED_SEPARATOR.lastIndex)
  DESCRIBED.lastIndex = end
  if (DESCRIBED.test(text)) return bare(DESCRIBED.lastIndex)
  TAG_END.lastIndex = end
  const isElement =
    before === '<' || (before === ':' && /<[A-Za-z0-9_-]{1,32}:$/.test(text.slice(Math.max(0, start - 34), start)))
  if (isElement && TAG_END.test(text)) return { ...bare(TAG_END.lastIndex), ends: ELEMENT_TEXT }
  const isFlag = text[start] === '-' || text.startsWith('--', start)
  // A list of arguments: "--password", "x".
  NEXT_ARGUMENT.lastIndex = end
  if (isFlag && NEXT_ARGUMENT.test(text)) return bare(NEXT_ARGUMENT.lastIndex)
  PART.lastIndex = end
  if (text.startsWith('name="', start - 6) && PART.test(text)) return { ...bare(PART.lastIndex), ends: PART_TEXT }
  const value = skip(text, end, BLANKS)
  if (value === end || value - end > 4) return undefined
  // --password x; and SQL's PASSWORD 'x'.
  if (isFlag && text[value] !== '-') return { start: value, outer, isProse: false, ends: undefined }
  if (isNetrc(text, start)) return bare(value)
  const isSql = text[value] === "'" && /^(?:password|by)$/i.test(text.slice(start, end))
  return isSql ? bare(value) : undefined
}

const bare = (start: number): Place => ({ start, outer: '', isProse: false, ends: undefined })

const NEXT_ARGUMENT = /\\{0,3}["'][ \t]{0,4},[ \t]{0,4}(?=\\{0,3}["'])/y
/** A field of a multipart form: its headers end with an empty line, line ends may be escaped. */
const PART = /"(?:\r?\n|(?:\\r)?\\n){2}/y
const PART_TEXT = /[^\r\n\\]*/y
const ELEMENT_TEXT = /[^<]*/y

/** machine host login user password x, in one line or three. */
function isNetrc(text: string, start: number): boolean {
  return /(?:machine\s{1,8}\S{1,253}|default)\s{1,8}login\s{1,8}\S{1,128}\s{1,8}$/.test(
    text.slice(Math.max(0, start - 420), start),
  )
}

/** What an earlier pass left. */
const DONE = '[redacted:'

const REST_OF_LINE = /[^\r\n"\\]*/y
const SCHEME =
  /(?:bearer|basic|token|negotiate|ntlm|digest|oauth|apikey|api-key|key|aws4-hmac-sha256|signature|hawk|gsso)[ \t]+/iy
const TO_BLANK = /[^\s,;"'<>\\]*/y

/** Header values hold blanks: a scheme and its credentials, a list of cookies, a list in brackets as Go prints it. */
function headerValue(text: string, place: Place): Span | undefined {
  const { start } = place
  if (text.startsWith(DONE, start)) return undefined
  if (OPENING.test(text[start] ?? '') || isEscapedQuote(text, start)) return plainValue(text, place)
  if (place.outer !== '') return { start, end: closing(text, start, place.outer, 0) }
  if (place.ends !== undefined) return plainValue(text, place)
  SCHEME.lastIndex = start
  if (SCHEME.test(text)) {
    if (text.startsWith(DONE, SCHEME.lastIndex)) return undefined
    const scheme = asciiLower(text.slice(start, SCHEME.lastIndex).trim())
    const hasParameters = /^(?:digest|oauth|aws4-hmac-sha256|signature|hawk)$/.test(scheme)
    return { start, end: hasParameters ? lineEnd(text, start) : skip(text, SCHEME.lastIndex, TO_BLANK) }
  }
  // Cookies: name=value; name=value
  const first = skip(text, start, TO_BLANK)
  if (first > start && text[first] === ';' && text.slice(start, first).includes('=')) {
    return { start, end: skip(text, start, REST_OF_LINE) }
  }
  return plainValue(text, place)
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

const OPENING = /["'`[{]/
const UNQUOTED = /[^\s"'`<>&\\]*/y
/** Python's bytes, Rust's Option: what stands between separator and quote. */
const WRAPPED = /(?:[bru]{1,2}|Some\()(?=["'])/y
/** An & that ends a value of a query: another name, an entity, a shell's &&, or nothing stands behind it. */
const NEXT_PARAMETER = /&(?:[A-Za-z0-9_.%[\]-]{1,64}=|[a-z]{2,5};|#[0-9]{1,5};|&|$|[\s"'`<>])/y

function plainValue(text: string, place: Place): Span | undefined {
  const start = skip(text, place.start, WRAPPED)
  if (place.ends !== undefined) return { start, end: skip(text, start, place.ends) }
  let slashes = 0
  while (text[start + slashes] === '\\') slashes++
  const open = text[start + slashes]
  if (text.startsWith(DONE, start) || text.startsWith(DONE, start + slashes + 1)) return undefined
  if (open === '"' || open === "'" || open === '`') {
    const from = start + slashes + 1
    return { start: from, end: closing(text, from, open, slashes) }
  }
  // A backslash that opens nothing: what a Windows path or an escape starts with.
  if (slashes > 0) return { start, end: unquotedEnd(text, start, start + slashes) }
  if (open === '[') return bracketed(text, start)
  if (open === '{') return { start: start + 1, end: braceEnd(text, start) }
  return { start, end: unquotedEnd(text, start, start) }
}

function isEscapedQuote(text: string, at: number): boolean {
  return text[at] === '\\' && /^\\+["']/.test(text.slice(at, at + 10))
}

/** Where the quote that closes stands: behind as many backslashes as the opening one, an escaped one has more. */
function closing(text: string, from: number, quote: string, slashes: number): number {
  for (let i = text.indexOf(quote, from); i !== -1; i = text.indexOf(quote, i + 1)) {
    let run = 0
    while (i - run > from && text[i - run - 1] === '\\') run++
    if (run < slashes) return i - run
    if ((run - slashes) % (2 * (slashes + 1)) === 0) return i - slashes
  }
  return text.length
}

function bracketed(text: string, start: number): Span {
  const end = text.indexOf(']', start)
  return { start: start + 1, end: end === -1 ? text.length : end }
}

/** Where the brace that closes stands; the end of the text when none does, so that nothing is read twice. */
function braceEnd(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return text.length
}

/** Ends the value where a list goes on (`,` and `;` before a blank, the end, or another name), and before brackets. */
const NEXT_PAIR = /[,;](?=$|[A-Za-z_][A-Za-z0-9_. -]{0,64}[=:])/
const TRAILING = /[)\]},;:!?.]{1,64}$/

/** What an escaped separator ends with. */
const ESCAPED_END = /%3[ad](?:%20|\+)?(?:%22)?$/i

function isNextParameter(text: string, at: number): boolean {
  NEXT_PARAMETER.lastIndex = at
  return NEXT_PARAMETER.test(text)
}

function unquotedEnd(text: string, start: number, from: number): number {
  let end = skip(text, from, UNQUOTED)
  while (text[end] === '&' && !isNextParameter(text, end)) end = skip(text, end + 1, UNQUOTED)
  const isEscaped = ESCAPED_END.test(text.slice(Math.max(0, start - 9), start))
  if (isEscaped) end = start + text.slice(start, end).search(/%2[26]|$/)
  const next = NEXT_PAIR.exec(text.slice(start, end))
  if (next !== null) end = start + next.index
  const trailing = TRAILING.exec(text.slice(Math.max(start, end - 64), end))
  return trailing === null ? end : end - trailing[0].length
}

/** What stands where no secret does, and what others have masked already. */
const HARMLESS_VALUE =
  /^(?:|true|false|null|nil|none|undefined|yes|no|n\/a|-|<nil>|\(null\)|\(none\)|\*+|x{4,}|\u2022+|\.{3}|[[<({]{0,2}(?:redacted|filtered|masked|hidden|secret|omitted|removed|scrubbed)[\])>}]{0,2}|\*{2,3}(?:redacted|filtered|masked)\*{2,3}|%s|%v|%q|\?|include|omit|same-origin)$/i
const COUNT = /^-?[0-9]{1,15}(?:[.,/][0-9]{1,15})?[%kKmM]?$/

export function isHarmless(value: string, name: string, key: SecretKey): boolean {
  if (/^(?:[A-Za-z0-9-]+[ \t]+)?\[redacted:/.test(value)) return true
  if (value.length <= 40 && HARMLESS_VALUE.test(value)) return true
  if (key.plural && COUNT.test(value)) return true
  // PWD=/home/bob is a directory (sudo, environments); pass=12 counts tests.
  if (/(?:^|[^a-z])(?:old)?pwd$/i.test(name)) return /^(?:[/~]|[A-Za-z]:[\\/])/.test(value)
  return /(?:^|[^a-z])pass$/i.test(name) && COUNT.test(value)
}

/** How a sentence goes on behind `password:`. A value that is one of these words is no secret. */
const SENTENCE = new Set(
  `incorrect invalid expired missing required empty not must should too unexpected is was has have cannot can could failed
  failure error denied wrong unknown unsupported malformed rejected accepted ok unauthorized forbidden found expected
  changed updated unable no the a an this that your please type enter got entries entry files compat sss`.split(/\s+/),
)

function isProse(value: string, text: string, nameStart: number, end: number): boolean {
  if (SENTENCE.has(asciiLower(value))) return true
  // "Unexpected token: }" of a parser.
  if (/(?:unexpected|unrecognized)\s$/i.test(text.slice(Math.max(0, nameStart - 16), nameStart))) return true
  // Plain small words that go on as a sentence: "Secret: mounted into the pod"; a single word is taken for a secret.
  return /^[A-Z]?[a-z]+$/.test(value) && /^ [a-z]+ [a-z]+/.test(text.slice(end, end + 40))
}
