import { shaped } from './shaped.ts'

/** CMTrace's type: 1 information, 2 warning, 3 error. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['0', 'verbose'],
  ['1', 'info'],
  ['2', 'warning'],
  ['3', 'error'],
])

/** `<![LOG[text]LOG]!><time="10:11:12.123+000" date="05-05-2026" component="…" … type="3" thread="1" file="…">`. */
export const cmtrace = shaped({
  name: 'cmtrace',
  title: 'CMTrace (Configuration Manager, Intune)',
  starts: '<',
  guard: (head) => head.startsWith('<![LOG['),
  pattern:
    /^<!\[LOG\[(.*)\]LOG\]!><(time="[\d:.]{5,20}(?:[+-]\d{1,4})?" date="[\d-]{6,10}") component="([^"]{0,200})" context="([^"]{0,200})" type="(\d)" thread="(\d{0,10})" file="([^"]{0,300})">\s*$/,
  columns: ['message', '@time', 'service', 'context', 'type', 'thread', 'file'],
  time: toIso,
  finish(fields) {
    const level = TYPES.get(String(fields.get('type')))
    if (level !== undefined) fields.set('level', level)
  },
})

/** The bias is UTC minus local time in minutes. */
function toIso(raw: string): string {
  const match = /^time="([\d:.]+)([+-]\d+)?" date="(\d{1,2})-(\d{1,2})-(\d{4})"$/.exec(raw)
  if (match === null) return raw
  const [, clock = '', bias, month = '', day = '', year] = match
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock.replace(/\.$/, '')}`
  if (bias === undefined) return date
  const minutes = Math.abs(Number(bias))
  if (minutes > 900) return date
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date}${bias.startsWith('-') ? '+' : '-'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
