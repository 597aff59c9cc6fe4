/** Levels: Loki's own words, and the table of what programs write for them. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'fatal', 'unknown'] as const

export type Level = (typeof LEVELS)[number]

/**
 * Numbers mean different things by library: pino and bunyan 10–60, syslog and journald 0–7 (0 is the worst), Python's
 * logging 10–50, OpenTelemetry's severityNumber 1–24, Go's slog −4, 0, 4, 8, .NET's LogLevel 0–5.
 */
export type LevelScale = 'pino' | 'syslog' | 'python' | 'otel' | 'slog' | 'dotnet'

type KnownLevel = Exclude<Level, 'unknown'>

export interface LevelMatch {
  readonly level: KnownLevel
  /** False when the word says more than the level does (notice, INFO+2): the original is then kept beside it. */
  readonly exact: boolean
}

/** Pure synonyms: nothing is lost by writing the level instead. */
const SYNONYMS: Record<KnownLevel, string> = {
  trace: 'trace trc trce trac verbose verb vrb finest finer silly sill spam blat',
  debug: 'debug dbg debu dbug debg deb fine debugging fein',
  info: 'info inf information informational infos informacion informazioni información informação',
  warn: 'warn wrn warning warnung avertissement advertencia avviso aviso',
  error: 'error err eror erro severe fehler erreur schwerwiegend grave',
  critical: 'critical crit crt',
  fatal: 'fatal ftl fatl fata',
}

/** Words that say more, or something else, than the level that they count as. */
const NEARLY: Record<KnownLevel, string> = {
  trace: 'all',
  debug: 'ddebug subdebug config cfg detail debug1 debug2 debug3 debug4 debug5 d1 d2 d3 d4 d5 verbose1 verbose2',
  info: 'normal notice note ntc notic noti not hint hinweis log success audit http default status user event',
  warn: 'caution minor deprecated deprecation',
  error: 'errs failure fail failed exception major',
  critical: 'alert alrt alr',
  fatal: 'emerg emergency emrg emr panic dpanic fault abort assert wtf',
}

/** As klog, Android, MongoDB, VMware, MySQL's mysqld and many consoles abbreviate; Xorg doubles them: (EE), (WW). */
const LETTERS: Record<KnownLevel, string> = {
  trace: 't v',
  debug: 'd dd',
  info: 'i ii',
  warn: 'w ww',
  error: 'e ee',
  critical: 'c cc',
  fatal: 'f ff',
}
const NEARLY_LETTERS: Record<KnownLevel, string> = {
  trace: '',
  debug: '',
  info: 'n',
  warn: '',
  error: '',
  critical: '',
  fatal: 'a p',
}

/** All words and letters that count as a level: the configurations of Promtail and Alloy are made of them. */
export function spellingsOf(level: Exclude<Level, 'unknown'>): string[] {
  const lists = [SYNONYMS, NEARLY, LETTERS, NEARLY_LETTERS].map((table) => table[level])
  return [...new Set(lists.join(' ').split(' '))].filter((word) => word !== '')
}

const words = new Map<string, LevelMatch>()
const letters = new Map<string, LevelMatch>()
enter(words, SYNONYMS, true)
enter(words, NEARLY, false)
enter(letters, LETTERS, true)
enter(letters, NEARLY_LETTERS, false)

function enter(table: Map<string, LevelMatch>, spellings: Record<KnownLevel, string>, exact: boolean): void {
  for (const [level, list] of Object.entries(spellings)) {
    for (const word of list.split(' ')) if (word !== '') table.set(word, { level: level as KnownLevel, exact })
  }
}

const LONGEST_WORD = Math.max(...[...words.keys()].map((word) => word.length))

/** What a word stands for, letters left aside: for scanning the tokens of a line. Any case, no brackets. */
export function levelWord(word: string): LevelMatch | undefined {
  if (word.length < 3 || word.length > LONGEST_WORD) return undefined
  return words.get(word) ?? words.get(word.toLowerCase())
}

/** What a single letter, or Xorg's doubled one, stands for. */
export function levelLetter(letter: string): LevelMatch | undefined {
  return letter.length > 2 ? undefined : letters.get(letter.toLowerCase())
}

/** Raw spellings repeat by the million: their answers are kept, up to this many. */
const REMEMBERED = 512
const answers = new Map<string, LevelMatch | null>()

/** The level that a word, letter or number stands for, or undefined when it stands for none. */
export function readLevel(raw: string | number, scale?: LevelScale): LevelMatch | undefined {
  if (typeof raw === 'number') return readNumber(raw, scale)
  if (scale !== undefined) return readText(raw, scale)
  let answer = answers.get(raw)
  if (answer === undefined) {
    answer = readText(raw, undefined) ?? null
    if (answers.size >= REMEMBERED) answers.clear()
    if (raw.length < 40) answers.set(raw, answer)
  }
  return answer ?? undefined
}

