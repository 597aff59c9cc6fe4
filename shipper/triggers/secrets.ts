/** What of a trigger is secret: how it is shown, how it is sent back unchanged, and what may not follow to another place. */
import type { Fault } from '../terms/answer.ts'
import { isObject } from '../terms/object.ts'
import type { Target } from './guard/target.ts'
import { shapeOf } from './shapes/index.ts'
import { SECRET_PLACEHOLDER, type TriggerSettings } from './trigger.ts'

/** Besides the values of headers, and addresses that are secret. */
const SECRET_SETTINGS = ['secret', 'token', 'password'] as const

/** Settings as anybody may see them. */
export function hidden(settings: TriggerSettings): TriggerSettings {
  const { url, headers } = settings
  const secrets = SECRET_SETTINGS.filter((name) => settings[name] !== undefined)
  return {
    ...settings,
    ...Object.fromEntries(secrets.map((name) => [name, SECRET_PLACEHOLDER])),
    ...(url === undefined ? {} : { url: hiddenUrl(settings, url) }),
    ...(headers === undefined ? {} : { headers: valuesOf(headers, () => SECRET_PLACEHOLDER) }),
  }
}

/** Of a secret address the origin is shown: https://hooks.slack.com/********. Of one that is not valid as little as can be. */
function hiddenUrl({ kind }: TriggerSettings, url: string): string {
  if (!shapeOf(kind).isUrlSecret) return /[@?#]/.test(url) ? SECRET_PLACEHOLDER : url
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return SECRET_PLACEHOLDER
  const { origin, pathname, search, hash, username, password } = new URL(url)
  const isBare = pathname === '/' && [search, hash, username, password].every((part) => part === '')
  return isBare ? url : `${origin}/${SECRET_PLACEHOLDER}`
}

function isHiddenUrl(settings: TriggerSettings): boolean {
  return settings.url !== undefined && hiddenUrl(settings, settings.url) !== settings.url
}

function valuesOf<V, W>(record: Readonly<Record<string, V>>, change: (value: V, name: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}

/** What is sealed at rest, and what may stand in the file as it is. Nothing is sealed of a trigger without secrets. */
export function split(settings: TriggerSettings): { open: object; sealed: object | undefined } {
  const { url, headers, secret, token, password, ...open } = settings
  const isHidden = isHiddenUrl(settings)
  const secrets = { secret, token, password, ...(isHidden ? { url } : {}), headers }
  const hasSecrets = Object.values(secrets).some((value) => value !== undefined)
  return { open: isHidden ? open : { ...open, url }, sealed: hasSecrets ? secrets : undefined }
}

/** All secret texts, the longest first: for taking them out of what others say. */
export function secretTexts(settings: TriggerSettings): string[] {
  const { url, headers = {} } = settings
  const parts = url !== undefined && isHiddenUrl(settings) ? urlParts(url) : []
  const own = SECRET_SETTINGS.map((name) => settings[name])
  const texts = [...own, ...Object.values(headers), ...parts].filter((text) => text !== undefined && text.length >= 4)
  return [...new Set(texts as string[])].sort((a, b) => b.length - a.length)
}

/** Whole, and each piece that could be quoted alone. */
function urlParts(url: string): string[] {
  if (!URL.canParse(url)) return [url]
  const { pathname, search } = new URL(url)
  const values = [...new URLSearchParams(search).values()]
  const pieces = [...pathname.split('/'), ...values].filter((piece) => piece.length >= 8)
  return [url, pathname + search, pathname, search, ...pieces].flatMap((part) => [part, decoded(part)])
}

/** As a server says a path back that it has read; what cannot be read stays. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A text in which no secret is left, as it stands, as a URL writes it, or as a login does (base64; RFC 4616). */
export function scrubbed(text: string, settings: TriggerSettings): string {
  const { username, password } = settings
  const login = password === undefined ? [] : [`\0${username}\0${password}`, password].map(base64)
  return [...login, ...secretTexts(settings)]
    .flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())])
    .reduce((clean, secret) => clean.replaceAll(secret, SECRET_PLACEHOLDER), text)
}

/** Without its end, which servers leave out as well. */
function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '')
}

/** What a patch comes to, before it is checked: RFC 7396, but the placeholder leaves what is there. */
export function patched(settings: TriggerSettings, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = hidden(settings)
  const result = new Map<string, unknown>(Object.entries(settings))
  for (const [name, value] of Object.entries(patch)) {
    const before = result.get(name)
    if (value === null) result.delete(name)
    else if (isSameSecret(name, value, shown)) continue
    else if (isObject(value)) result.set(name, merged(isObject(before) ? before : {}, value))
    else result.set(name, value)
  }
  return Object.fromEntries(result)
}

function isSameSecret(name: string, value: unknown, shown: TriggerSettings): boolean {
  if (name === 'url') return typeof value === 'string' && value.includes(SECRET_PLACEHOLDER) && value === shown.url
  return SECRET_SETTINGS.some((secret) => secret === name) && value === SECRET_PLACEHOLDER && name in shown
}

function merged(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const result = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else if (value !== SECRET_PLACEHOLDER || !result.has(name)) result.set(name, value)
  }
  return Object.fromEntries(result)
}

/**
 * A secret must not follow its trigger to another server unless whoever moves it knows the secret: else a placeholder
 * and an address of one's own would be enough to be sent it.
 */
export function carriedFaults(
  before: { settings: TriggerSettings; target: Target },
  after: { settings: TriggerSettings; target: Target },
  patch: Readonly<Record<string, unknown>>,
): Fault[] {
  const isUrlKept = typeof patch['url'] !== 'string' || patch['url'].includes(SECRET_PLACEHOLDER)
  const isShown = isHiddenUrl(before.settings) && !isHiddenUrl(after.settings) && after.settings.url !== undefined
  if (isUrlKept && isShown)
    return [{ path: 'url', message: `kind ${after.settings.kind} shows its url: send url again.` }]
  if (before.target.origin === after.target.origin) return []
  const isSent = (value: unknown) => typeof value === 'string' && !value.includes(SECRET_PLACEHOLDER)
  const kept: string[] = SECRET_SETTINGS.filter((name) => after.settings[name] !== undefined && !isSent(patch[name]))
  const sentHeaders = isObject(patch['headers']) ? patch['headers'] : {}
  for (const name of Object.keys(after.settings.headers ?? {})) {
    if (!Object.hasOwn(sentHeaders, name) || !isSent(sentHeaders[name])) kept.push(`headers.${name}`)
  }
  const there = after.target.origin
  return kept.map((path) => {
    return { path, message: `url leads elsewhere now (${there}): send ${path} again, or null to remove it.` }
  })
}
