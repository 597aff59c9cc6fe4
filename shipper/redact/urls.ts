/** Passwords in URLs and connection strings that are written like addresses; user and host stay. */
import type { Span } from './card.ts'
import { back } from './rule.ts'

/** Where user and password can end: the rest of the authority, and what no URL holds. */
const AUTHORITY = /[^/?#\s"'<>`]*/y
const URL = /[^\s"'<>`]*/y

/** Shorter userinfo without a colon is a user's name. Known to the prefilter too. */
export const MIN_TOKEN = 20
const MAX_TOKEN = 300

/** What was read of the last text: hits in one long run without blanks share one look at it. */
const seen = { text: '', from: 0, end: 0, lastAt: -1 }

/** scheme://user:password@host, the :// at `at`. Also with an unescaped @, / or # in the password. */
export function urlPassword(text: string, at: number): Span | undefined {
  const start = at + 3
  AUTHORITY.lastIndex = start
  AUTHORITY.test(text)
  const stop = Math.max(start, AUTHORITY.lastIndex)
  const authority = text.slice(start, stop)
  const colon = authority.indexOf(':')
  const host = authority.lastIndexOf('@')
  if (colon === -1 || (host !== -1 && host < colon)) return tokenBeforeHost(authority, start, host)
  // What an earlier rule put there holds a colon of its own.
  if (authority.lastIndexOf('[redacted', colon) !== -1) return undefined
  if (host > colon) return span(text, start + colon + 1, start + host)
  // host:8080/path@x: what stands between colon and slash is a port, not the start of a password. Neither is ://.
  if (/^:[0-9]*$/.test(authority.slice(colon))) return undefined
  const end = lastAtSign(text, stop)
  return end === -1 ? undefined : span(text, start + colon + 1, end)
}

/** https://TOKEN@host: letters and digits mixed, longer than names of users are, or a UUID. */
const USERINFO_TOKEN =
  /^(?=[^@]*[0-9][^@]*[0-9])(?=[^@]*[A-Za-z])(?:[A-Za-z0-9_-]{0,16}[A-Za-z0-9]{16,}[A-Za-z0-9_=-]{0,200}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/

function tokenBeforeHost(authority: string, start: number, host: number): Span | undefined {
  if (host < MIN_TOKEN || host > MAX_TOKEN || !USERINFO_TOKEN.test(authority.slice(0, host))) return undefined
  return { start, end: start + host }
}

/** The last @ between `from` and the end of the run without blanks and quotes that holds it. */
function lastAtSign(text: string, from: number): number {
  if (seen.text !== text || from < seen.from || from >= seen.end) {
    URL.lastIndex = from
    URL.test(text)
    const end = Math.max(from + 1, URL.lastIndex)
    Object.assign(seen, { text, from, end, lastAt: from + text.slice(from, end).indexOf('@') })
    if (seen.lastAt < from) seen.lastAt = -1
  }
  return seen.lastAt > from ? seen.lastAt : -1
}

/** user:password@tcp(host:3306)/db, as Go's MySQL driver writes it; the @ at `at`. */
export function dsnPassword(text: string, at: number, from: number): Span | undefined {
  const isPart = (code: number): boolean => code > 0x20 && code !== 0x22 && code !== 0x27 && code !== 0x60
  const start = back(text, at, Math.max(from, at - 256), isPart)
  const colon = text.indexOf(':', start)
  return colon === -1 || colon >= at ? undefined : span(text, colon + 1, at)
}

/** jdbc:oracle:thin:user/password@host; `at` is where `:thin:` stands. */
export function oraclePassword(text: string, at: number): Span | undefined {
  const match = /:thin:[^\s/@"']{1,128}\/([^\s"'@]{1,256})@/iy
  match.lastIndex = at
  const found = match.exec(text)
  return found === null ? undefined : span(text, match.lastIndex - 1 - found[1].length, match.lastIndex - 1)
}

/** curl -u user:password; ` -u `, `--user` or `curl -` at `at`. User and group ids (docker run -u 1000:1000) are no password. */
export function curlPassword(text: string, at: number): Span | undefined {
  const match = /(?: -(?:u|-user|-proxy-user)[ =]|curl -[A-Za-z]{0,8}[uU] ?)["']?([^\s:"']{1,128}):([^\s"']{1,256})/y
  match.lastIndex = at
  const found = match.exec(text)
  if (found === null || (/^[0-9]+$/.test(found[2]) && /^[0-9]+$/.test(found[1]))) return undefined
  return span(text, match.lastIndex - found[2].length, match.lastIndex)
}

function span(text: string, start: number, end: number): Span | undefined {
  const value = text.slice(start, end)
  return value === '' || value.startsWith('[redacted:') || /^[*x]{3,}$/.test(value) ? undefined : { start, end }
}