function readText(raw: string, scale: LevelScale | undefined): LevelMatch | undefined {
  if (raw.length > 40) return undefined
  const word = raw.replace(/^[\s[\](){}<>|:*"'%]+/, '').replace(/[\s[\](){}<>|:;,.*!"'%]+$/, '')
  const known = levelWord(word) ?? letters.get(word.toLowerCase()) ?? words.get(word.toLowerCase())
  if (known !== undefined) return known
  if (/^[+-]?\d{1,4}(?:\.0)?$/.test(word)) return readNumber(Number(word), scale)
  // log/slog's INFO+2, DEBUG-4; OpenTelemetry's INFO2; LogLevel.Warning, SEVERITY_ERROR, LOG_LEVEL_INFO.
  const offset = /^([A-Za-z]{3,11})([+-]?\d{1,4})$/.exec(word)
  if (offset !== null) return readOffset(offset[1] as string, offset[2] as string)
  const last = /^(?:[A-Za-z]{1,20}[._]){1,3}([A-Za-z]{3,13})$/.exec(word)
  return last === null ? undefined : levelWord(last[1] as string)
}

const SLOG_BASE = new Map<KnownLevel, number>([
  ['trace', -8],
  ['debug', -4],
  ['info', 0],
  ['warn', 4],
  ['error', 8],
])

function readOffset(word: string, offset: string): LevelMatch | undefined {
  const base = levelWord(word)
  if (base === undefined) return undefined
  const zero = SLOG_BASE.get(base.level)
  if (zero === undefined || !/^[+-]/.test(offset)) return { level: base.level, exact: false }
  const match = readNumber(zero + Number(offset), 'slog')
  return match && { level: match.level, exact: false }
}

/** Lowest number of each level; numbers between count as the one below, and are not exact. */
const STEPS: Record<Exclude<LevelScale, 'syslog'>, readonly (readonly [number, KnownLevel])[]> = {
  pino: [[10, 'trace'], [20, 'debug'], [30, 'info'], [40, 'warn'], [50, 'error'], [60, 'fatal']],
  python: [[5, 'trace'], [10, 'debug'], [20, 'info'], [30, 'warn'], [40, 'error'], [50, 'critical']],
  otel: [[1, 'trace'], [5, 'debug'], [9, 'info'], [13, 'warn'], [17, 'error'], [21, 'fatal']],
  slog: [[-8, 'trace'], [-4, 'debug'], [0, 'info'], [4, 'warn'], [8, 'error'], [12, 'fatal']],
  dotnet: [[0, 'trace'], [1, 'debug'], [2, 'info'], [3, 'warn'], [4, 'error'], [5, 'critical']],
} // biome-ignore format: a table

const SYSLOG: readonly LevelMatch[] = [
  { level: 'fatal', exact: false },
  { level: 'critical', exact: false },
  { level: 'critical', exact: true },
  { level: 'error', exact: true },
  { level: 'warn', exact: true },
  { level: 'info', exact: false },
  { level: 'info', exact: true },
  { level: 'debug', exact: true },
]

function readNumber(value: number, scale: LevelScale | undefined): LevelMatch | undefined {
  if (!Number.isFinite(value)) return undefined
  switch (scale ?? guessScale(value)) {
    case undefined:
      return undefined
    case 'syslog':
      return SYSLOG[value]
    case 'otel':
      return value < 1 || value > 24 ? undefined : step('otel', value)
    case 'pino':
      return value <= 0 ? undefined : step('pino', value)
    case 'python':
      return value <= 0 ? undefined : step('python', value)
    case 'dotnet':
      return value < 0 || value > 5 ? undefined : step('dotnet', value)
    default:
      return step('slog', value)
  }
}

/** Without a scale: tens are pino's (and bunyan's), 0 to 7 syslog's (GELF, journald), negative ones slog's. */
function guessScale(value: number): LevelScale | undefined {
  if (value >= 10 && value < 70) return 'pino'
  if (value >= 0 && value <= 7 && Number.isInteger(value)) return 'syslog'
  return value === -4 || value === -8 ? 'slog' : undefined
}

function step(scale: Exclude<LevelScale, 'syslog'>, value: number): LevelMatch {
  const steps = STEPS[scale]
  let found = steps[0] as readonly [number, KnownLevel]
  for (const candidate of steps) if (value >= candidate[0]) found = candidate
  return { level: found[1], exact: found[0] === value }
}
