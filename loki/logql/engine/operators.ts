/** What LogQL's binary operators come to, for two numbers. */
import type { BinaryOp } from '../ast.ts'

export type SetOp = 'and' | 'or' | 'unless'

export function isSetOp(op: BinaryOp): op is SetOp {
  return op === 'and' || op === 'or' || op === 'unless'
}

/** The value of `a op b`, or undefined when a comparison without bool drops the sample. `kept` is what it would keep. */
export function apply(op: BinaryOp, isBool: boolean, a: number, b: number, kept: number): number | undefined {
  const arithmetic = ARITHMETIC.get(op)
  if (arithmetic !== undefined) return arithmetic(a, b)
  const isTrue = COMPARISON.get(op)!(a, b)
  return isBool ? Number(isTrue) : isTrue ? kept : undefined
}

const ARITHMETIC: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  // Loki's own: division by zero is no number, not infinity.
  ['/', (a, b) => (b === 0 ? Number.NaN : a / b)],
  ['%', (a, b) => (b === 0 ? Number.NaN : a % b)],
  ['^', power],
])

/** Go's math.Pow: 1 to any power is 1, and so is -1 to an infinite one. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b
}

const COMPARISON: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
])
