/** What the stories share: a clock that stands still, a random number generator with a seed, lines put in order of time. */

/** When every story begins; `longship up` moves it to the last hour. */
export const BEGIN = Date.parse('2026-05-05T12:00:00Z')
export const SECOND = 1000
export const MINUTE = 60 * SECOND

/** Credentials that are none. They stand in the samples so that redaction has something to do. */
export const FAKE_SECRETS = {
  databasePassword: 'hunter2-not-real',
  bearer: 'fake0bearer1token2abcdefghijklmnop',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZW1vLXVzZXIifQ.c2lnbmF0dXJlLW9mLWEtZmFrZS10b2tlbi1vbmx5',
  telegram: '123456789:AAFakeFakeFakeFakeFakeFakeFakeFake0',
  apiKey: 'fake-api-key-0123456789abcdef',
  adminPassword: 'correct-horse-not-real',
} as const

export interface Dice {
  /** From low up to, not including, high; whole numbers. */
  between(low: number, high: number): number
  pick<T>(choices: readonly T[]): T
  chance(probability: number): boolean
  hex(digits: number): string
}

/** mulberry32: the same seed gives the same story on every machine. */
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

/** Lines of one file, told in any order and written in the order of their times. */
export class Page {
  readonly #lines: { at: number; text: string }[] = []

  add(at: number, text: string): void {
    this.#lines.push({ at, text })
  }

  get text(): string {
    return this.#lines
      .toSorted((a, b) => a.at - b.at)
      .map(({ text }) => `${text}\n`)
      .join('')
  }
}
