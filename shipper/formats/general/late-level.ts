/**
 * The second look for a level, at lines in whose head no rule found one: groups in brackets, columns, keys and words in
 * capitals, wherever they stand before the prose of the message begins. What it takes is marked on both sides, so that
 * "failed with error 5" is none.
 */
import { levelWord } from '../../terms/level.ts'
import { FACILITY_WORDS } from '../syslog-priority.ts'
import { mayHoldLevel } from './level-hint.ts'
import { capitalLevel, delimitedLevel, isLevelKey, isProse, isSureLevel } from './words.ts'

/** A level further on is something that the message speaks of. */
const MAX_SEARCHED = 320
const MAX_STEPS = 48
/** So many words of sentences, and the message has begun. */
const MAX_PROSE = 2
const MAX_GROUP = 160

interface Look {
  readonly text: string
  at: number
  prose: number
  /** Words of any kind outside of brackets. */
  words: number
  /** A group in brackets stood right in front. */
  grouped: boolean
  /** A check mark, a cross, a warning sign. */
  signed: boolean
  /** Capitals before this word: in a sentence of capitals a level is a word as others. */
  capitals: number
  /** The column separator in front of the next word, 0 for a single space. */
  mark: number
}

const PAIRS = new Map([
  [0x5b, ']'],
  [0x28, ')'],
  [0x3c, '>'],
  [0x7b, '}'],
])
const WORD = /[^\s[\](){}<>|,;"']{1,120}/y
const SPACE = 0x20
const TAB = 0x09
const BAR = 0x7c
/** Two spaces: no character that a text would hold. */
const GAP = 1

/** The level as the line writes it; undefined when it has none. `start`: where to begin, behind the time at best. */
export function findLateLevel(text: string, start = 0): string | undefined {
  if (!mayHoldLevel(text, start, start + MAX_SEARCHED)) return undefined
  const look: Look = { text, at: start, prose: 0, words: 0, grouped: false, signed: false, capitals: 0, mark: 0 }
  const limit = Math.min(text.length, start + MAX_SEARCHED)
  for (let i = 0; i < MAX_STEPS && look.at < limit && look.prose <= MAX_PROSE; i++) {
    skip(look)
    // query[A], app(main): the group is the word's.
    const isOwn = look.at === start || !/\w/.test(text.charAt(look.at - 1))
    const close = isOwn ? PAIRS.get(text.charCodeAt(look.at)) : undefined
    const level = close === undefined ? readWord(look) : readGroup(look, close)
    if (level !== undefined) return level
  }
  return undefined
}

/** Over spaces and separators, of which the strongest is kept: tab, bar, comma, semicolon, or a gap of two spaces. */
function skip(look: Look): void {
  const { text } = look
  look.mark = 0
  for (; look.at < text.length; look.at++) {
    const code = text.charCodeAt(look.at)
    if (code === SPACE) {
      if (look.mark === 0 && text.charCodeAt(look.at + 1) === SPACE) look.mark = GAP
    } else if (isSeparator(code)) look.mark = code
    else if (code !== 0x22 && code !== 0x27 && code !== 0x5d && code !== 0x29 && code !== 0x3e && code !== 0x7d) return
  }
}

function readGroup(look: Look, close: string): string | undefined {
  const { text, at } = look
  const end = text.indexOf(close, at + 1)
  look.at = at + 1
  if (end < 0 || end - at > MAX_GROUP) return undefined
  const level = levelOfGroup(text.slice(at + 1, end).trim(), close)
  if (level === undefined && close !== '>') look.at = end + 1
  look.grouped = true
  return level
}

/** A level that is all of a group, or one of its parts: [node1: thread: a.b.c:error], <kern.info>, [E1234], (ERROR/main). */
function levelOfGroup(inner: string, close: string): string | undefined {
  if (delimitedLevel(inner) !== undefined && inner.length > (close === ')' ? 2 : 0)) return inner
  const facility = FACILITY.exec(inner)
  if (facility !== null) return facility[1]
  if (!/[:|/,=#]/.test(inner)) return undefined
  const key = KEY.exec(inner)
  if (key !== null && delimitedLevel(key[1] as string) !== undefined) return key[1]
  if (inner.split(' ', 12).filter(isProse).length > 1) return undefined
  for (const part of inner.split(/[:|/,#]/, 8)) {
    const word = part.trim()
    if (word.length > 2 && isSureLevel(word)) return word
  }
  return undefined
}

/** kern.info, local0.err */
const FACILITY = new RegExp(
  `^(?:${[...FACILITY_WORDS].join('|')})\\.(emerg|panic|alert|crit|err|error|warning|warn|notice|info|debug)$`,
)
/** level="INFO" among other pairs of a group */
const KEY = /(?:^|[\s,;])(?:level|lvl|severity|sev|prio|priority|loglevel)[=:] ?"?([A-Za-z]{1,13})"?(?=$|[\s,;])/i

function readWord(look: Look): string | undefined {
  const { text, mark } = look
  WORD.lastIndex = look.at
  const match = WORD.exec(text)
  if (match === null) {
    look.at++
    return undefined
  }
  const word = match[0]
  look.at = WORD.lastIndex
  const level = levelOfWord(look, word, mark)
  if (level !== undefined) return level
  look.grouped = false
  look.signed = word.length <= 2 && SIGN.test(word)
  if (isProse(word)) look.prose++
  look.words++
  look.capitals = /^[A-Z]{2,}$/.test(word) ? look.capitals + 1 : 0
  return undefined
}

const SIGN = /^[\u2139\u23fa-\u27bf\u2b00-\u2bff]\ufe0f?$/

/** **ERROR**, !ERROR!, ==ERROR== */
const DECORATED = /^[*!=~#-]{1,4}[A-Z]{3,9}[*!=~#-]{1,4}$/

/** [DIWEF] in a column; a word in capitals; Error: and severity: word; a column of a word. */
function levelOfWord(look: Look, word: string, mark: number): string | undefined {
  const { text, at } = look
  const next = text.charCodeAt(at)
  if (word.endsWith(':') || next === 0x3d || (word.includes('=') && !DECORATED.test(word)) || isKeyed(word))
    return levelOfKey(look, word)
  const ends = endsCell(text, at)
  if (look.signed && ends && levelWord(word) !== undefined) return word
  if (mark !== 0 && ends) {
    if (word.length === 1) return mark !== GAP && /[DIWEF]/.test(word) ? word : undefined
    if (isSureLevel(word) || (mark !== 0x2c && capitalLevel(word) !== undefined)) return word
  }
  const bare = DECORATED.test(word) ? word.replace(/^[*!=~#-]{1,4}|[*!=~#-]{1,4}$/g, '') : ''
  if (bare !== '' && look.prose < 2 && isSureLevel(bare) && capitalLevel(bare) !== undefined) return bare
  if (word.length < 3 || look.capitals > 1 || look.prose > 1) return undefined
  return isSureLevel(word) && capitalLevel(word) !== undefined && !capitalsFollow(text, at) ? word : undefined
}

/** level:warn */
function isKeyed(word: string): boolean {
  const colon = word.indexOf(':')
  return colon > 2 && colon < 9 && isLevelKey(word.slice(0, colon))
}

/** Behind it: a tab, a bar, a comma or semicolon, also behind a quote or a space, or two spaces. */
function endsCell(text: string, at: number): boolean {
  const next = text.charCodeAt(at)
  if (next !== SPACE && next !== 0x22) return isSeparator(next)
  const second = text.charCodeAt(at + 1)
  return next === SPACE ? second === SPACE || second === BAR : isSeparator(second)
}

function isSeparator(code: number): boolean {
  return code === TAB || code === BAR || code === 0x2c || code === 0x3b
}

/** "ERROR IN MODULE": a sentence of capitals. */
function capitalsFollow(text: string, at: number): boolean {
  return /^ [A-Z]{2,}[ ,.]/.test(text.slice(at, at + 24))
}

/** "ERROR:", "Error:", "severity: high", "prio=Error" */
function levelOfKey(look: Look, word: string): string | undefined {
  const cut = word.search(/[:=]/)
  const name = cut < 0 ? word : word.slice(0, cut)
  if (isLevelKey(name)) {
    const rest = look.text.slice(look.at - word.length + name.length, look.at + 24)
    const value = /^[:=] {0,2}["']?([A-Za-z]{1,13})(?![\w.-])/.exec(rest)?.[1]
    if (value !== undefined && delimitedLevel(value) !== undefined) return value
  }
  if (!word.endsWith(':') || look.prose > 1) return undefined
  const tag = word.slice(0, -1)
  if (
    isSureLevel(tag) &&
    (tag === tag.toUpperCase() || (look.prose === 0 && (look.words === 0 || look.grouped || look.mark !== 0)))
  )
    return tag
  return undefined
}
