/** Settings of a trigger, as a file or the API gives them: the schema's check first, then what their kind asks for. */

import { faultsOf, pathText } from '../schema-fault.ts'
import type { Answer, Fault } from '../terms/answer.ts'
import { done, refused } from '../terms/answer.ts'
import { isObject } from '../terms/object.ts'
import { durationMs } from '../terms/units.ts'
import check from './check.generated.ts'
import { compileFilter, listOf, type Matcher } from './filter.ts'
import type { Allowed } from './guard/address.ts'
import { readTarget, type Target } from './guard/target.ts'
import { shapeOf } from './shapes/index.ts'
import type { Destination, Setting, Shape } from './shapes/shape.ts'
import { SECRET_PLACEHOLDER, type TriggerSettings } from './trigger.ts'

/** Defaults filled in, lists are lists, and everything holds. */
export interface Checked {
  readonly settings: TriggerSettings
  readonly shape: Shape
  /** Where its server is. Looked up only when something is sent. */
  readonly target: Target
  readonly matches: Matcher
  readonly timeoutMs: number
}

const MAX_TIMEOUT_MS = 60_000
const MIN_TIMEOUT_MS = 100
const KIND_SETTINGS: readonly Setting[] = ['url', 'secret', 'token', 'username', 'password', 'from', 'to', 'headers']
/** Values of these are never in a message. */
const NOT_SHOWN = /^(?:secret|token|password|headers|url)$/
/** RFC 9110 §5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/** What the connection is made of, and what is ours to say. */
const OWN_HEADERS =
  /^(?:host|connection|content-(?:type|length|encoding)|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|x-longship-.*|__proto__)$/i

/** `draft` is not changed. Members that are null count as not there. */
export function readSettings(draft: unknown, allowed: Allowed): Answer<Checked> {
  if (!isObject(draft)) return refused('invalid', { path: '', message: 'A trigger is a group of keys.' })
  const copy = withoutNulls(draft)
  const problems = faultsOf(check, copy, { whole: 'the trigger', secret: NOT_SHOWN })
  if (problems.length > 0) {
    return refused('invalid', ...problems.map(({ path, message }) => ({ path: pathText(path), message })))
  }
  const settings = normalized(copy as unknown as TriggerSettings)
  const shape = shapeOf(settings.kind)
  const filter = compileFilter(settings.filter)
  const timeoutMs = durationMs(settings.timeout)
  const target = readTarget(urlOf(settings) ?? '', shape.schemes, allowed)
  const faults = [
    ...kindFaults(settings, shape),
    ...placeholderFaults(settings),
    ...tokenFaults(settings, shape),
    ...headerFaults(settings),
    ...timeoutFaults(timeoutMs, settings.timeout),
    ...(filter.ok ? [] : filter.refusal.problems),
    ...urlFaults(settings, shape, target.ok ? undefined : target.fault),
  ]
  if (faults.length > 0 || !filter.ok || !target.ok) return refused('invalid', ...faults)
  return done({ settings, shape, target: target.target, matches: filter.value, timeoutMs })
}

/** A copy, as deep as it goes. Names from outside become members, never prototypes. */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(
    members.map(([name, member]) => [name, isObject(member) ? withoutNulls(member) : structuredClone(member)]),
  )
}

function normalized(settings: TriggerSettings): TriggerSettings {
  const { to, filter } = settings
  const { workloads, rules } = filter
  return {
    ...settings,
    ...(to === undefined ? {} : { to: listOf(to) }),
    filter: {
      ...filter,
      ...(workloads === undefined ? {} : { workloads: listOf(workloads) }),
      ...(rules === undefined ? {} : { rules: listOf(rules) }),
    },
  }
}

export function urlOf({ url, kind }: TriggerSettings): string | undefined {
  return url ?? shapeOf(kind).defaultUrl
}

