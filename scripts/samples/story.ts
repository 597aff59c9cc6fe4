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
