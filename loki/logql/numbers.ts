/** Numbers as Go writes them. */

/** Go's %f: six places. */
export function writeFixed(value: number): string {
  return writeSpecial(value) ?? (Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`)
}

/** Go's 'f' with the fewest places that read back the same: 1000000, 0.00001. */
export function writePlain(value: number): string {
  const special = writeSpecial(value)
  if (special !== undefined) return special
  const { sign, digits, point } = decompose(value)
  if (point <= 0) return `${sign}0${digits === '0' ? '' : `.${'0'.repeat(-point)}${digits}`}`
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length)
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Below and from these powers of ten Go's %v writes an exponent. */
const LEAST_PLAIN = -4
const LEAST_LARGE = 6

/** Go's %v: 100000 and 0.0001, but 1e+06 and 1e-05. */
export function writeShortest(value: number): string {
  const special = writeSpecial(value)
  if (special !== undefined) return special
  const { sign, digits, point } = decompose(value)
  const power = point - 1
  if (digits === '0' || (power >= LEAST_PLAIN && power < LEAST_LARGE)) return writePlain(value)
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function writeSpecial(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : undefined
}

/** The shortest digits that read back the same, and where the decimal point stands in them. */
function decompose(value: number): { sign: string; digits: string; point: number } {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa, exponent] = Math.abs(value).toExponential().split('e') as [string, string]
  return { sign, digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}
