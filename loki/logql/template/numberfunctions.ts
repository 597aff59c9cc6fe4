/** Loki's functions over numbers, sizes, and JSON. Integers wrap around at 64 bits; sums of floats are decimal, as sprig's. */
import { readDuration, readSize } from '../stages/values.ts'
import type { GoFunction } from './call.ts'
import { toFloat64, toInt64 } from './cast.ts'
import { addDecimals, type Decimal, decimalOf, divideDecimals, multiplyDecimals, numberOf } from './decimal.ts'
import { intOf, isInt, isList, isMap, isTime, type Value } from './values.ts'

const int64 = (value: bigint) => intOf(value, 'int64')

function ofInts(call: (first: bigint, ...others: bigint[]) => bigint): GoFunction {
  return {
    parameters: ['any'],
    rest: 'any',
    call: (...args) => int64(call(toInt64(args[0]), ...args.slice(1).map(toInt64))),
  }
}

function ofTwoInts(call: (a: bigint, b: bigint) => bigint): GoFunction {
  return { parameters: ['any', 'any'], call: (a, b) => int64(call(toInt64(a), toInt64(b))) }
}

function ofFloats(call: (all: number[]) => number): GoFunction {
  return { parameters: ['any'], rest: 'any', call: (...args) => call(args.map(toFloat64)) }
}

function ofDecimals(call: (a: Decimal, b: Decimal) => Decimal): GoFunction {
  return {
    parameters: ['any'],
    rest: 'any',
    call: (...args) => numberOf(args.map((arg) => decimalOf(toFloat64(arg))).reduce(call)),
  }
}

function refuseZero(b: bigint): bigint {
  if (b === 0n) throw new Error('runtime error: integer divide by zero')
  return b
}

export const NUMBER_FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  [
    'add',
    {
      parameters: [],
      rest: 'any',
      call: (...args) => int64(args.reduce((sum: bigint, arg) => sum + toInt64(arg), 0n)),
    },
  ],
  ['sub', ofTwoInts((a, b) => a - b)],
  ['mul', ofInts((first, ...others) => others.reduce((product, each) => BigInt.asIntN(64, product * each), first))],
  ['div', ofTwoInts((a, b) => a / refuseZero(b))],
  ['mod', ofTwoInts((a, b) => a % refuseZero(b))],
  ['max', ofInts((...all) => all.reduce((a, b) => (b > a ? b : a)))],
  ['min', ofInts((...all) => all.reduce((a, b) => (b < a ? b : a)))],
  ['addf', { ...ofDecimals(addDecimals), parameters: [], call: addf }],
  ['subf', ofDecimals((a, b) => addDecimals(a, { ...b, digits: -b.digits }))],
  ['mulf', ofDecimals(multiplyDecimals)],
  ['divf', ofDecimals(divideDecimals)],
  ['maxf', ofFloats((all) => Math.max(...all))],
  ['minf', ofFloats((all) => Math.min(...all))],
  ['ceil', { parameters: ['any'], call: (value) => Math.ceil(toFloat64(value)) }],
  ['floor', { parameters: ['any'], call: (value) => Math.floor(toFloat64(value)) }],
  ['round', { parameters: ['any', 'int'], rest: 'float64', call: round }],
  ['int', { parameters: ['any'], call: (value) => intOf(toInt64(value)) }],
  ['float64', { parameters: ['any'], call: toFloat64 }],
  ['bytes', { parameters: ['string'], call: (text) => reading(readSize(text as string)) }],
  ['duration', { parameters: ['string'], call: seconds }],
  ['duration_seconds', { parameters: ['string'], call: seconds }],
  ['default', { parameters: ['any'], rest: 'any', call: (other, ...given) => (isEmpty(given[0]) ? other : given[0]) }],
  ['fromJson', { parameters: ['string'], call: (text) => fromJson(text as string) }],
])

function addf(...args: Value[]): Value {
  return numberOf(args.map((arg) => decimalOf(toFloat64(arg))).reduce(addDecimals, decimalOf(0)))
}

function round(value: Value, places: Value, ...from: Value[]): Value {
  const roundOn = typeof from[0] === 'number' ? from[0] : 0.5
  const power = 10 ** (isInt(places) ? Number(places.value) : 0)
  const digit = power * toFloat64(value)
  const part = digit - Math.trunc(digit)
  return (part >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power
}

function reading(value: number | { readonly fault: string }): number {
  if (typeof value !== 'number') throw new Error(value.fault)
  return value
}

function seconds(text: Value): Value {
  return reading(readDuration(text as string)) / 1e9
}

function isEmpty(value: Value): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true
  if (isInt(value)) return value.value === 0n
  if (isList(value)) return value.length === 0
  return !isTime(value) && isMap(value) && value.type !== 'struct' && value.entries.size === 0
}

/** What is no JSON, or nests deeper than this, is nil. */
const MAX_DEPTH = 1000

function fromJson(text: string): Value {
  try {
    return valueOfJson(JSON.parse(text), 0)
  } catch {
    return null
  }
}

function valueOfJson(json: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new Error('too deep')
  // Go's decoder leaves out a number that is too large, and goes on.
  if (typeof json === 'number' && !Number.isFinite(json)) return null
  if (typeof json === 'string') return json.toWellFormed()
  if (json === null || typeof json !== 'object') return json as Value
  if (Array.isArray(json)) return json.map((item) => valueOfJson(item, depth + 1))
  const entries = new Map(
    Object.entries(json).map(([key, item]) => [key.toWellFormed(), valueOfJson(item, depth + 1)] as const),
  )
  return { kind: 'map', type: 'any', entries }
}
