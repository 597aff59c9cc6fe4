/** One line of doctor's report. `warn` works, though perhaps not as meant; `fail` does not work. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
}
