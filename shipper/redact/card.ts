/**
 * Payment card numbers: an issuer's prefix, the length that goes with it, Luhn's check digit, written without a break or
 * in the groups that cards are printed in. Works on bytes, so that the prefilter and the rule cannot disagree.
 */

/** [start, end) in bytes, or in UTF-16 units of the text that the bytes stand for. */
export interface Span {
  readonly start: number
  readonly end: number
}

const MIN_DIGITS = 13
const MAX_DIGITS = 19
/** Samples this far apart: thirteen neighbours hold two of them. */
const STRIDE = 6

/** 1 for a digit, 2 for what may stand between groups. */
const KIND = new Uint8Array(256)
KIND.fill(1, 0x30, 0x3a)
KIND[0x20] = 2
KIND[0x2d] = 2

/** Groups as printed: Visa and most others, Amex, Diners, 19 digits. */
const LAYOUTS = [
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
  [4, 4, 4, 4, 3],
] as const

/** True when a card number could stand anywhere in bytes; what stands beside it is not looked at. */
export function hasCard(bytes: Uint8Array, start: number, end: number): boolean {
  let before = false
  for (let i = start; i < end; i += STRIDE) {
    const kind = KIND[bytes[i]]
    if (kind === 0) {
      before = false
    } else if (before) {
      const run = runAround(bytes, i, start, end)
      const isLong = run.end - run.start >= MIN_DIGITS
      if (isLong && cardsIn(bytes, run.start, run.end, undefined).length > 0) return true
      // The samples inside this run are done with.
      i += Math.floor((run.end - i) / STRIDE) * STRIDE
      before = false
    } else {
      before = true
    }
  }
  return false
}

/** The run looked at last: a long one is met at every step, and must not be read again each time. */
let readBytes: Uint8Array | undefined
let readLine = 0
let readStart = 0
let readEnd = 0

/** Call once per line and run; true when the run of digits, spaces and dashes around `at` holds a card number. */
export function isCardAt(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  if (at >= end || (at < readEnd && at >= readStart && bytes === readBytes && end === readLine)) return false
  // As runAround, without an object: most lines have such a run, in their time.
  let from = at
  let to = at + 1
  while (from > start && KIND[bytes[from - 1]] !== 0) from--
  while (to < end && KIND[bytes[to]] !== 0) to++
  readBytes = bytes
  readLine = end
  readStart = from
  readEnd = to
  return to - from >= MIN_DIGITS && cardsIn(bytes, from, to, undefined).length > 0
}

export function isCardByte(byte: number): boolean {
  return KIND[byte] !== 0
}

/** Card numbers that stand free: no letter, digit or decimal point touches them. */
export function findCards(bytes: Uint8Array, start: number, end: number): Span[] {
  const found: Span[] = []
  for (let i = start; i < end; i++) {
    if (KIND[bytes[i]] !== 1) continue
    const run = runAround(bytes, i, i, end)
    if (run.end - run.start >= MIN_DIGITS) found.push(...cardsIn(bytes, run.start, run.end, { start, end }))
    i = run.end
  }
  return found
}

function runAround(bytes: Uint8Array, at: number, start: number, end: number): Span {
  let from = at
  let to = at + 1
  while (from > start && KIND[bytes[from - 1]] !== 0) from--
  while (to < end && KIND[bytes[to]] !== 0) to++
  return { start: from, end: to }
}

/** Cards in a run of digits, spaces and dashes. `around`: the text's bounds, when what touches them counts. */
function cardsIn(bytes: Uint8Array, start: number, end: number, around: Span | undefined): Span[] {
  const found: Span[] = []
  let i = start
  // Where the last card ended: its digits do not make the next number the middle of something else.
  let previous = start
  while (i < end) {
    if (KIND[bytes[i]] !== 1) {
      i++
      continue
    }
    const cardEnd = isPartOfNumber(bytes, i, previous) ? undefined : cardAt(bytes, i, end)
    if (cardEnd !== undefined && (around === undefined || standsFree(bytes, i, cardEnd, around))) {
      found.push({ start: i, end: cardEnd })
      i = cardEnd
      previous = cardEnd
    } else {
      while (i < end && KIND[bytes[i]] === 1) i++
    }
  }
  return found
}

