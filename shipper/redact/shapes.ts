/** Secrets that more than a prefix tells: what surrounds them, where they end, or what they decode to. */
import type { Span } from './card.ts'
import { back, isAlphanumeric, skip, startsFree } from './rule.ts'

const PEM_HEADER = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y

const PUTTY_KEY = /Private-Lines: [0-9]{1,4}(?:\r?\n|(?:\\r)?\\n)/y

/** The private half of a PuTTY key file: what stands behind its count of lines. */
export function puttyKey(text: string, at: number): Span | undefined {
  PUTTY_KEY.lastIndex = at
  if (!PUTTY_KEY.test(text)) return undefined
  const start = PUTTY_KEY.lastIndex
  const mac = text.indexOf('Private-MAC', start)
  const end = mac === -1 ? text.length : back(text, mac, start, (code) => !isBase64(code) && code !== 0x3d)
  return end === start || text.startsWith('[redacted:', start) ? undefined : { start, end }
}

/** From BEGIN to the end of END's line; to the end of the text when it is cut off, so that no half key stays. */
export function privateKeyBlock(text: string, at: number): Span | undefined {
  PEM_HEADER.lastIndex = at
  if (!PEM_HEADER.test(text)) return undefined
  const end = text.indexOf('-----END', PEM_HEADER.lastIndex)
  if (end === -1) return { start: at, end: text.length }
  const close = text.indexOf('-----', end + 8)
  return { start: at, end: close === -1 ? text.length : close + 5 }
}

const JWT = /eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){1,4}/y
const isUrlBase64 = (code: number): boolean => isAlphanumeric(code) || code === 0x5f || code === 0x2d

export function jwt(text: string, at: number): Span | undefined {
  // Inside a longer run it is no header, and every eyJ in it would read the run again.
  if (isUrlBase64(text.charCodeAt(at - 1)) && !startsFree(text, at)) return undefined
  if (text[at - 1] === '-' || text[at - 1] === '_') return undefined
  JWT.lastIndex = at
  if (!JWT.test(text)) return undefined
  // A full stop behind the last part belongs to the sentence, unless it closes an unsigned token (header.payload.).
  return JWT.lastIndex - at < 30 ? undefined : { start: at, end: JWT.lastIndex }
}

const BEARER = /bearer[ \t]+([A-Za-z0-9._~+/-]{6,}={0,2})/iy
const BASIC = /basic[ \t]+([A-Za-z0-9+/]{4,}={0,2})/iy
/** Bytes of base64 that are decoded to see the colon of user:password. */
const BASIC_HEAD = 400

export function authCredentials(text: string, at: number): Span | undefined {
  if (isAlphanumeric(text.charCodeAt(at - 1))) return undefined
  BEARER.lastIndex = at
  BASIC.lastIndex = at
  const bearer = BEARER.exec(text)
  const value = bearer?.[1] ?? BASIC.exec(text)?.[1]
  if (value === undefined) return undefined
  const end = bearer === null ? BASIC.lastIndex : BEARER.lastIndex
  // "bearer token", "basic configuration": words are no credentials.
  const isSecret = bearer === null ? isUserAndPassword(value) : value.length >= 24 || /[0-9]|[a-z][A-Z]/.test(value)
  return isSecret ? { start: end - value.length, end } : undefined
}

export function isUserAndPassword(base64: string): boolean {
  const text = Buffer.from(base64.slice(0, BASIC_HEAD), 'base64').toString('latin1')
  return text.includes(':') && /^[\x20-\x7e\xa0-\xff]*$/.test(text)
}

