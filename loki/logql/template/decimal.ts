/** Decimal numbers of any length, as shopspring/decimal has them: 0.1 + 0.2 is 0.3. */

/** digits × 10^exponent. */
export interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value))
    throw new Error(`Cannot create a Decimal from ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`)
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length }
}

export function numberOf({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`)
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent)
  return { digits: scaled(a, exponent) + scaled(b, exponent), exponent }
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent }
}

/** To 16 places behind the point, half away from 0. */
const PLACES = 16

export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new Error('decimal division by 0')
  const shift = a.exponent - b.exponent + PLACES
  const top = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits
  const bottom = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift)
  const quotient = top / bottom
  const rest = top % bottom
  const size = (value: bigint) => (value < 0n ? -value : value)
  const up = size(rest) * 2n >= size(bottom) ? (top < 0n === bottom < 0n ? 1n : -1n) : 0n
  return { digits: quotient + up, exponent: -PLACES }
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to)
}