function kindFaults(settings: TriggerSettings, shape: Shape): Fault[] {
  const { kind, needs, takes, forms = [] } = shape
  const missing = needs.filter((name) => settings[name] === undefined || settings[name].length === 0)
  const known = [...needs, ...takes]
  const useless = KIND_SETTINGS.filter((name) => settings[name] !== undefined && !known.includes(name))
  const formFaults = forms.flatMap(({ setting, pattern, what, isSingle }) => {
    const values = settings[setting] === undefined ? [] : listOf(settings[setting])
    const bad = values.some((value) => value !== SECRET_PLACEHOLDER && !pattern.test(value))
    return bad || (isSingle && values.length > 1) ? [{ path: setting, message: `${setting} must be ${what}.` }] : []
  })
  return [
    ...missing.map((path) => ({ path, message: `kind ${kind} needs ${path}, which is missing.` })),
    ...useless.map((path) => ({
      path,
      message: `kind ${kind} has no use for ${path}. It takes: ${known.join(', ')}.`,
    })),
    ...formFaults,
    ...(settings.username !== undefined && settings.password === undefined
      ? [{ path: 'password', message: 'username needs password.' }]
      : []),
    ...(settings.password !== undefined && settings.username === undefined
      ? [{ path: 'username', message: 'password needs username.' }]
      : []),
  ]
}

/** The placeholder stands for what is kept; where nothing is kept, it would be sent as it is. */
function placeholderFaults(settings: TriggerSettings): Fault[] {
  const texts = [...KIND_SETTINGS.map((name) => [name, settings[name]] as const)]
  const headers = Object.entries(settings.headers ?? {}).map(([name, value]) => [`headers.${name}`, value] as const)
  return [...texts, ...headers].flatMap(([path, value]) => {
    const given = typeof value === 'string' || Array.isArray(value) ? listOf(value) : []
    if (!given.some((each) => each.includes(SECRET_PLACEHOLDER))) return []
    return [{ path, message: `${path} is only the placeholder ${SECRET_PLACEHOLDER}: give the value itself.` }]
  })
}

/** Where it has no form of its own it goes into a header. */
function tokenFaults({ token }: TriggerSettings, { forms = [] }: Shape): Fault[] {
  const isPlain = token === undefined || forms.some(({ setting }) => setting === 'token') || /^[!-~]+$/.test(token)
  return isPlain ? [] : [{ path: 'token', message: 'token must be letters, digits and signs, without spaces.' }]
}

function headerFaults({ headers = {}, token, kind }: TriggerSettings): Fault[] {
  const names = Object.keys(headers)
  const twice = names.filter((name, at) => names.findIndex((other) => same(other, name)) !== at)
  return Object.entries(headers).flatMap(([name, value]) => {
    const path = `headers.${name.slice(0, 128)}`
    if (!HEADER_NAME.test(name)) return [{ path: 'headers', message: 'headers has a name that HTTP does not allow.' }]
    if (OWN_HEADERS.test(name))
      return [{ path, message: `${path} cannot be set: Longship sets it, or the connection.` }]
    if (twice.includes(name)) return [{ path, message: `${path} is there twice.` }]
    if (!HEADER_VALUE.test(value)) return [{ path, message: `${path} has characters that HTTP does not allow.` }]
    if (same(name, 'authorization') && token !== undefined && kind !== 'telegram' && kind !== 'pagerduty') {
      return [{ path, message: `${path} and token exclude each other.` }]
    }
    return []
  })
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function timeoutFaults(ms: number, text: string): Fault[] {
  if (ms >= MIN_TIMEOUT_MS && ms <= MAX_TIMEOUT_MS) return []
  return [{ path: 'timeout', message: `timeout must be 100ms to 1m, got ${JSON.stringify(text)}.` }]
}

function urlFaults(
  { url, kind }: TriggerSettings,
  { isUrlSecret, defaultUrl }: Shape,
  fault: string | undefined,
): Fault[] {
  // That it is missing is said already.
  if (url === undefined && defaultUrl === undefined) return []
  if (fault !== undefined) return [{ path: 'url', message: `url ${fault}.` }]
  // It is shown, and paths are put behind it.
  const isBare = isUrlSecret || url === undefined || !/[?#]/.test(url)
  return isBare ? [] : [{ path: 'url', message: `url of kind ${kind} is its server's: without ? and #.` }]
}

/** What a shape makes messages from. */
export function destinationOf(id: string, settings: TriggerSettings): Destination {
  const { name, token, username, password, from, to = [] } = settings
  const url = (urlOf(settings) ?? '').replace(/#.*$/s, '')
  return { id, name, url, token, username, password, from, to: listOf(to) }
}
