/** What no format reads: the whole line is the message, so that nothing is lost. */
import type { ParsedLine } from '../record.ts'
import type { Format } from './format.ts'

export const plain = {
  name: 'plain',
  title: 'plain text: a line with no time, level or program that can be told',
  starts: undefined,
  fallback: true,
  parse(head: string): ParsedLine {
    return { format: 'plain', time: undefined, fields: new Map([['message', head]]) }
  },
} as const satisfies Format
