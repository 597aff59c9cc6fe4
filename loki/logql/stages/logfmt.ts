/** `| logfmt`: key=value pairs become labels (Loki's LogfmtParser). */
import { DUPLICATE_SUFFIX, type Row, type Stage } from '../row.ts'
import { type Hints, NO_HINTS, setError } from './hints.ts'
import { createLogfmtScanner, type LogfmtScanner, pairValue } from './logfmtline.ts'
import { sanitizeName, withoutInvalid } from './text.ts'

/** A key known from earlier lines, and the place of the one that came behind it. */
interface Key {
  readonly text: string
  readonly name: string
  readonly duplicate: string
  readonly isWanted: boolean
  next: Key | undefined
}

/** Keys remembered per stage. */
const MAX_KEYS = 5000

export function logfmtStage(isStrict: boolean, keepsEmpty: boolean, hints: Hints = NO_HINTS): Stage {
  const scanner = createLogfmtScanner()
  const keys = createKeys(scanner, hints)
  const readPair = (row: Row, line: string, key: Key): boolean => {
    if (!key.isWanted || key.name === '') return true
    const name = row.isTaken(key.name) ? key.duplicate : key.name
    if (!hints.wants(name) || row.wasSet(name)) return true
    const value = withoutInvalid(pairValue(scanner, line))
    if (value === '' && !keepsEmpty) return true
    row.set(name, value)
    return hints.keeps(name, row)
  }
  return (row) => {
    if (hints.hasEnough(row)) return true
    const line = row.line()
    scanner.start(line)
    let before: Key | undefined
    let count = row.mark()
    while (!scanner.isAtEnd()) {
      const guess: Key | undefined = before === undefined ? keys.first : before.next
      if (!scanner.next(guess?.text)) {
        if (isStrict) break
        continue
      }
      before = scanner.isGuessed ? guess! : keys.find(line, before)
      if (!readPair(row, line, before)) return false
      if (row.mark() === count) continue
      count = row.mark()
      if (hints.isComplete(row)) break
    }
    const fault = isStrict ? scanner.fault() : ''
    if (fault === '') return true
    setError(row, hints, 'LogfmtParserErr', fault)
    return hints.keeps('__error__', row)
  }
}

interface Keys {
  /** The one that a line began with last. */
  first: Key | undefined
  /** The key under the scanner. */
  find(line: string, before: Key | undefined): Key
}

/** Guesses are compared in place; a key is cut out of the line only when another stands there. */
function createKeys(scanner: LogfmtScanner, hints: Hints): Keys {
  const known = new Map<string, Key>()
  const keys: Keys = {
    first: undefined,
    find(line, before) {
      const text = line.slice(scanner.keyStart, scanner.keyEnd)
      let key = known.get(text)
      if (key === undefined) {
        const name = sanitizeName(text)
        const duplicate = name + DUPLICATE_SUFFIX
        key = { text, name, duplicate, isWanted: hints.wants(name) || hints.wants(duplicate), next: undefined }
        if (known.size < MAX_KEYS) known.set(text, key)
      }
      // Only a plain key may be guessed: what else may stand in one needs a look.
      if (PLAIN_KEY.test(text)) {
        if (before === undefined) keys.first = key
        else before.next = key
      }
      return key
    },
  }
  return keys
}

const PLAIN_KEY = /^[\w.:/-]+$/
