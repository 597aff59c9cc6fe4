/**
 * The one error class. Thrown only for wrong usage or configuration, or for a bug: on the data path a
 * failure is a value (a Delivery, a counted drop), never an exception.
 */

/** What went wrong, by code; the exit code that the command line ends with. */
export const ERROR_CODES = {
  usage: 2,
  config: 2,
  file: 2,
  positions: 2,
  loki: 1,
  port: 2,
  lost: 1,
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Says where, what was got, and what to do. `message` is shown to the user as it stands. */
export class LongshipError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LongshipError'
    this.code = code
  }

  get exitCode(): number {
    return ERROR_CODES[this.code]
  }
}
