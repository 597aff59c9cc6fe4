/**
 * How text stands on a terminal: its width in cells, cut or padded to a column, and with nothing in it that the
 * terminal would take for a command: log content is hostile.
 */

/** Code points two cells wide (Unicode's East_Asian_Width W and F, and emoji), as pairs of first and last. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x26d4, 0x26d4],
  [0x2705, 0x2705],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f004, 0x1f004],
  [0x1f18e, 0x1f19a],
  [0x1f1e6, 0x1f1ff],
  [0x1f200, 0x1f320],
  [0x1f32d, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
]

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
/** Marks that stand on the character before them, and characters without a width. */
const WIDTHLESS = /[\p{Mn}\p{Me}\p{Cf}]/u

/** Cells that the text takes. Colours must not be in it yet. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let width = 0
  for (const char of text) width += cellsOf(char)
  return width
}

function cellsOf(char: string): number {
  const code = char.codePointAt(0)!
  if (code < 0x7f) return 1
  if (WIDTHLESS.test(char)) return 0
  let low = 0
  let high = WIDE.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = WIDE[middle]!
    if (code < first) high = middle - 1
    else if (code > last) low = middle + 1
    else return 2
  }
  return 1
}

/** At most so many cells; what is left out shows as … */
export function cut(text: string, cells: number): string {
  if (text.length <= cells && PRINTABLE_ASCII.test(text)) return text
  let width = 0
  let kept = ''
  let keptBefore = ''
  for (const char of text) {
    const next = width + cellsOf(char)
    if (next > cells) return cells <= 0 ? '' : `${keptBefore}…`
    if (next <= cells - 1) keptBefore = kept + char
    kept += char
    width = next
  }
  return kept
}

export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)))
}

export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - widthOf(text))) + text
}

/** C0, DEL, C1, line separators, and what reverses the reading direction. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\u001b', '\\e'],
])

/** The text on one line, with control characters as what they are called: \n, \e, \x07, \u202e. */
export function escapeControls(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, escapeOne)
}

/** The same for text that is shown as it stands: a tab stays a tab. */
export function escapeCommands(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, (char) => (char === '\t' ? char : escapeOne(char)))
}

/** For text inside JSON: what JSON itself leaves as it is. */
export function escapeInJson(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function escapeOne(char: string): string {
  const named = NAMED.get(char)
  if (named !== undefined) return named
  const hex = char.charCodeAt(0).toString(16)
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
}
