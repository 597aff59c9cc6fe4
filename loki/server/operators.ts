/** What LogQL's binary operators come to, for two numbers. */
import type { BinaryOp } from '../logql/ast.ts'

/** The value of `a op b`, or undefined when a comparison without bool drops the sample. `kept` is what it would keep. */
export function apply(op: BinaryOp, isBool: boolean, a: number, b: number, kept: number): number | undefined {
  const arithmetic = ARITHMETIC[op]
  if (arithmetic !== undefined) return arithmetic(a, b)
  const isTrue = COMPARISON[op]!(a, b)
  return isBool ? Number(isTrue) : isTrue ? kept : undefined
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // Loki's own: division by zero is no number, not infinity.
  '/': (a, b) => (b === 0 ? Number.NaN : a / b),
  '%': (a, b) => (b === 0 ? Number.NaN : a % b),
  '^': (a, b) => a ** b,
}
const COMPARISON: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}
