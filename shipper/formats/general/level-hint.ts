/** Whether a text may hold a level: most hold none, and need not be looked at word by word. */
import { LEVELS, spellingsOf } from '../../terms/level.ts'

/** What sentences begin their words with as well: a level only in brackets. */
const IN_BRACKETS = new Set(
  'all log not hin suc use htt def sta eve con fin fai min maj exc abo ass cau aud cfg'.split(' '),
)

/** By the first three letters, five bits each: 1 anywhere, 2 in brackets. */
const BEGINNINGS = new Uint8Array(1 << 15)
for (const level of LEVELS) {
  if (level === 'unknown') continue
  for (const word of spellingsOf(level)) {
    const start = word.slice(0, 3)
    if (/^[a-z]{3}$/.test(start)) BEGINNINGS[slotOf(start, 0)] = IN_BRACKETS.has(start) ? 2 : 1
  }
}

/** The case does not count, and what is no letter falls on some slot or other. */
function slotOf(text: string, at: number): number {
  return ((text.charCodeAt(at) & 31) << 10) | ((text.charCodeAt(at + 1) & 31) << 5) | (text.charCodeAt(at + 2) & 31)
}

const LETTERS = new Set([...'DIWEF'].map((letter) => letter.charCodeAt(0)))

/** Looks at the beginnings of words only. */
export function mayHoldLevel(text: string, start: number, limit: number): boolean {
  const end = Math.min(text.length, limit)
  let isInside = false
  for (let at = start; at < end; at++) {
    const small = text.charCodeAt(at) | 0x20
    const isLetter = small >= 0x61 && small <= 0x7a
    if (isLetter && !isInside && mayBegin(text, at)) return true
    isInside = isLetter
  }
  return false
}

function mayBegin(text: string, at: number): boolean {
  const kind = BEGINNINGS[slotOf(text, at)]
  if (kind === 1) return true
  const before = text.charCodeAt(at - 1)
  const isMarked = before === 0x5b || before === 0x28 || before === 0x3c || before === 0x7b || before === 0x7c
  if (kind === 2) return isMarked || (before === 0x20 && text.charCodeAt(at - 2) === 0x5b)
  const next = text.charCodeAt(at + 1) | 0x20
  return LETTERS.has(text.charCodeAt(at)) && !(next >= 0x61 && next <= 0x7a)
}
