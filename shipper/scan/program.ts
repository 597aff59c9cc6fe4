/**
 * The program that re2js makes of a pattern: a graph of instructions, as RE2 has it. What prefilters need is read from it
 * and not from the pattern's text, so that they cannot take the text for something else than the engine does.
 */
import type { RE2JS } from 're2js'

export const OP = {
  ALT: 1,
  ALT_MATCH: 2,
  CAPTURE: 3,
  EMPTY_WIDTH: 4,
  FAIL: 5,
  MATCH: 6,
  NOP: 7,
  RUNE: 8,
  RUNE1: 9,
  RUNE_ANY: 10,
  RUNE_ANY_NOT_NL: 11,
} as const

/** Bits of an EMPTY_WIDTH's arg. */
export const EMPTY = { BEGIN_LINE: 1, END_LINE: 2, BEGIN_TEXT: 4, END_TEXT: 8 } as const

const FOLD_CASE = 1

export interface Instruction {
  readonly op: number
  readonly out: number
  /** ALT: the other way; EMPTY_WIDTH: what must hold; RUNE: whether case counts. */
  readonly arg: number
  /** One rune, or pairs of first and last. */
  readonly runes: ArrayLike<number>
  matchRune(rune: number): boolean
}

export interface Program {
  readonly inst: readonly Instruction[]
  readonly start: number
}

export function programOf(regex: RE2JS): Program {
  return regex.re2().prog as Program
}

export function isRune({ op }: Instruction): boolean {
  return op >= OP.RUNE && op <= OP.RUNE_ANY_NOT_NL
}

export function nextOf(instruction: Instruction): readonly number[] {
  const { op, out, arg } = instruction
  if (op === OP.ALT || op === OP.ALT_MATCH) return [out, arg]
  return op === OP.MATCH || op === OP.FAIL ? [] : [out]
}

export function folds({ arg, runes }: Instruction): boolean {
  return runes.length === 1 && (arg & FOLD_CASE) !== 0
}

/** Whether a rune instruction takes this rune. */
export function takes(instruction: Instruction, rune: number): boolean {
  if (instruction.op === OP.RUNE_ANY) return true
  if (instruction.op === OP.RUNE_ANY_NOT_NL) return rune !== 0x0a
  return instruction.matchRune(rune)
}

/** The only runes beyond ASCII that fold to a letter of it: ſ to s, the Kelvin sign to k. */
export const FOLDED_TO_ASCII = /[\u017f\u212a]/

/** Whether a rune instruction takes some rune beyond ASCII. */
export function takesBeyondAscii(instruction: Instruction): boolean {
  const { op, runes } = instruction
  if (op === OP.RUNE_ANY || op === OP.RUNE_ANY_NOT_NL) return true
  if (runes.length === 1) return runes[0] >= 0x80 || (folds(instruction) && /[ks]/i.test(String.fromCharCode(runes[0])))
  return runes.length > 0 && runes[runes.length - 1] >= 0x80
}

const DELTA_TO_LOWER = 0x20

/** The letter in small, as prefilters compare; other ASCII as it is; -1 beyond. */
export function foldRune(rune: number): number {
  if (rune >= 0x41 && rune <= 0x5a) return rune + DELTA_TO_LOWER
  if (rune === 0x17f) return 0x73
  if (rune === 0x212a) return 0x6b
  return rune < 0x80 ? rune : -1
}
