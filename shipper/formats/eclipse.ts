import { shaped } from './shaped.ts'

/** `!ENTRY org.eclipse.core.resources 2 10035 2026-05-05 10:11:12.123` and the lines of that entry: a workspace's .log. */
export const eclipse = shaped({
  name: 'eclipse',
  title: 'Eclipse (workspace .log)',
  starts: '!',
  guard: (head) => /^!(?:ENTRY|SUBENTRY|MESSAGE|STACK|SESSION) /.test(head),
  pattern:
    /^!(?:(?:SUB)?ENTRY (?:\d{1,3} )?([A-Za-z][\w.-]{1,120}) (\d{1,2}) (-?\d{1,10}) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3})|SESSION (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3}) -*|(?:MESSAGE|STACK) (.*))$/,
  columns: ['logger', '', 'code#', '@time', 'started', 'message'],
  finish(fields, match) {
    const level = LEVELS.get(match[2] ?? '')
    if (level !== undefined) fields.set('level', level)
    if (!fields.has('message')) fields.set('message', match[0])
  },
})

/** IStatus: OK, INFO, WARNING, ERROR, CANCEL. */
const LEVELS = new Map([
  ['0', 'info'],
  ['1', 'info'],
  ['2', 'warning'],
  ['4', 'error'],
  ['8', 'info'],
])