/** A group of digits before, joined by a dash, makes this the middle of something else (a UUID, a date, a phone number). */
function isPartOfNumber(bytes: Uint8Array, at: number, start: number): boolean {
  return at - 2 >= start && bytes[at - 1] === 0x2d && KIND[bytes[at - 2]] === 1
}

/** Where the card number that starts here ends. */
function cardAt(bytes: Uint8Array, at: number, end: number): number | undefined {
  let first = at
  while (first < end && KIND[bytes[first]] === 1) first++
  const digits = first - at
  if (digits >= MIN_DIGITS) return digits <= MAX_DIGITS && isCard(digitsOf(bytes, at, first)) ? first : undefined
  if (digits !== 4 || first >= end) return undefined
  const separator = bytes[first]
  // The longest layout that fits is meant: 19 digits before 16.
  let best: number | undefined
  for (const layout of LAYOUTS) {
    const stop = layoutEnd(bytes, at, end, separator, layout)
    if (stop !== undefined && stop > (best ?? 0) && isCard(digitsOf(bytes, at, stop))) best = stop
  }
  return best
}

function layoutEnd(
  bytes: Uint8Array,
  at: number,
  end: number,
  separator: number,
  layout: readonly number[],
): number | undefined {
  let i = at
  for (let group = 0; group < layout.length; group++) {
    if (group > 0 && bytes[i++] !== separator) return undefined
    for (let n = 0; n < layout[group]; n++, i++) if (i >= end || KIND[bytes[i]] !== 1) return undefined
  }
  const runsOn =
    i < end && (KIND[bytes[i]] === 1 || (separator === 0x2d && bytes[i] === 0x2d && KIND[bytes[i + 1]] === 1))
  return runsOn ? undefined : i
}

function digitsOf(bytes: Uint8Array, start: number, end: number): string {
  let digits = ''
  for (let i = start; i < end; i++) if (KIND[bytes[i]] === 1) digits += String.fromCharCode(bytes[i])
  return digits
}

/** Issuer by prefix, and the lengths it uses. Source: ISO/IEC 7812 issuer ranges as the networks publish them. */
const ISSUERS: readonly (readonly [name: string, prefix: RegExp, lengths: readonly number[]])[] = [
  ['visa', /^4/, [13, 16, 19]],
  ['mastercard', /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  ['amex', /^3[47]/, [15]],
  ['discover', /^(?:6011|64[4-9]|65)/, [16, 19]],
  ['diners', /^(?:30[0-5]|3095|36|3[89])/, [14, 16]],
  ['jcb', /^35(?:2[89]|[3-8])/, [16, 19]],
  ['unionpay', /^(?:62|81)/, [16, 17, 18, 19]],
  ['maestro', /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [16, 18, 19]],
  ['mir', /^220[0-4]/, [16]],
]

export function isCard(digits: string): boolean {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS || /^(\d)\1+$/.test(digits)) return false
  const known = ISSUERS.some(([, prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits))
  return known && passesLuhn(digits)
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

function standsFree(bytes: Uint8Array, start: number, end: number, around: Span): boolean {
  const before = start > around.start ? bytes[start - 1] : 0x20
  const after = end < around.end ? bytes[end] : 0x20
  if (isWordByte(before) || isWordByte(after)) return false
  const twoBefore = start - 1 > around.start ? bytes[start - 2] : 0x20
  const twoAfter = end + 1 < around.end ? bytes[end + 1] : 0x20
  // blk_-4000…: a negative number, part of a name (HDFS).
  if (before === 0x2d && twoBefore === 0x5f) return false
  // 0.4111… and 4111….5 are decimals.
  if (before === 0x2e && KIND[twoBefore] === 1) return false
  return !(after === 0x2e && KIND[twoAfter] === 1)
}

function isWordByte(byte: number): boolean {
  const lower = byte | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
}

/** A new line begins: its buffer may be one that was looked at before. */
export function forgetRun(): void {
  readEnd = 0
}
