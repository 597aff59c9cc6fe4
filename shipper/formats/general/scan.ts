/** The state of reading a head: its tokens so far, which of them are strong, and the marks between them. */
import type { Instant } from '../../terms/instant.ts'
import type { TimeOptions } from '../../terms/time.ts'
import { isPassing, isProse } from './words.ts'

export type TokenKind =
  | 'time'
  | 'level'
  | 'priority'
  | 'program'
  | 'tag'
  | 'name'
  | 'cell'
  | 'group'
  | 'pid'
  | 'number'
  | 'pair'
  | 'word'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Of `name[pid]`: the pid; of `name:12`: the line. */
  readonly number: string | undefined
  /** Of `sshd(pam_unix)[1]`: pam_unix. */
  readonly part: string | undefined
  readonly strong: boolean
}

export interface Head {
  readonly tokens: Token[]
  time: Instant | undefined
  /** Index of the chosen time in tokens. */
  timeToken: number
  /** Index at which the message begins. */
  end: number
}

/** A head while it is read. */
export interface Scan extends Head {
  readonly text: string
  readonly options: TimeOptions
  /** Something in the text may be a pair: most texts have none, and are not asked word by word. */
  readonly hasPairs: boolean
  at: number
  /** Tokens up to the last strong one. */
  strong: number
  timeRank: number
  hasLevel: boolean
  /** A program, class or component with its own mark was found: only a level or a time may still follow. */
  named: boolean
  /** A column named the component: what looks like a tag behind it is the message's. */
  celled: boolean
  /** The mark that stood before the current token: a column separator, or 0. */
  mark: number
}

/** An empty head. */
export function startScan(text: string, options: TimeOptions): Scan {
  return {
    text,
    options,
    hasPairs: text.includes('=') || text.includes('":') || text.includes('audit('),
    at: 0,
    tokens: [],
    strong: 0,
    end: 0,
    time: undefined,
    timeToken: -1,
    timeRank: 0,
    hasLevel: false,
    named: false,
    celled: false,
    mark: 0,
  }
}

/** ~ / » › · • → ▶ – — │, with a space on either side: columns as people draw them. */
const DRAWN = new Set([0x7e, 0x2f, 0xbb, 0x203a, 0xb7, 0x2022, 0x2192, 0x25b6, 0x2013, 0x2014, 0x2502])

function isDrawn(text: string, at: number, code: number): boolean {
  return DRAWN.has(code) && text.charCodeAt(at + 1) === 0x20 && text.charCodeAt(at - 1) === 0x20
}

/** / and ~ are paths as well, as in GET / and "disk / is full", → says what became of what: they separate where one stood before, up to `before`. */
function isColumnSign(text: string, at: number, before: number): boolean {
  const code = text.charCodeAt(at)
  if (code !== 0x2f && code !== 0x7e && code !== 0x2192) return DRAWN.has(code)
  return before > 0 && text.lastIndexOf(` ${text[at]} `, before - 2) >= 0
}

/** Spaces, and what separates columns: | , ; tab, hyphens and colons of their own, closing brackets, quotes. */
export function skipMarks(scan: Scan): void {
  const { text } = scan
  scan.mark = 0
  for (; scan.at < text.length; scan.at++) {
    const code = text.charCodeAt(scan.at)
    if (code === 0x20 || code === 0xfeff) continue
    if (code === 0x7c || code === 0x09 || code === 0x2c || code === 0x3b) scan.mark = code
    else if (code === 0x2d || code === 0x3a || code === 0x2a || code === 0x23 || code === 0x2e) {
      // "- ", " : ", "--", Cisco's *Mar 1 and .Mar 1, WebLogic's ####<
      const next = text.charCodeAt(scan.at + 1)
      if (code === 0x2d && next === 0x3e && text.charCodeAt(scan.at + 2) === 0x20) continue
      const isLone = next === 0x20 || (next === code && code !== 0x2e) || (code === 0x23 && next === 0x3c)
      const beforeTime = scan.at === 0 && (code === 0x2a || code === 0x2e)
      const behindToken = code === 0x3a && scan.end === scan.at && scan.end > 0
      if (!isLone && !beforeTime && !behindToken && text.length > scan.at + 1) return
    } else if (
      !isDrawn(text, scan.at, code) &&
      code !== 0x5d &&
      code !== 0x29 &&
      code !== 0x3e &&
      code !== 0x22 &&
      (code !== 0x7d || scan.end !== scan.at)
    )
      return
  }
}

