import type { Fields } from '../terms/json.ts'
import { levelLetter, levelWord } from '../terms/level.ts'
import type { Format } from './format.ts'
import { readJsonTail } from './json-tail.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'winston_console'

/** npm's and syslog's level names. */
const LEVELS = 'error|warn|info|http|verbose|debug|silly|emerg|alert|crit|warning|notice|trace|fatal'
/** .NET's "info: Category[14]", Ansible's "fatal: [host]: FAILED!". */
const NOT_OTHERS = '(?!\\[[^\\]]{1,200}\\]: (?:FAILED|UNREACHABLE)!|[\\w.`+<>]{1,200}\\[-?\\d{1,10}\\](?: |$))'
const BARE = new RegExp(`(?:\\[([\\w .:/-]{1,60})\\] )?(${LEVELS}): ${NOT_OTHERS}`, 'y')
/** time level: msg · time [label] level: msg · [time] level: msg · time [level]: msg · time - level: msg */
const BEHIND_TIME = new RegExp(
  `\\]?:?(?: - | \\| | {1,2})(?:\\[([\\w .:/-]{1,60})\\] )?(?:(${LEVELS})|\\[(${LEVELS}|${LEVELS.toUpperCase()})\\]) ?: ${NOT_OTHERS}`,
  'y',
)

/** winston's simple and printf formats: "info: message {"meta":1}". */
export const winstonConsole: Format = {
  name: NAME,
  title: 'winston console (simple, printf with timestamp and label)',
  starts: '0-9\\[a-z',
  parse(head, options) {
    const code = head.charCodeAt(0)
    const time = code > 0x60 ? undefined : leadingTime(head, options)
    if (time !== undefined && !LEADS.includes(time.lead)) return undefined
    // [2026-05-05T12:30:11.123] without a zone is Slurm's.
    if (time?.end === SLURM_END && head.charCodeAt(11) === LETTER_T) return undefined
    // 2026/05/05 is the date of Go's log, and "http: " a package there.
    if (time !== undefined && head.charCodeAt(4) === SLASH && time.lead === 'w') return undefined
    const pattern = time === undefined ? BARE : BEHIND_TIME
    pattern.lastIndex = time?.end ?? 0
    const match = pattern.exec(head)
    if (match === null) return undefined
    // "http: [warn] text", "[W] http: text": a part of a program, and the level beside it.
    if (match[2] === 'http' && (isBracketedLevel(head.slice(pattern.lastIndex)) || levelLetter(match[1] ?? '')))
      return undefined
    // "warn: 2026-05-05 10:11:12 …": winston writes its time in front.
    if (time === undefined && leadingTime(head.slice(pattern.lastIndex), options) !== undefined) return undefined
    const fields: Fields = new Map([['level', (match[2] ?? match[3]) as string]])
    if (match[1] !== undefined) fields.set('logger', match[1])
    addBody(fields, head.slice(pattern.lastIndex))
    return parsed(NAME, time?.instant, fields)
  },
}

/** In brackets: [warn], [W] */
function isBracketedLevel(text: string): boolean {
  const word = /^\[([A-Za-z]{1,9}) {0,4}\] /.exec(text)?.[1]
  return word !== undefined && (levelWord(word) ?? levelLetter(word)) !== undefined
}

const LEADS = 'w[-|]:'
const SLURM_END = 24
const LETTER_T = 0x54
const SLASH = 0x2f

/** The meta that winston appends as JSON becomes fields, the rest is the message. */
function addBody(fields: Fields, body: string): void {
  const tail = readJsonTail(body)
  const meta = tail?.values.length === 1 ? tail.values[0] : undefined
  if (!(meta instanceof Map)) addMessage(fields, body)
  else addMeta(fields, tail?.text ?? '', meta)
}

function addMeta(fields: Fields, text: string, meta: Fields): void {
  addMessage(fields, text)
  for (const [name, value] of meta) fields.set(fields.has(name) ? `meta_${name}` : name, value)
}
