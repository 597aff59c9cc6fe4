/** Numbers as Go's templates write them. */
import { unquote } from '../../../shipper/wire/quote.ts'
import type { NumberNode } from './nodes.ts'

const INTEGER = /^[+-]?(?:0[xX]_?[0-9a-fA-F]+|0[oO]?_?[0-7]+|0[bB]_?[01]+|0|[1-9][0-9]*)$/

/** A number or 'c'; undefined for what is none. */
export function readNumber(text: string, at: number): NumberNode | undefined {
  if (text.startsWith("'")) {
    const char = unquote(text)
    if (char === undefined || [...char].length !== 1) return undefined
    const code = char.codePointAt(0)!
    return { kind: 'number', at, text, int: BigInt(code), float: code }
  }
  const isParted = /__|_$|^[+-]?_|_[.eEpP+-]|[.eEpP+-]_/.test(text)
  const plain = isParted ? text : text.replaceAll('_', '')
  if (INTEGER.test(plain)) {
    const sign = plain.startsWith('-') ? -1n : 1n
    const digits = plain.replace(/^[+-]/, '').replace(/^0(?=[0-7])/, '0o')
    const int = sign * BigInt(digits)
    const isInt = int >= -(2n ** 63n) && int < 2n ** 63n
    return { kind: 'number', at, text, int: isInt ? int : undefined, float: Number(int) }
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain)) return undefined
  const float = Number(plain)
  if (!Number.isFinite(float)) return undefined
  return { kind: 'number', at, text, int: Number.isSafeInteger(float) ? BigInt(float) : undefined, float }
}

/** Go's words for a text that readNumber does not take. */
export function numberFault(text: string): string {
  if (text === "''") return 'invalid syntax'
  return text.startsWith("'")
    ? `malformed character constant: ${text}`
    : `illegal number syntax: ${JSON.stringify(text)}`
}
