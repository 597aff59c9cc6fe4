/**
 * What everything that is logged within a request, message or job carries: correlation_id and whatever else was bound.
 * Follows async calls (AsyncLocalStorage); one store a process, however often this module is loaded.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/** Names and values of fields. */
export type Fields = Readonly<Record<string, unknown>>

/** What one withContext holds. Entered again (where a framework lost it), it still has what was bound inside. */
export interface Scope {
  fields: Fields
}

const KEY = Symbol.for('longship.logger.context')
const shared = globalThis as { [KEY]?: AsyncLocalStorage<Scope> }
const storage = (shared[KEY] ??= new AsyncLocalStorage<Scope>())

const NONE: Fields = Object.freeze({})

/**
 * Runs `run` with these fields beside those already in force; afterwards the old ones hold again. Returns what `run` returns.
 * @example await withContext({ correlation_id: messageId(456) }, () => handle(message))
 */
export function withContext<T>(fields: Fields, run: () => T): T {
  return within(newScope(fields), run)
}

/** A scope inside the one in force, for those that enter it more than once. */
export function newScope(fields: Fields): Scope {
  return { fields: { ...context(), ...fields } }
}

export function within<T>(scope: Scope, run: () => T): T {
  return storage.run(scope, run)
}

/**
 * Adds fields to the innermost withContext; outside of one, to everything that this asynchronous call still does.
 * @example bindContext({ thread_id: 'user_123' })
 */
export function bindContext(fields: Fields): void {
  const scope = storage.getStore()
  if (scope === undefined) storage.enterWith({ fields: { ...fields } })
  else scope.fields = { ...scope.fields, ...fields }
}

/** Takes these fields out of the innermost withContext; without names, all. @example clearContext('thread_id') */
export function clearContext(...names: readonly string[]): void {
  const scope = storage.getStore()
  if (scope === undefined) return
  const left = names.length === 0 ? [] : Object.entries(scope.fields).filter(([name]) => !names.includes(name))
  scope.fields = Object.fromEntries(left)
}

/** The fields in force; never undefined. */
export function context(): Fields {
  return storage.getStore()?.fields ?? NONE
}

/** The correlation id in force; undefined outside of a context. @example response.setHeader('x-id', correlationId() ?? '') */
export function correlationId(): string | undefined {
  const { correlation_id: id } = context()
  return typeof id === 'string' ? id : undefined
}

/** `req_` and eight hex digits: for a request that came without an id. */
export function requestId(): string {
  return `req_${randomBytes(4).toString('hex')}`
}

/** `msg_<id>_<seconds since 1970>`: for a message of a bot or queue. */
export function messageId(id: string | number, now = Date.now()): string {
  return `msg_${id}_${Math.floor(now / 1000)}`
}
