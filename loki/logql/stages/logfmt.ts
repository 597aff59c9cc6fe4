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
  const keyAt = createKeys(scanner, hints)
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
      if (!scanner.next()) {
        if (isStrict) break
        continue
      }
      before = keyAt(line, before)
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

/** Finds the key under the scanner: first where it came last time, in place; cut out of the line only when it came elsewhere. */
function createKeys(scanner: LogfmtScanner, hints: Hints): (line: string, before: Key | undefined) => Key {
  const known = new Map<string, Key>()
  let first: Key | undefined
  return (line, before) => {
    const { keyStart: start, keyEnd: end } = scanner
    const guess = before === undefined ? first : before.next
    if (guess !== undefined && guess.text.length === end - start && line.startsWith(guess.text, start)) return guess
    const text = line.slice(start, end)
    let key = known.get(text)
    if (key === undefined) {
      const name = sanitizeName(text)
      const duplicate = name + DUPLICATE_SUFFIX
      key = { text, name, duplicate, isWanted: hints.wants(name) || hints.wants(duplicate), next: undefined }
      if (known.size < MAX_KEYS) known.set(text, key)
    }
    if (before === undefined) first = key
    else before.next = key
    return key
  }
}
