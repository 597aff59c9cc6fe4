import { shaped } from './shaped.ts'

/** The event type of WebSphere's basic format. O and R are what programs wrote to System.out and System.err. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['F', 'fatal'],
  ['E', 'error'],
  ['W', 'warning'],
  ['A', 'audit'],
  ['I', 'info'],
  ['C', 'config'],
  ['D', 'debug'],
  ['O', 'info'],
  ['R', 'error'],
  ['1', 'fine'],
  ['2', 'finer'],
  ['3', 'finest'],
  ['>', 'finer'],
  ['<', 'finer'],
])

/** `[5/5/26 10:11:12:123 CEST] 00000001 ShortName  A   CODE0001I: text`. */
export const websphere = shaped({
  name: 'websphere',
  title: 'WebSphere, Liberty (basic format)',
  starts: '\\[',
  guard: (head) => head.charCodeAt(2) === 0x2f || head.charCodeAt(3) === 0x2f,
  pattern:
    /^\[(\d{1,2}\/\d{1,2}\/\d{2,4},? \d{1,2}:\d\d:\d\d:\d{3} [\w+:]{1,10})\] ([\da-f]{8}) (?:id=([\da-f]{1,16}) )?([\w.$/-]{1,200}) {1,60}([A-Z123<>]) (?: {0,3}([A-Z]{3,6}\d{4,5}[A-Z]):)?(.*)$/,
  columns: ['@time', 'thread', 'id', 'logger', 'type', 'event', 'message'],
  // Where the day stands first, two digits of a year behind it would be read as year, month, day.
  time: (raw) => raw.replace(',', '').replace(/^(1[3-9]|2\d|3[01])\/(\d{1,2})\/(\d\d) /, '$2/$1/$3 '),
  finish(fields, match) {
    const level = TYPES.get(match[5] as string)
    if (level !== undefined) fields.set('level', level)
    fields.set('message', `${match[6] === undefined ? '' : `${match[6]}:`}${match[7]}`.trim())
  },
})
