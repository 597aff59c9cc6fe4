/** Chance that comes out the same for the same seed, on every machine. */

export interface Dice {
  /** From low up to, not including, high; whole numbers. */
  between(low: number, high: number): number
  pick<T>(choices: readonly T[]): T
  chance(probability: number): boolean
  hex(digits: number): string
}

/** mulberry32. */
export function dice(seed: number): Dice {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low))
  return {
    between,
    pick: (choices) => choices[between(0, choices.length)]!,
    chance: (probability) => random() < probability,
    hex: (digits) => Array.from({ length: digits }, () => between(0, 16).toString(16)).join(''),
  }
}
