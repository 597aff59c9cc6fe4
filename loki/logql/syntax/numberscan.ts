/** Go's number literals, rune by rune. */
import { digitValue, isDecimal, UNDERSCORE } from './runes.ts'

/** Where the runes of the number come from. */
export interface Runes {
  /** The rune that stood there before blanks were skipped. */
  readonly before: number
  rune(): number
  take(): number
  fail(message: string): void
  text(): string
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['x', 'hexadecimal literal'],
  ['o', 'octal literal'],
  ['0', 'octal literal'],
  ['b', 'binary literal'],
])

/** Go's number literals with their prefixes, separators and exponents; what is wrong is told, in Go's words. */
export function scanNumber(runes: Runes, seenDot: boolean): void {
  const { prefix, base, hasLeadingZero } = seenDot ? DECIMAL : scanPrefix(runes)
  const name = NAMES.get(prefix) ?? 'decimal literal'
  const seen = { digit: hasLeadingZero, separator: false, invalid: 0 }
  let isFloat = seenDot
  if (!seenDot) {
    scanDigits(runes, base, seen)
    if (runes.rune() === 0x2e) {
      runes.take()
      isFloat = true
    }
  }
  if (isFloat) {
    if (prefix === 'o' || prefix === 'b') runes.fail(`invalid radix point in ${name}`)
    scanDigits(runes, base, seen)
  }
  if (!seen.digit) runes.fail(`${name} has no digits`)
  const exponent = String.fromCodePoint(Math.max(runes.rune(), 0))
  if (/[eEpP]/.test(exponent)) {
    isFloat = true
    scanExponent(runes, exponent, prefix, seen)
  } else if (prefix === 'x' && isFloat) runes.fail("hexadecimal mantissa requires a 'p' exponent")
  if (!isFloat && seen.invalid !== 0) runes.fail(`invalid digit '${String.fromCodePoint(seen.invalid)}' in ${name}`)
  if (seen.separator && !isWellSeparated(runes.text())) runes.fail("'_' must separate successive digits")
}

const DECIMAL = { prefix: '', base: 10, hasLeadingZero: false }

/** Go's placing of _: behind a digit or the prefix, and before a digit. */
function isWellSeparated(number: string): boolean {
  const hasPrefix = /^0[xob]/i.test(number)
  const isHex = /^0x/i.test(number)
  let before = hasPrefix ? '0' : '.'
  for (const char of hasPrefix ? number.slice(2) : number) {
    const kind = char === '_' ? '_' : (isHex ? /[0-9a-f]/i : /[0-9]/).test(char) ? '0' : '.'
    if (kind === '_' ? before !== '0' : kind === '.' && before === '_') return false
    before = kind
  }
  return before !== '_'
}

function scanPrefix(runes: Runes): { prefix: string; base: number; hasLeadingZero: boolean } {
  if (runes.rune() !== 0x30) return DECIMAL
  const second = runes.take() | 0x20
  if (second === 0x78) {
    runes.take()
    return { prefix: 'x', base: 16, hasLeadingZero: false }
  }
  if (second === 0x6f) {
    runes.take()
    return { prefix: 'o', base: 8, hasLeadingZero: false }
  }
  if (second === 0x62) {
    // Loki looks at the rune before the token where it means the one behind 0b: after a space there is no binary.
    if (runes.before !== 0x30 && runes.before !== 0x31) return DECIMAL
    runes.take()
    return { prefix: 'b', base: 2, hasLeadingZero: false }
  }
  return { prefix: '0', base: 8, hasLeadingZero: true }
}

function scanDigits(runes: Runes, base: number, seen: { digit: boolean; separator: boolean; invalid: number }): void {
  for (;;) {
    const rune = runes.rune()
    if (rune === UNDERSCORE) seen.separator = true
    else if (base === 16 ? digitValue(rune) < 16 : isDecimal(rune)) {
      seen.digit = true
      if (base < 10 && rune >= 0x30 + base && seen.invalid === 0) seen.invalid = rune
    } else return
    runes.take()
  }
}

function scanExponent(
  runes: Runes,
  exponent: string,
  prefix: string,
  seen: { digit: boolean; separator: boolean; invalid: number },
): void {
  const isE = exponent === 'e' || exponent === 'E'
  if (isE && prefix !== '' && prefix !== '0') runes.fail(`'${exponent}' exponent requires decimal mantissa`)
  if (!isE && prefix !== 'x') runes.fail(`'${exponent}' exponent requires hexadecimal mantissa`)
  const sign = runes.take()
  if (sign === 0x2b || sign === 0x2d) runes.take()
  const power = { digit: false, separator: false, invalid: 0 }
  scanDigits(runes, 10, power)
  if (power.separator) seen.separator = true
  if (!power.digit) runes.fail('exponent has no digits')
}
