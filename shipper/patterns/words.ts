/** Words of a message in an array of code units: where one ends, and whether it is another one in the next line. */
import {
  AT_SIGN,
  CLASSES,
  DATE_WORD,
  DIGIT,
  ENDS_WORD,
  FAILING,
  FAULT,
  HOLDS,
  hashUnit,
  IS_PATH_UNIT,
  knownUnits,
  LOWER,
  MAX_KNOWN_WORD,
  METHOD,
  NAMER,
  NOT_HEX,
  ORDINARY,
  STATE,
  SYMBOL,
  UNIT,
  UPPER,
  WORD_SEED,
} from './shapes.ts'

const BACKSLASH = 0x5c
const COLON = 0x3a
const DOT = 0x2e
const UNDERSCORE = 0x5f
const EQUALS = 0x3d
const OPEN = 0x28
const CLOSE = 0x29
const OPEN_SQUARE = 0x5b
const SLASH = 0x2f
const SPACE = 0x20

/** Between `user` and its name: a space, =, ': '. */
const MAX_NAME_GAP = 2

/** The longest part of an address: the four digits of IPv6. */
const MAX_ADDRESS_PART = 4

const HARDWARE_PARTS = 6

/** Words that end so are verbs or states: created, logging, session. */
const ENDINGS: ReadonlySet<number> = new Set(
  ['ed', 'ng', 'on'].map((end) => end.charCodeAt(0) * 256 + end.charCodeAt(1)),
)
const MIN_ENDED = 5

/** One that is used again for each word: no object a word. */
export class Word {
  start = 0
  /** Without dots at its end. */
  end = 0
  /** With them. */
  stop = 0
  /** What it holds, see shapes.ts. */
  holds = 0
  /** Whether the word before, or this one once judged, is one like `user`. */
  isNamer = false
  isFault = false
  isFailing = false
  /** Whether it is one like GET. */
  isMethod = false
  private dots = 0
  /** Of the word without those dots. */
  hash = 0

  /** Reads the word at `start`. Two dots in a row part words. */
  read(text: Uint16Array, start: number, length: number): void {
    let holds = 0
    let dots = 0
    let hash = WORD_SEED
    let at = start
    for (; at < length; at++) {
      const unit = text[at]
      const bits = CLASSES[unit]
      if (bits === ENDS_WORD) break
      if (unit === DOT) {
        if (text[at + 1] === DOT && at > start) break
        dots++
      } else holds |= bits
      hash = hashUnit(hash, unit)
    }
    this.start = start
    this.stop = at
    this.holds = holds
    while (at > start && text[at - 1] === DOT) at--
    this.end = at
    this.dots = dots - (this.stop - at)
    this.hash = at === this.stop ? hash : hashUnits(text, start, at)
  }

  get isBlank(): boolean {
    return (this.holds & (DIGIT | LOWER | UPPER)) === 0
  }

  /**
   * Whether another line of the same template has another word here. `lastEnd`: where the token before ends;
   * `isBehindParameter`: whether that is a parameter.
   */
  differs(text: Uint16Array, lastEnd: number, isBehindParameter: boolean): boolean {
    const { start, end, holds, dots } = this
    const isNamed = this.isNamer
    this.isNamer = false
    this.isFault = false
    this.isMethod = false
    this.isFailing = false
    if ((holds & (DIGIT | AT_SIGN)) !== 0) return true
    const hasNumber = isDigit(text[end + 1])
    // host.name:80, SIGNAL(15)
    if (text[end] === COLON && dots > 0 && hasNumber) return true
    if (text[end] === OPEN && hasNumber && (holds & LOWER) === 0) return true
    if (dots >= 2) return !this.isConstantName(text)
    if (text[end] === COLON && this.isAddressPart() && isHardwareAddress(text, start)) return true
    if (isBehindParameter && text[start - 1] === COLON && this.isAddressPart()) return true
    const known = this.knownAs(text)
    this.isFault = (known & FAULT) !== 0
    this.isFailing = (known & FAILING) !== 0
    this.isMethod = (known & METHOD) !== 0
    this.isNamer = (known & NAMER) !== 0
    // 17 min, but no key: 17 min: 3, min=3.
    if (isBehindParameter && this.isLabel(text, known)) return true
    const isUnit = isBehindParameter && (known & UNIT) !== 0 && text[end] !== COLON && text[end] !== EQUALS
    if ((known & DATE_WORD) !== 0 || isUnit) return true
    if (!isNamed || (known & STATE) !== 0 || !this.isName(text, lastEnd, known)) return false
    // Users are called user, too.
    this.isNamer = false
    return true
  }

  /** A word like true or failed. */
  isState(text: Uint16Array): boolean {
    return (this.knownAs(text) & STATE) !== 0
  }

  /** node-7 (gateway): what a parameter is called, too. */
  private isLabel(text: Uint16Array, known: number): boolean {
    const { start, end } = this
    if (text[start - 1] !== OPEN || text[end] !== CLOSE || text[start - 2] !== SPACE) return false
    return (known & (STATE | ORDINARY)) === 0 && this.isNoVerb(text)
  }

