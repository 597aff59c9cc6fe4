/** What characters and words are to the miner: tables that tokens.ts reads. */

export const WORD = 0
export const SPACE = 1
export const MARK = 2

/** Code below 128 → part of a word, space, or a mark between words. */
export const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return SPACE
  return '!"#&\'(),:;<=>?[]^`{|}'.includes(String.fromCharCode(code)) ? MARK : WORD
})

/** What a word holds, bit by bit. */
export const DIGIT = 1
export const LOWER = 2
export const UPPER = 4
/** A letter behind f. */
export const NOT_HEX = 8
export const AT_SIGN = 16
export const SYMBOL = 32

export const HOLDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code)
  if (/[0-9]/.test(char)) return DIGIT
  if (/[a-z]/.test(char)) return /[a-f]/.test(char) ? LOWER : LOWER | NOT_HEX
  if (/[A-Z]/.test(char)) return /[A-F]/.test(char) ? UPPER : UPPER | NOT_HEX
  return char === '@' ? AT_SIGN : SYMBOL
})

/** Of each code unit: what a word holds that has it, or ENDS_WORD. */
export const ENDS_WORD = 64
export const CLASSES = new Uint8Array(0x10000).fill(LOWER | NOT_HEX)
for (let code = 0; code < 128; code++) CLASSES[code] = KINDS[code] === WORD ? HOLDS[code] : ENDS_WORD

/** What may stand in a path or an address: no space, quote, bracket or comma. */
export const IS_PATH_UNIT = Uint8Array.from({ length: 128 }, (_, code) =>
  KINDS[code] === WORD || '&=?#:!^'.includes(String.fromCharCode(code)) ? 1 : 0,
)

/** Escapes of JSON that the express lane takes, other than those that stand for themselves. */
export const ESCAPES: ReadonlyMap<number, number> = new Map(
  ['n\n', 't\t', 'r\r', 'b\b', 'f\f'].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]),
)

/** What closes a bracket or quote; 0 for anything else. */
export const CLOSERS = new Uint8Array(128)
for (const pair of ['()', '[]', '{}', '<>', '""', "''"]) CLOSERS[pair.charCodeAt(0)] = pair.charCodeAt(1)

/** What stands before a quote or a bracket that opens: a space, another bracket, what parts a key from its value. */
export const OPENS = Uint8Array.from({ length: 0x10000 }, (_, code) =>
  code <= 0x20 || '=:,;([{<>'.includes(String.fromCharCode(code)) ? 1 : 0,
)

/** What redaction has put in a value's place starts so. */
export const REDACTED = [...'[redacted:'].map((char) => char.charCodeAt(0))

/** Words that belong to the number before them. */
const UNITS = [
  'B b kB KB MB GB TB PB KiB MiB GiB TiB K M G T byte bytes bit bits Kbps kbps Mbps Gbps kHz MHz GHz',
  'ns us ms s m h d sec secs second seconds msec msecs millis milliseconds min mins minute minutes hour hours day days',
  'AM PM am pm Z UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST',
]

const DATE_WORDS = ['Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec']

/** Behind these words stands a name. */
const NAMERS = [
  'user users username uid login logname account domain host hostname hive queue topic database bucket',
  'User Username Account Domain Host Hostname Queue Topic Database Bucket',
]

/** Words of state: lines that differ in one of them say different things, wherever it stands. */
const STATES = [
  'true false yes no on off up down ok null none nil unknown enable disable enabled disabled success failure failed error open closed active inactive',
  'True False Yes No On Off Up Down OK None YES NO TRUE FALSE NULL Unknown Enabled Disabled Active Inactive',
]

/** Words that are no names where a name may stand. */
const COMMON = [
  'a an the this that and or but if is are was were be been has have had does did do can could will would may must not',
  'already still now with by from to in on at of for as than then when while after before because due via per into',
  'name names id ids agent session account data type input request response list group role login logout password key',
  'cache service server client error status state count limit full empty new old found missing valid invalid active',
]

/** Behind these words, and a colon or =, stands what went wrong. */
const FAULTS = ['err error exception failed Err Error Exception Failed']

/** Behind these words stands the path of a request. */
const METHODS = ['GET POST PUT PATCH DELETE HEAD OPTIONS']

/** A message that begins so says what could not be done, and behind a colon why. Can and Could: they are cut before 't. */
const FAILINGS = [
  'failed failure error cannot can could couldn unable unexpected exception',
  'Failed Failure Error Cannot Can Could Couldn Unable Unexpected Exception',
]

export const FAILING = 128
export const METHOD = 64
export const FAULT = 32
export const UNIT = 1
export const DATE_WORD = 2
export const NAMER = 4
export const STATE = 8
export const ORDINARY = 16

const KNOWN = new Map<string, number>()
for (const [lists, bit] of [
  [UNITS, UNIT],
  [DATE_WORDS, DATE_WORD],
  [NAMERS, NAMER],
  [STATES, STATE],
  [COMMON, ORDINARY],
  [FAULTS, FAULT],
  [METHODS, METHOD],
  [FAILINGS, FAILING],
] as const) {
  for (const word of lists.flatMap((list) => list.split(' '))) KNOWN.set(word, (KNOWN.get(word) ?? 0) | bit)
}

/** What a word is known as: bits of the above. */
export function knownAs(word: string): number {
  return KNOWN.get(word) ?? 0
}

/** The longest of these words. */
export const MAX_KNOWN_WORD = Math.max(...[...KNOWN.keys()].map(({ length }) => length))

/** Hash of a word, one code unit after the other from WORD_SEED on. */
export const WORD_SEED = 0x811c9dc5 | 0
export function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

/** The known words by the last bits of their hashes: asked of words in an array of units, without making them strings. */
const SLOTS = 4096
const BY_HASH: { readonly units: Uint16Array; readonly bits: number }[][] = Array.from({ length: SLOTS }, () => [])
for (const [word, bits] of KNOWN) {
  let hash = WORD_SEED
  for (let at = 0; at < word.length; at++) hash = hashUnit(hash, word.charCodeAt(at))
  BY_HASH[hash & (SLOTS - 1)].push({ units: Uint16Array.from(word, (char) => char.charCodeAt(0)), bits })
}

/** As knownAs, of units start..end whose hash this is. */
export function knownUnits(text: Uint16Array, start: number, end: number, hash: number): number {
  const words = BY_HASH[hash & (SLOTS - 1)]
  for (let index = 0; index < words.length; index++) {
    const { units, bits } = words[index]
    if (units.length !== end - start) continue
    let at = 0
    while (at < units.length && units[at] === text[start + at]) at++
    if (at === units.length) return bits
  }
  return 0
}
