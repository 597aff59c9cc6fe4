/** What goes wrong, as problem+json (RFC 9457): one table of kinds, so that document, server and tests say the same. */
import type { Fault, Refusal } from '../terms/answer.ts'

export interface Kind {
  readonly status: number
  readonly title: string
}

/** By the last part of `type`: urn:longship:problem:<name>. */
export const KINDS = {
  invalid: { status: 400, title: 'The request is wrong' },
  unauthorized: { status: 401, title: 'No valid token' },
  foreign: { status: 403, title: 'Other sites may not ask' },
  missing: { status: 404, title: 'No such thing' },
  method: { status: 405, title: 'Not by this method' },
  readonly: { status: 409, title: 'It comes from a file' },
  conflict: { status: 409, title: 'It does not fit what is there' },
  full: { status: 409, title: 'There is no room for more' },
  changed: { status: 412, title: 'It was changed in the meantime' },
  large: { status: 413, title: 'The body is too large' },
  type: { status: 415, title: 'The body is of another type' },
  crowded: { status: 429, title: 'Too many requests' },
  broken: { status: 500, title: 'A fault of Longship' },
  failed: { status: 503, title: 'It could not be done' },
  busy: { status: 503, title: 'Too busy, or closing' },
} as const satisfies Record<string, Kind>
export type KindName = keyof typeof KINDS

/** Body of every answer from 400 on. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors: readonly Fault[]
}

/** Thrown by what reads a request, and answered: with headers beyond those of every answer. */
export class ProblemError extends Error {
  readonly kind: KindName
  readonly errors: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>

  constructor(kind: KindName, detail: string, errors: readonly Fault[] = [], headers: Record<string, string> = {}) {
    super(detail)
    this.kind = kind
    this.errors = errors
    this.headers = headers
  }
}

export function problemOf(kind: KindName, detail: string, errors: readonly Fault[]): Problem {
  const { status, title } = KINDS[kind]
  return { type: `urn:longship:problem:${kind}`, title, status, detail, errors }
}

/** Reasons of refusals are names of kinds. */
export function refusalProblem({ reason, problems }: Refusal): ProblemError {
  const detail = problems.map(({ message }) => message).join(' ')
  const headers: Record<string, string> = reason === 'failed' ? { 'Retry-After': '5' } : {}
  return new ProblemError(reason, detail || KINDS[reason].title, problems, headers)
}
