/** RFC 5424 §6.3: `[id name="value" name="value"][id …]`, where `"`, `\` and `]` are escaped with a backslash. */
import { addField, type Fields } from '../terms/json.ts'

const ELEMENT = /\[([^\s=\]"]{1,64})/y
const PARAMETER = / +([^\s=\]"]{1,64})="((?:[^"\\]|\\.)*)"/y
const BRACKET = 0x5b
/** More elements or parameters than anyone writes stay in the message: telling equal names apart takes longer each time. */
const MAX_MEMBERS = 256

/**
 * Sets structured_data: parameters by element. The index behind the data; `start` itself when there is none, so that
 * data that cannot be read stays in the message.
 */
export function readStructuredData(text: string, start: number, fields: Fields): number {
  if (text.charCodeAt(start) !== BRACKET) return text.charCodeAt(start) === 0x2d ? start + 1 : start
  const data: Fields = new Map()
  let at = start
  while (text.charCodeAt(at) === BRACKET && data.size < MAX_MEMBERS) {
    const parameters: Fields = new Map()
    const end = readElement(text, at, data, parameters)
    if (end < 0) break
    at = end
  }
  if (data.size > 0) fields.set('structured_data', data)
  return at
}

function readElement(text: string, start: number, data: Fields, parameters: Fields): number {
  ELEMENT.lastIndex = start
  const id = ELEMENT.exec(text)?.[1]
  if (id === undefined) return -1
  let at = ELEMENT.lastIndex
  for (;;) {
    PARAMETER.lastIndex = at
    const match = PARAMETER.exec(text)
    if (match === null || parameters.size >= MAX_MEMBERS) break
    addField(parameters, match[1] as string, unescaped(match[2] as string))
    at = PARAMETER.lastIndex
  }
  if (text.charCodeAt(at) !== 0x5d) return -1
  addField(data, id, parameters)
  return at + 1
}

function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value
}
