import type { Fields, Value } from '../terms/json.ts'
import type { Format } from './format.ts'
import { readJsonText } from './json-tail.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'pino_pretty'

/** ] INFO (name/123 on host): msg — every part in the parentheses may be missing, and they themselves. */
const BEHIND_TIME =
  /\] ([A-Z]{3,12})(?: \((?:([^()]{1,120}\/)?(\d{1,10})|([^()]{1,120}?))(?: on ([^()]{1,120}))?\))?: ?/y
const DASH = 0x2d
const MEMBER = /^ {4}([A-Za-z_$][\w.$-]{0,100}): ?(.*)$/
const ERROR_PART = /^ {6}"(type|message)": (".*"),?$/
const STACK_START = /^ {6}"stack":\s*$/

/** pino-pretty: a line, and the object's other members below it, four spaces in. */
export const pinoPretty: Format = {
  name: NAME,
  title: 'pino-pretty',
  starts: '\\[',
  parse(head, options) {
    // PHP-FPM: [26-Dec-2025 02:03:45] NOTICE: …
    const time = head.charCodeAt(3) === DASH ? undefined : leadingTime(head, options)
    if (time?.lead !== ']') return undefined
    BEHIND_TIME.lastIndex = time.end
    const match = BEHIND_TIME.exec(head)
    if (match === null) return undefined
    const [, level = '', named, pid, bare, host] = match
    const fields: Fields = new Map([['level', level]])
    const name = named?.slice(0, -1) ?? bare
    if (name !== undefined) fields.set('logger', name)
    if (pid !== undefined) fields.set('pid', Number(pid))
    if (host !== undefined) fields.set('host', host)
    addMessage(fields, head.slice(BEHIND_TIME.lastIndex))
    if (options.rest !== '') addMembers(fields, options.rest.split('\n'))
    return parsed(NAME, time.instant, fields)
  },
}

/** `    key: value`; an object's lines stand deeper, up to its `    }`. */
function addMembers(fields: Fields, lines: readonly string[]): void {
  for (let at = 0; at < lines.length; at++) {
    const member = MEMBER.exec(lines[at] as string)
    if (member === null) continue
    const [, name = '', first = ''] = member
    const block = [first]
    while (at + 1 < lines.length && isDeeper(lines[at + 1] as string)) block.push(lines[++at] as string)
    if (name === 'err' && first === '{') addError(fields, block)
    else if (!fields.has(name)) fields.set(name, readMember(block.join('\n')))
  }
}

function isDeeper(line: string): boolean {
  return line.startsWith('     ') || line === '    }' || line === '    ]'
}

const PLAIN_NUMBER = /^-?\d{1,15}(?:\.\d{1,10})?$/

function readMember(text: string): Value {
  return PLAIN_NUMBER.test(text) ? Number(text) : (readJsonText(text) ?? text)
}

/** pino-pretty writes an error's stack as lines of its own, so that the block is no JSON. */
function addError(fields: Fields, block: readonly string[]): void {
  const stack: string[] = []
  let inStack = false
  for (const line of block) {
    const part = ERROR_PART.exec(line)
    if (STACK_START.test(line)) inStack = true
    else if (part !== null || line === '    }' || line.startsWith('      "')) inStack = false
    else if (inStack) stack.push(line.slice(Math.min(10, line.length - line.trimStart().length)))
    if (part !== null) {
      fields.set(part[1] === 'type' ? 'error_type' : 'error', readMember(part[2] as string))
    }
  }
  if (stack.length > 0) fields.set('stack', stack.join('\n'))
}
