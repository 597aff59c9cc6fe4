/** What is wrong with a query, in Loki's words, with the HTTP status that Loki gives. */

export class QueryError extends Error {
  readonly status: number
  /** What is wrong, without its place. */
  readonly reason: string

  constructor(status: number, message: string, reason = message) {
    super(message)
    this.name = 'QueryError'
    this.status = status
    this.reason = reason
  }
}

/** Loki's ParseError: with a place when the text is at fault, without one when the meaning is. */
export function parseError(message: string, line = 0, column = 0): QueryError {
  const place = line === 0 && column === 0 ? 'parse error :' : `parse error at line ${line}, col ${column}:`
  return new QueryError(400, `${place} ${message}`, message)
}
