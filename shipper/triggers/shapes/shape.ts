/** The contract of a kind of trigger: what it needs, and how an event becomes what its service takes. */
import type { LogEvent } from '../../events/event.ts'
import type { Scheme } from '../guard/target.ts'
import type { TriggerKind } from '../trigger.ts'

/** Settings that depend on the kind. */
export type Setting = 'url' | 'secret' | 'token' | 'username' | 'password' | 'from' | 'to' | 'headers'

/** What a trigger says about where and how, checked: `needs` of its shape are there, lists are lists. */
export interface Destination {
  readonly id: string
  readonly name: string
  /** Given, or the shape's own; without what follows a #. */
  readonly url: string
  readonly token: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly from: string | undefined
  readonly to: readonly string[]
}

export interface HttpMessage {
  readonly transport: 'http'
  readonly url: string
  /** Besides Content-Type, signature and the trigger's own. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

export interface MailMessage {
  readonly transport: 'mail'
  readonly url: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/**
 * One kind. `message` is pure and gets secrets as they are, or hidden when it is only to be shown; it never throws and
 * keeps every limit of the service, whatever the event holds.
 */
export interface Shape {
  readonly kind: TriggerKind
  readonly title: string
  readonly schemes: readonly Scheme[]
  /** Settings without which it cannot be. */
  readonly needs: readonly Setting[]
  /** Further settings that mean something to it; the others are refused. */
  readonly takes: readonly Setting[]
  /** Where to when no url is given. */
  readonly defaultUrl?: string
  /** Path and query are what a thief would want: never shown. Of the others the url is the server's, without a query. */
  readonly isUrlSecret: boolean
  /** What must hold of single settings, with what to say when it does not. */
  readonly forms?: readonly Form[]
  message(event: LogEvent, to: Destination, nowMs: number): HttpMessage | MailMessage
  /** What the service's answer to a refused request says, for people; its text is masked and cut by the caller. */
  reason?(body: string): string | undefined
  /** Milliseconds that the answer's body asks to wait. */
  waitMs?(body: string): number | undefined
}

export interface Form {
  readonly setting: 'token' | 'from' | 'to'
  readonly pattern: RegExp
  /** What follows "must be". */
  readonly what: string
  /** Of `to`: not a list. */
  readonly isSingle?: boolean
}

/** A text member of a JSON answer; `path`: of objects within each other. */
export function memberOf(body: string, ...path: readonly string[]): string | number | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

export function textOf(body: string, ...path: readonly string[]): string | undefined {
  const value = memberOf(body, ...path)
  return value === undefined ? undefined : String(value)
}

/** Seconds as a JSON number → milliseconds. */
export function secondsOf(body: string, ...path: readonly string[]): number | undefined {
  const value = memberOf(body, ...path)
  return typeof value === 'number' && value >= 0 ? value * 1000 : undefined
}

/** The server's address with a path behind it, unless it ends with that already. `http://a/` + `/b` → http://a/b */
export function under(base: string, path: string): string {
  const trimmed = base.replace(/\/+$/, '')
  return trimmed.endsWith(path) ? trimmed : trimmed + path
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` }
}