export function weakCount(scan: Scan): number {
  return scan.tokens.length - scan.strong
}

/** How many weak tokens since the last strong one are words rather than numbers, durations or threads. */
export function weakWords(scan: Scan, prose: boolean): number {
  let count = 0
  for (let i = scan.strong; i < scan.tokens.length; i++) {
    const token = scan.tokens[i] as Token
    if (token.kind === 'word' && (prose ? isProse(token.text) : !isPassing(token.text))) count++
  }
  return count
}

export function lastIsTime(scan: Scan): boolean {
  return scan.tokens[scan.tokens.length - 1]?.kind === 'time'
}

export function lastWord(scan: Scan): string {
  return weakCount(scan) === 0 ? '' : (scan.tokens[scan.tokens.length - 1] as Token).text
}

export function add(
  scan: Scan,
  kind: TokenKind,
  text: string,
  end: number,
  strong: boolean,
  number?: string,
  part?: string,
): boolean {
  scan.tokens.push({ kind, text, strong, number, part })
  scan.at = end
  if (strong) {
    scan.strong = scan.tokens.length
    scan.end = end
  }
  return true
}

export function addLevel(scan: Scan, text: string, end: number): boolean {
  scan.hasLevel = true
  // BGL's "RAS KERNEL INFO ciod: …": the word before the level is the component.
  if (weakWords(scan, false) > 1) scan.celled = true
  return add(scan, 'level', text, end, true)
}

export function sticky(pattern: RegExp, scan: Scan): RegExpExecArray | null {
  pattern.lastIndex = scan.at
  return pattern.exec(scan.text)
}

/** The first character behind `end` that is no space. */
export function nextMark(text: string, end: number): number {
  let at = end
  while (text.charCodeAt(at) === 0x20) at++
  return text.charCodeAt(at)
}

/** Behind the word: two spaces, a tab, a bar, a bracket, " - ", " : ". */
export function endsColumn(text: string, end: number): boolean {
  const next = text.charCodeAt(end)
  if (next === 0x09 || next === 0x7c || next === 0x2c || next === 0x3b || next === 0x5b) return true
  if (next !== 0x20) return false
  const second = text.charCodeAt(end + 1)
  if (second === 0x20 || second === 0x09 || second === 0x7c || second === 0x5b) return true
  const third = text.charCodeAt(end + 2)
  // "asa1 : %ASA-6-302013: " is a host.
  if (second === 0x3a && text.charCodeAt(end + 3) === 0x25) return false
  // Proxifier marks 32-bit programs: "chrome.exe *64 - ".
  if (second === 0x2a && text.startsWith(' - ', end + 4)) return true
  // "Waiting > 3 s" compares.
  const compares = second === 0x3e && text.charCodeAt(end + 3) < 0x3a
  if (third === 0x20 && ((second === 0x3e && !compares) || isColumnSign(text, end + 1, text.lastIndexOf(' ', end - 1))))
    return true
  return (second === 0x2d || second === 0x3a) && (third === 0x20 || third === second)
}

/** Skips what separates head and message: spaces, and one of ":", "-", "|", "," or a closing bracket on its own. */
export function messageStart(text: string, end: number): number {
  let at = end
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x09) continue
    if (at === 0) return 0
    const next = text.charCodeAt(at + 1)
    const isLone = !(next > 0x20) || next === code
    if (
      code === 0x5d ||
      code === 0x7c ||
      code === 0x3a ||
      (code === 0x3e && at === end) ||
      (code === 0x29 && at === end)
    )
      continue
    if ((code === 0x2d || code === 0x2c || code === 0x3b) && (isLone || at === end || text.charCodeAt(at - 1) === 0x22))
      continue
    if (code === 0x22 && at === end && next === 0x2c) continue
    if (next === 0x20 && text.charCodeAt(at - 1) === 0x20 && (code === 0x3e || isColumnSign(text, at, end))) continue
    return at
  }
  return at
}