const IDENTIFIED =
  /(?:identified (?:with ['"]?[a-z0-9_]{1,40}['"]? )?(?:by|as) (?:password )?|set password for [^\s=]{1,200}[ ]?=[ ]?)(["'])/iy
const TEMPORARY = /temporary password is generated for [^\s:]{1,200}: /iy

/** CREATE USER … IDENTIFIED BY 'x', SET PASSWORD FOR u = 'x', and what mysqld says when it makes one up. */
export function sqlPassword(text: string, at: number): Span | undefined {
  TEMPORARY.lastIndex = at
  if (TEMPORARY.test(text)) {
    const from = TEMPORARY.lastIndex
    const to = skip(text, from, /\S*/y)
    return to === from || text.startsWith('[redacted:', from) ? undefined : { start: from, end: to }
  }
  IDENTIFIED.lastIndex = at
  const match = IDENTIFIED.exec(text)
  if (match === null) return undefined
  const start = IDENTIFIED.lastIndex
  const close = text.indexOf(match[1], start)
  const end = close === -1 ? text.length : close
  return text.startsWith('[redacted:', start) || end === start ? undefined : { start, end }
}

/** How far beside its key id a secret key is looked for. */
const AWS_PAIR_WINDOW = 160
const AWS_ID = /A[KSBC][IC]A[A-Z0-9]{16}/y
const AWS_SECRET = /[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/y

/** Forty characters of base64 that stand shortly behind the key id: how credentials are pasted and printed. */
export function awsSecretKey(text: string, at: number): Span | undefined {
  AWS_ID.lastIndex = at
  if (!AWS_ID.test(text)) return undefined
  const limit = Math.min(text.length, at + AWS_PAIR_WINDOW)
  for (let i = AWS_ID.lastIndex; i < limit; i++) {
    if (isBase64(text.charCodeAt(i - 1)) || !isBase64(text.charCodeAt(i))) continue
    AWS_SECRET.lastIndex = i
    // Hex of forty characters is a commit or a checksum.
    if (AWS_SECRET.test(text) && !/^[0-9a-f]+$/.test(text.slice(i, i + 40))) return { start: at, end: i + 40 }
  }
  return undefined
}

const isBase64 = (code: number): boolean => isAlphanumeric(code) || code === 0x2f || code === 0x2b

const NPM_AUTH = /:_auth="?([A-Za-z0-9+/]{6,}={0,2})/y
const DOCKER_AUTH = /"auth\\{0,3}"[ ]?:[ ]?\\{0,3}"([A-Za-z0-9+/]{6,}={0,2})/y
/** How far behind "auths" the registries and their credentials are looked for. */
const AUTHS_WINDOW = 2000

/** `at` is in "auths": "auths":{"host":{"auth":"…"}} of Docker's config.json and :_auth=… of .npmrc: user:password as base64. */
export function base64Auth(text: string, at: number): Span | undefined {
  if (text[at] === ':') return credentialAt(NPM_AUTH, text, at)
  const next = text.slice(at, at + AUTHS_WINDOW).indexOf('"auth')
  return next === -1 ? undefined : credentialAt(DOCKER_AUTH, text, at + next)
}

function credentialAt(shape: RegExp, text: string, at: number): Span | undefined {
  shape.lastIndex = at
  const value = shape.exec(text)?.[1]
  if (value === undefined || !isUserAndPassword(value)) return undefined
  return { start: shape.lastIndex - value.length, end: shape.lastIndex }
}

/** Names whose value is user and password as base64, when it decodes to that. */
const AUTH_NAME = /^_?auth$/i

export function isAuthField(name: string, value: string): boolean {
  return AUTH_NAME.test(name) && /^[A-Za-z0-9+/]{6,}={0,2}$/.test(value) && isUserAndPassword(value)
}

const CODE = /(?:[A-Za-z0-9_=./-][?&]|amp;)code=([A-Za-z0-9%/._~+-]{16,})/y

/** The code that a login's redirect carries; an error's or a country's is shorter, a slug has no digits. */
export function oauthCode(text: string, at: number): Span | undefined {
  CODE.lastIndex = at
  const value = CODE.exec(text)?.[1]
  if (value === undefined || !/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return undefined
  return { start: CODE.lastIndex - value.length, end: CODE.lastIndex }
}

const SIGNATURE = /sig(?:nature)?=([A-Za-z0-9%/+_=-]{16,})/iy

/** sig=… of a shared access signature, X-Amz-Signature=…, Signature=… of CloudFront. */
export function urlSignature(text: string, at: number): Span | undefined {
  SIGNATURE.lastIndex = at
  const match = SIGNATURE.exec(text)
  return match === null ? undefined : { start: SIGNATURE.lastIndex - match[1].length, end: SIGNATURE.lastIndex }
}

const ENTRA = /[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{30,33}[A-Za-z0-9_~-](?![A-Za-z0-9_~-])/y

export function azureClientSecret(text: string, at: number, from: number): Span | undefined {
  const start = at - 3
  if (start < from || /[A-Za-z0-9_~.-]/.test(text[start - 1] ?? '')) return undefined
  ENTRA.lastIndex = start
  return ENTRA.test(text) ? { start, end: ENTRA.lastIndex } : undefined
}

/** 64 bytes as base64 are 86 characters and their padding: what Azure storage issues. */
const STORAGE_KEY = 86
const DEVOPS_TOKEN = /[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/y
const isPlain = (code: number): boolean => isBase64(code) || code === 0x2d

/** Azure's keys have no prefix: storage keys are known by their length, newer DevOps tokens by a mark near their end. */
export function base64Key(text: string, at: number, from: number): Span | undefined {
  const isDevops = text.startsWith('AZDO', at)
  const start = isDevops ? at - 76 : back(text, at, Math.max(from, at - 100), isBase64)
  if (start < from || isPlain(text.charCodeAt(start - 1))) return undefined
  if (!isDevops) return at - start === STORAGE_KEY ? { start, end: at + 2 } : undefined
  DEVOPS_TOKEN.lastIndex = start
  return DEVOPS_TOKEN.test(text) ? { start, end: DEVOPS_TOKEN.lastIndex } : undefined
}

const TERRAFORM = /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}/y

export function terraformToken(text: string, at: number, from: number): Span | undefined {
  TERRAFORM.lastIndex = at - 14
  return at - 14 >= from && TERRAFORM.test(text) ? { start: at - 14, end: TERRAFORM.lastIndex } : undefined
}

const TWILIO = /SK[0-9a-f]{32}(?![A-Za-z0-9])/y

export function twilioKey(text: string, at: number): Span | undefined {
  TWILIO.lastIndex = at
  return startsFree(text, at) && TWILIO.test(text) ? { start: at, end: at + 34 } : undefined
}

const TELEGRAM = /[0-9]{8,10}(?::|%3[Aa])AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/y
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** 123456789:AA…; also in api.telegram.org/bot123456789:AA…/sendMessage, so letters may stand before it. */
export function telegramToken(text: string, at: number, from: number): Span | undefined {
  const start = back(text, at + 1, Math.max(from, at - 10), isDigit)
  TELEGRAM.lastIndex = start
  return TELEGRAM.test(text) ? { start, end: TELEGRAM.lastIndex } : undefined
}

const TWITCH = /PASS oauth:([a-z0-9]{30})(?![A-Za-z0-9])/y

/** As chat clients log in. Elsewhere a name stands before it. */
export function twitchToken(text: string, at: number): Span | undefined {
  TWITCH.lastIndex = at
  return TWITCH.test(text) ? { start: TWITCH.lastIndex - 30, end: TWITCH.lastIndex } : undefined
}

/** A Discord token begins with its bot's id as base64: digits, so that few letters can stand at each place. */
const DIGITS_AS_BASE64 = '[MNO][TDjz][AEIMQUYcgk][w-z0-5]'
export const DISCORD_ID = DIGITS_AS_BASE64.repeat(2)
const DISCORD = /[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])/y

export function discordToken(text: string, at: number): Span | undefined {
  DISCORD.lastIndex = at
  return startsFree(text, at) && DISCORD.test(text) ? { start: at, end: DISCORD.lastIndex } : undefined
}
