/** Columns with nothing but colons between them: "time:web-3:main:com.acme.Billing:ERROR: text", "time:name:LEVEL:text". */
import { add, addLevel, type Scan, sticky, weakWords } from './scan.ts'
import { capitalLevel, isDotted, isHostLike, isName, isSureLevel, isThreadLike } from './words.ts'

const RUN = /:?([\w.$/<>=-]{1,80}(?:(?::{1,2})[\w.$/<>=()-]{1,80}){1,9})(:)?/y
const MAX_COLUMNS = 7

/** Reads all columns up to the message, when one of them is a level and they stand right behind the time. */
export function readColonColumns(scan: Scan): boolean {
  if (scan.hasLevel || scan.named || scan.tokens.at(-1)?.kind !== 'time' || weakWords(scan, false) > 0) return false
  const match = sticky(RUN, scan)
  if (match === null) return false
  const columns = (match[1] as string).split(/(?<!:):(?!:)/)
  // Without a colon at its end the run's last part is the message's first word.
  if (match[2] === undefined) columns.pop()
  const level = columns.findIndex(isLevelColumn)
  if (level < 0 || columns.length < 2 || columns.length > MAX_COLUMNS || !columns.every(mayBeColumn)) return false
  let end = scan.at + (match[0].startsWith(':') ? 1 : 0)
  for (const [i, column] of columns.entries()) {
    end += column.length + 1
    if (i === level) addLevel(scan, column, end)
    else addColumn(scan, column, columns[i + 1], end, i)
  }
  scan.named = true
  return true
}

function isLevelColumn(word: string): boolean {
  return isSureLevel(word) || capitalLevel(word) !== undefined || /^[DIWEF]$/.test(word)
}

function mayBeColumn(word: string): boolean {
  return /^\d{1,10}$/.test(word) || /^0x[\da-f]{1,16}$/.test(word) || isName(word)
}

function addColumn(scan: Scan, word: string, next: string | undefined, end: number, place: number): void {
  if (/^(?:0x[\da-f]{1,16}|\d{1,10})$/.test(word) || isThreadLike(word)) add(scan, 'pid', word, end, true)
  else if (place === 0 && isHostLike(word) && !isDotted(word) && next !== undefined && !isLevelColumn(next))
    add(scan, 'word', word, end, true)
  else add(scan, isDotted(word) ? 'name' : 'cell', word, end, true)
}
