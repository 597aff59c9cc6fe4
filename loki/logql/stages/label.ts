/** Label filters: texts, numbers, durations and sizes. A value that cannot be read passes with __error__ (Loki's LabelFilterErr). */
import type { CompareOp, LabelFilter } from '../ast.ts'
import { unsupported } from '../error.ts'
import type { Row, Stage } from '../row.ts'
import { readGoDuration, readLogqlSize } from '../units.ts'

export function labelStage(filter: LabelFilter): Stage {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const left = labelStage(filter.left)
      const right = labelStage(filter.right)
      if (filter.kind === 'or') return (row) => left(row) || right(row)
      // Both sides run even when the left one fails, as in Loki: either may set the error.
      return (row) => {
        const isLeft = left(row)
        return right(row) && isLeft
      }
    }
    case 'match':
      if (filter.matcher.name === '__error__') return (row) => filter.matcher.matches(row.error)
      return (row) => filter.matcher.matches(row.get(filter.matcher.name) ?? '')
    case 'ip':
      throw unsupported('the label filter ip()')
    default:
      return compareStage(filter.name, filter.op, filter.value, READERS[filter.kind])
  }
}

interface Reader {
  read(text: string): number | undefined
  fault(text: string): string
}

const READERS: Readonly<Record<'number' | 'duration' | 'bytes', Reader>> = {
  number: { read: readFloat, fault: (text) => `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax` },
  duration: { read: readGoDuration, fault: (text) => `time: invalid duration ${JSON.stringify(text)}` },
  bytes: {
    read: readLogqlSize,
    fault: (text) => `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`,
  },
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
])

function readFloat(text: string): number | undefined {
  if (FLOAT.test(text)) return Number(text)
  if (/^[+-]?0[xX][0-9a-fA-F]+$/.test(text)) return undefined
  return SPECIAL.get(text.toLowerCase())
}

const COMPARE: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}

function compareStage(name: string, op: CompareOp, wanted: number, reader: Reader): Stage {
  const compare = COMPARE[op]
  return (row: Row) => {
    const text = row.get(name)
    if (text === undefined) return false
    const value = reader.read(text)
    if (value !== undefined) return compare(value, wanted)
    if (row.error === '') {
      row.error = 'LabelFilterErr'
      row.details = reader.fault(text)
    }
    return true
  }
}
