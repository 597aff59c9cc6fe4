/** `| logfmt name="key"`: some pairs become labels, by names of one's own; those not there become empty (Loki's LogfmtExpressionParser). */
import type { Extraction } from '../ast.ts'
import { DUPLICATE_SUFFIX, type Stage } from '../row.ts'
import { stageFault } from './fault.ts'
import { type Hints, NO_HINTS, setError } from './hints.ts'
import { createLogfmtScanner, pairValue } from './logfmtline.ts'
import { readLogfmtKey } from './names.ts'
import { sanitizeName } from './text.ts'

/** Throws for a key that Loki would not read. */
export function logfmtExpressionStage(
  expressions: readonly Extraction[],
  isStrict: boolean,
  hints: Hints = NO_HINTS,
): Stage {
  const keys = new Map(
    expressions.map(({ name, expression }) => {
      const key = stageFault(`cannot parse expression [${expression}]: `, () => readLogfmtKey(expression))
      return [name, key] as const
    }),
  )
  const scanner = createLogfmtScanner()
  /** The label for a key of the line: the one whose expression it is, else the one of that name. */
  const labelFor = (key: string): string | undefined => {
    for (const [name, wanted] of keys) if (wanted === key) return name
    return keys.has(key) ? key : undefined
  }
  return (row) => {
    if (hints.hasEnough(row)) return true
    for (const name of keys.keys()) if (!row.isTaken(name)) row.set(name, '')
    const line = row.line()
    scanner.start(line)
    while (!scanner.isAtEnd()) {
      if (!scanner.next()) {
        if (isStrict) break
        continue
      }
      const key = sanitizeName(line.slice(scanner.keyStart, scanner.keyEnd))
      if (key === '') continue
      if (!keys.has(key) && (!hints.wants(key) || row.wasSet(key))) continue
      let name = labelFor(key)
      if (name === undefined) continue
      if (row.isTaken(name)) {
        name += DUPLICATE_SUFFIX
        if (row.wasSet(name) || !hints.wants(name)) break
      }
      const value = pairValue(scanner, line)
      row.set(name, value.includes('\ufffd') ? '' : value)
      if (hints.isComplete(row)) break
    }
    const fault = isStrict ? scanner.fault() : ''
    if (fault !== '') setError(row, hints, 'LogfmtParserErr', fault)
    return true
  }
}
