import { putText, shaped } from './shaped.ts'

/** Marks of the X server's log, explained at the top of each (os/log.c). */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['EE', 'error'],
  ['WW', 'warning'],
  ['II', 'info'],
  ['--', 'info'],
  ['**', 'info'],
  ['==', 'info'],
  ['++', 'info'],
  ['!!', 'notice'],
  ['NI', 'warning'],
  ['DB', 'debug'],
])

/** Seconds since boot with three decimals, where the kernel writes six. It carries no time of day. */
export const xorg = shaped({
  name: 'xorg',
  title: 'X.Org server log',
  starts: '\\[',
  guard: (head) => START.test(head),
  pattern:
    /^\[ {0,8}(\d{1,9}\.\d{3})\] (?:\((EE|WW|II|NI|DB|--|\*\*|==|\+\+|!!|\?\?)\) )?(?:([A-Za-z][\w.-]{1,40}(?:\(\w{1,10}\))?): )?(.*)$/,
  columns: ['uptime_seconds#', '', 'node', 'message'],
  finish: (fields, match) => putText(fields, 'level', LEVELS.get(match[2] ?? '')),
})

const START = /^\[ {0,8}\d{1,9}\.\d{3}\] /
