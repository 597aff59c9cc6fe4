/** `| unpack`: a packed line's texts become labels, and `_entry` the line (Promtail's pack stage). */
import { DUPLICATE_SUFFIX, type Stage } from '../row.ts'
import { type Hints, NO_HINTS, setError } from './hints.ts'
import { createBlockEnds, eachMember } from './jsonscan.ts'
import { sanitizeName, unescapeJson, withoutInvalid } from './text.ts'

const ENTRY = '_entry'

export function unpackStage(hints: Hints = NO_HINTS): Stage {
  return (row) => {
    const line = row.line()
    if (line === '' || hints.hasEnough(row)) return true
    if (!line.startsWith('{')) {
      setError(row, hints, 'JSONParserErr', 'expecting json object(6), but it is not')
      return true
    }
    let entry: string | undefined
    const labels: [string, string][] = []
    const fault = eachMember(line, 0, line.length, createBlockEnds(line, 0), (key, value) => {
      if (value.kind !== 'string') return undefined
      const text = unescapeJson(line.slice(value.start, value.end))
      if (key === ENTRY) {
        if (text === undefined) return 'Encountered an invalid escape sequence in a string'
        entry = text
        return undefined
      }
      const name = row.isTaken(key) ? key + DUPLICATE_SUFFIX : key
      if (hints.wants(name) && !row.wasSet(name)) labels.push([sanitizeName(name), withoutInvalid(text ?? '')])
      return undefined
    })
    if (fault !== undefined) {
      setError(row, hints, 'JSONParserErr', fault)
      return true
    }
    // Without an entry it was not packed, and stays as it is.
    if (entry === undefined) return true
    for (const [name, value] of labels) {
      row.set(name, value)
      if (!hints.keeps(name, row)) return false
    }
    row.setLine(entry)
    return true
  }
}
