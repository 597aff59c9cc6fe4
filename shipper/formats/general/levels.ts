/** A bare word of a head that is its level: in capitals, a letter, a word alone in its column, in front of a time or right behind it. */
import { readTime } from '../../terms/time.ts'
import { add, addLevel, endsColumn, lastIsTime, lastWord, type Scan, weakCount, weakWords } from './scan.ts'
import { capitalLevel, delimitedLevel, isSureLevel, spacedLevel } from './words.ts'

/** Tarantool's I>, log4perl's ERROR> */
export function isMarked(word: string): boolean {
  return word.length === 1 ? /[DVIWECF]/.test(word) : capitalLevel(word) !== undefined
}

export function readBareLevel(scan: Scan, word: string, end: number): boolean {
  if (scan.hasLevel) return false
  const words = weakWords(scan, false)
  const prose = weakWords(scan, true)
  // Palo Alto's columns: CONFIG is the kind of event.
  if (scan.mark === 0x2c && word === 'CONFIG') return false
  if (
    capitalLevel(word.endsWith('!') ? word.slice(0, -1) : word) &&
    prose <= 1 &&
    !(scan.named && words > 0) &&
    !/^[A-Z][a-z]/.test(lastWord(scan))
  ) {
    return addLevel(scan, word, end)
  }
  if (words > 0) return false
  if (word.includes('.') && readDottedLevel(scan, word, end)) return true
  if (scan.tokens.length === 0 && (scan.text.charCodeAt(end) === 0x09 || scan.text.charCodeAt(end) === 0x2c))
    return (
      delimitedLevel(word) !== undefined &&
      readTime(
        scan.text,
        end + (/^[ \t]?[|;,]? ?[[(<]?/.exec(scan.text.slice(end, end + 5))?.[0].length ?? 0),
        scan.options,
      ) !== undefined &&
      addLevel(scan, word, end)
    )
  if (scan.tokens.length === 0 && isSureLevel(word)) {
    const gap = /^ {1,4}[[(<]?/.exec(scan.text.slice(end, end + 6))
    return (
      gap !== null && readTime(scan.text, end + gap[0].length, scan.options) !== undefined && addLevel(scan, word, end)
    )
  }
  if (scan.tokens.length === 0)
    return (
      /^[VDIWEFTCN]$/.test(word) &&
      readTime(scan.text, end + (scan.text.startsWith(' | ', end) ? 3 : 1), scan.options) !== undefined &&
      addLevel(scan, word, end)
    )
  const column = endsColumn(scan.text, end)
  if (column && /^(?:Default|Fault)$/.test(word) && lastWord(scan).startsWith('0x')) return addLevel(scan, word, end)
  if (word.length === 1) {
    const isLetter = /[VDIWEFTC]/.test(word) || (/[AN]/.test(word) && weakCount(scan) === 2)
    return (
      isLetter &&
      scan.text.charCodeAt(end) !== 0x5b &&
      !/^\s[a-z]{1,5}\s/.test(scan.text.slice(end, end + 7)) &&
      // "C compiler found", "T minus 3": a sentence's word.
      !(/[TCV]/.test(word) && /^ [a-z0-9]{1,30}(?= |$)/.test(scan.text.slice(end, end + 32))) &&
      addLevel(scan, word, end)
    )
  }
  // MongoDB's D1 … D5
  if (scan.time !== undefined && /^D[1-5]$/.test(word) && /^ [A-Z-]/.test(scan.text.slice(end, end + 2)))
    return addLevel(scan, word, end)
  if (lastIsTime(scan) && opensHead(scan.text, word, end)) return addLevel(scan, word, end)
  if (scan.named && !column) return false
  // "Debug mode is off", "Notice board opened" are sentences.
  if (!column && /^(?:Debug|Notice|Trace)$/.test(word) && /^ [a-z]/.test(scan.text.slice(end, end + 2))) return false
  return spacedLevel(word, column) !== undefined && addLevel(scan, word, end)
}

/** sched.WARNING behind the time, app.error in front of it. */
function readDottedLevel(scan: Scan, word: string, end: number): boolean {
  const match = /^([A-Za-z_][\w-]{0,60}(?:\.[\w-]{1,60}){0,4})\.([A-Za-z]{3,9})$/.exec(word)
  const level = match?.[2] ?? ''
  if (match === null || scan.named || !isSureLevel(level)) return false
  if (
    scan.tokens.length === 0 ? readTime(scan.text, end + 1, scan.options) === undefined : level !== level.toUpperCase()
  )
    return false
  if (scan.tokens.length > 0 && !lastIsTime(scan)) return false
  scan.named = true
  add(scan, 'name', match[1] as string, end, true)
  return addLevel(scan, level, end)
}

/** Emby's "time Error Server: text", Falco's "time: Warning Sensitive file", "time error 12#34 …", Sun's "time failure ( 1234): ". */
function opensHead(text: string, word: string, end: number): boolean {
  const behind = text.slice(end, end + 60)
  if (!isSureLevel(word)) return /^ \( *\d{1,8}\):/.test(behind) && delimitedLevel(word) !== undefined
  if (/^ (?:\d{1,10}[#:/]\d|[A-Za-z][\w.-]{1,50} : |[[(<{#])/.test(behind)) return true
  const isTitle = /^[A-Z]/.test(word)
  return isTitle && /^ (?:[A-Z][\w.-]{1,40}: |[A-Z][a-z]+ |[A-Za-z]\w{0,40}(?:\.\w{1,60}){1,10} )/.test(behind)
}
