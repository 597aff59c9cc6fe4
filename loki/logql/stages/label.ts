/**
 * Label filters: texts, numbers, durations, sizes and addresses. A value that cannot be read passes, with Loki's
 * LabelFilterErr; a label that is not there has the text '' but is no number.
 */
import type { CompareOp, LabelFilter } from '../ast.ts'
import type { Matcher } from '../matcher.ts'
import type { Row, Stage } from '../row.ts'
import { readLogqlSize, writeHumanBytes } from '../units.ts'
import { createIpMatch } from './ip.ts'
import { equalFilter, notFilter, regexFilter, type TextFilter } from './textfilter.ts'
import { type Reading, readDuration, readFloat, readSize } from './values.ts'

/** Throws an Error with Loki's message for a wrong ip("…"). */
export function labelStage(filter: LabelFilter): Stage {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const left = uncheckedStage(filter.left)
      const right = uncheckedStage(filter.right)
      if (filter.kind === 'or') return (row) => left(row) || right(row)
      // Both sides run even when the left one fails: either may set the error.
      return (row) => {
        const isLeft = left(row)
        return right(row) && isLeft
      }
    }
    case 'match':
      return matchStage(filter.matcher)
    case 'ip':
      return ipStage(filter.name, filter.op === '!=', filter.pattern)
    default: {
      return compareStage(filter.name, filter.op, WANTED[filter.kind](filter.value), READERS[filter.kind])
    }
  }
}

/** As labelStage, for filters in others and behind unwrap: Loki takes a wrong ip("…") there, which then matches nothing. */
export function uncheckedStage(filter: LabelFilter): Stage {
  if (filter.kind !== 'ip') return labelStage(filter)
  try {
    return labelStage(filter)
  } catch {
    return (row) => row.error !== ''
  }
}

/** Names of the labels that a filter looks at. */
export function namesOf(filter: LabelFilter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...namesOf(filter.left), ...namesOf(filter.right)]
    case 'match':
      return textFilterOf(filter.matcher).isTrue ? [] : [filter.matcher.name]
    default:
      return [filter.name]
  }
}

function textFilterOf({ op, value }: Matcher): TextFilter {
  const filter = op === '=' || op === '!=' ? equalFilter(value) : regexFilter(value, true)
  return op === '=' || op === '=~' ? filter : notFilter(filter)
}

function matchStage(matcher: Matcher): Stage {
  const { name } = matcher
  const { test } = textFilterOf(matcher)
  return name === '__error__' ? (row) => test(row.error) : (row) => test(row.get(name) ?? '')
}

function ipStage(name: string, isNegative: boolean, pattern: string): Stage {
  const matches = createIpMatch(pattern)
  return (row) => {
    if (row.error !== '') return true
    const value = row.get(name)
    return value !== undefined && matches(value) !== isNegative
  }
}

const READERS: Readonly<Record<'number' | 'duration' | 'bytes', (text: string) => Reading>> = {
  number: readFloat,
  duration: readDuration,
  bytes: readSize,
}

/** What Loki compares with, of the number in the tree. */
const WANTED: Readonly<Record<'number' | 'duration' | 'bytes', (value: number) => number>> = {
  number: (value) => value,
  /** Milliseconds; Go compares nanoseconds. */
  duration: (value) => Math.round(value * 1e6),
  /** Loki hands queries on as text, and writes a size with two digits or three: 826KiB is 846kB by then. */
  bytes: (value) => readLogqlSize(writeHumanBytes(value)) ?? value,
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

function compareStage(name: string, op: CompareOp, wanted: number, read: (text: string) => Reading): Stage {
  const compare = COMPARE[op]
  return (row: Row) => {
    const text = row.get(name)
    if (text === undefined) return false
    const value = read(text)
    if (typeof value === 'number') return compare(value, wanted)
    if (row.error === '') {
      row.error = 'LabelFilterErr'
      row.details = value.fault
    }
    return true
  }
}
