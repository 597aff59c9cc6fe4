/** An error → the record's fields: error, error_type, error_code, stack with the causes behind it, and its own members. */
import { MAX_TEXT_CHARS, memberNames, readMember, reason } from './write.ts'

/** A chain of causes, or errors of an AggregateError, longer than this is cut: it may be a cycle. */
const MAX_CAUSES = 10

/** Members of an error that stand in fields of their own, or say nothing. */
const KNOWN = new Set(['name', 'message', 'stack', 'cause', 'code', 'errors', 'type'])

export interface Failure {
  readonly error: string
  readonly error_type: string
  readonly error_code?: string | undefined
  readonly stack?: string | undefined
  /** "TypeError: why ← Error: why that", when there are causes. */
  readonly error_cause?: string | undefined
  /** What the program put on the error besides (status, path, …). */
  readonly error_details?: Readonly<Record<string, unknown>> | undefined
}

/** Fields of anything that was thrown; never throws. */
export function failureOf(thrown: unknown): Failure {
  if (!isError(thrown)) return { error: thrownText(thrown), error_type: typeName(thrown) }
  const chain = causesOf(thrown)
  const code = readMember(thrown, 'code')
  return {
    error: textOf(thrown, 'message') ?? '',
    error_type: typeName(thrown),
    error_code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    stack: stackOf(thrown, chain),
    error_cause: chain.length === 0 ? undefined : chain.map(headOf).join(' ← '),
    error_details: detailsOf(thrown),
  }
}

/** Errors of other realms and libraries count: what has a message and a stack, both text. */
export function isError(value: unknown): value is Error {
  if (value === null || typeof value !== 'object') return false
  try {
    if (value instanceof Error) return true
    // Fields that somebody called message and stack are no error.
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return false
  } catch {
    // A revoked proxy throws even here.
    return false
  }
  return textOf(value, 'stack') !== undefined && textOf(value, 'message') !== undefined
}

function typeName(thrown: unknown): string {
  if (thrown === null || typeof thrown !== 'object') return typeof thrown
  const own = textOf(thrown, 'name')
  if (own !== undefined && own !== '' && own !== 'Error') return own
  const made = readMember(thrown, 'constructor')
  return (typeof made === 'function' && textOf(made, 'name')) || own || 'Error'
}

function thrownText(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown
  const message = thrown !== null && typeof thrown === 'object' ? textOf(thrown, 'message') : undefined
  return message ?? reason(thrown)
}

/** Causes and an AggregateError's errors, outermost first. */
function causesOf(error: Error): unknown[] {
  const found: unknown[] = []
  const waiting: unknown[] = [error]
  const seen = new Set<unknown>(waiting)
  while (waiting.length > 0 && found.length < MAX_CAUSES) {
    const one = waiting.shift()
    if (one !== error) found.push(one)
    if (one === null || typeof one !== 'object') continue
    const errors = readMember(one, 'errors')
    for (const next of [readMember(one, 'cause'), ...(Array.isArray(errors) ? errors.slice(0, MAX_CAUSES) : [])]) {
      if (next === undefined || next === null || seen.has(next)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
  return found
}

function stackOf(error: Error, causes: readonly unknown[]): string | undefined {
  const own = textOf(error, 'stack')
  if (own === undefined) return undefined
  const parts = causes.map((cause) => `Caused by: ${(isError(cause) && textOf(cause, 'stack')) || headOf(cause)}`)
  // Each part keeps its head: the innermost cause is what matters, and the outermost names the place.
  const share = Math.floor(MAX_TEXT_CHARS / (parts.length + 1)) - 20
  return [own, ...parts].map((part) => (part.length > share ? `${part.slice(0, share)}…` : part)).join('\n')
}

function headOf(thrown: unknown): string {
  return `${typeName(thrown)}: ${isError(thrown) ? (textOf(thrown, 'message') ?? '') : thrownText(thrown)}`.slice(
    0,
    500,
  )
}

function detailsOf(error: Error): Record<string, unknown> | undefined {
  const names = memberNames(error)?.filter((name) => !KNOWN.has(name)) ?? []
  if (names.length === 0) return undefined
  return Object.fromEntries(names.slice(0, 50).map((name) => [name, readMember(error, name)]))
}

function textOf(value: object, name: string): string | undefined {
  const member = readMember(value, name)
  return typeof member === 'string' ? member : undefined
}