  private isAddressPart(): boolean {
    return (this.holds & (NOT_HEX | SYMBOL)) === 0 && this.end - this.start <= MAX_ADDRESS_PART
  }

  private knownAs(text: Uint16Array): number {
    const { start, end, hash } = this
    if (end - start > MAX_KNOWN_WORD) return 0
    return knownUnits(text, start, end, hash)
  }

  /** Behind `user`: bob, but not logged, does or creation. */
  private isName(text: Uint16Array, lastEnd: number, known: number): boolean {
    const { start } = this
    if (isValueAt(text, start)) return true
    if ((known & ORDINARY) !== 0 || start - lastEnd > MAX_NAME_GAP || text[start - 1] === OPEN_SQUARE) return false
    // logname= uid=0: a key without a value.
    if (text[start - 1] === SPACE && text[start - 2] === EQUALS) return false
    return this.isNoVerb(text)
  }

  /** Neither a verb nor a state. */
  private isNoVerb(text: Uint16Array): boolean {
    const { start, end } = this
    return end - start < MIN_ENDED || !ENDINGS.has(text[end - 2] * 256 + text[end - 1])
  }

  /** some.package.SOME_NAME: a constant of a program. */
  private isConstantName(text: Uint16Array): boolean {
    for (let at = this.end - 1; at >= this.start; at--) {
      const unit = text[at]
      if (unit === DOT) return true
      if (unit >= 128 || (HOLDS[unit] & (UPPER | SYMBOL)) === 0) return false
    }
    return false
  }
}

/** ab:cd:ef:01:23:45, whose first parts may be letters only. */
function isHardwareAddress(text: Uint16Array, start: number): boolean {
  for (let part = 0; part < HARDWARE_PARTS; part++) {
    const at = start + part * 3
    if (!isHex(text[at]) || !isHex(text[at + 1])) return false
    const mark = text[at + 2]
    if (part < HARDWARE_PARTS - 1 ? mark !== COLON : CLASSES[mark] !== ENDS_WORD || mark === COLON) return false
  }
  return true
}

function isHex(unit: number): boolean {
  return unit < 128 && (HOLDS[unit] & (DIGIT | LOWER | UPPER)) !== 0 && (HOLDS[unit] & NOT_HEX) === 0
}

/** A path or address, up to what cannot be part of it. */
export function pathEnd(text: Uint16Array, start: number, length: number): number {
  let at = start
  while (at < length && isPathUnit(text[at])) at++
  while (at > start && (text[at - 1] === DOT || text[at - 1] === COLON)) at--
  return at
}

/** /var/log, but no lone slash. */
export function isPath(text: Uint16Array, start: number): boolean {
  return text[start] === SLASH && isPathUnit(text[start + 1])
}

/** Segments of letters, with dots and underscores between them; all but the last may hold one digit behind a letter: ec2_started. */
export function isEventName(text: Uint16Array, start: number, end: number): boolean {
  let digits = 0
  for (let at = start; at < end; at++) {
    const unit = text[at]
    if (unit === DOT || unit === UNDERSCORE) digits = 0
    else if (unit >= 128) return false
    else if ((HOLDS[unit] & DIGIT) !== 0) {
      if (digits++ > 0 || at === start || !isLetter(text[at - 1])) return false
    } else if (!isLetter(unit)) return false
  }
  return digits === 0
}

function isLetter(unit: number): boolean {
  return unit < 128 && (HOLDS[unit] & (LOWER | UPPER)) !== 0
}

/** attempt-7: where the letters end that a parameter begins with; 0 when they may be digits themselves (hexadecimal). */
export function stemEnd(text: Uint16Array, start: number, end: number): number {
  let holds = 0
  let at = start
  for (; at < end; at++) {
    const bits = text[at] < 128 ? HOLDS[text[at]] : NOT_HEX
    if ((bits & DIGIT) !== 0) break
    if (at === start && (bits & (LOWER | UPPER)) === 0) return 0
    holds |= bits
  }
  return at < end && (holds & NOT_HEX) !== 0 ? at : 0
}

/** The :// behind a scheme, the :\\ behind a drive's letter. */
export function isScheme(text: Uint16Array, end: number, length: number): boolean {
  if (end + 2 >= length || text[end] !== COLON) return false
  return text[end + 1] === BACKSLASH || (text[end + 1] === SLASH && text[end + 2] === SLASH)
}

/** key=value: whether a value starts here. */
export function isValueAt(text: Uint16Array, start: number): boolean {
  return start > 0 && text[start - 1] === EQUALS
}

export function hashUnits(text: Uint16Array, start: number, end: number): number {
  let hash = WORD_SEED
  for (let at = start; at < end; at++) hash = hashUnit(hash, text[at])
  return hash
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

function isPathUnit(unit: number): boolean {
  return unit >= 128 || IS_PATH_UNIT[unit] === 1
}
