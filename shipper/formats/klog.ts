import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { findPairs, readQuoted } from './key-values.ts'
import { addMessage, parsed } from './layout.ts'

const NAME = 'klog'

/**
 * Lmmdd hh:mm:ss.uuuuuu threadid file:line] msg. C++ glog writes the year too (I20251226), CockroachDB two digits of it,
 * and a "1@" before the file.
 */
const HEAD =
  /^([DIWEF])(\d{4}|\d{6}|\d{8}) \d\d:\d\d:\d\d\.\d{3,9} {1,8}(\d{1,10}) (?:\d{1,6}@)?([^\s\]:]{1,300}):(\d{1,7})(?:\] ?| {1,2}(?:⋮ )?)/
/** CockroachDB: [T1,n1,client=…] counter  msg */
const TAGS = /^\[([^\]]{0,300})\] {1,2}(?:(\d{1,12}) {1,2})?/

/** Kubernetes' klog and Google's glog, structured messages ("Pod status updated" pod="ns/x") included. */
export const klog: Format = {
  name: NAME,
  title: 'klog, glog (Kubernetes, CockroachDB)',
  starts: 'DIWEF',
  parse(head, options) {
    const match = HEAD.exec(head)
    if (match === null) return undefined
    const time = readTime(head, 1, options)
    if (time === undefined) return undefined
    const [all, letter = '', date = '', thread = '', file = '', line] = match
    const fields: Fields = new Map()
    fields.set('level', letter)
    fields.set('thread', thread)
    fields.set('file', file)
    // klog names no program: the file is the part that wrote it.
    fields.set('logger', file)
    fields.set('line', Number(line))
    let body = head.slice(all.length)
    if (date.length === 6) body = takeTags(fields, body)
    if (body.charCodeAt(0) === QUOTE) addStructured(fields, body)
    else addMessage(fields, body)
    return parsed(NAME, time.instant, fields)
  },
}

const QUOTE = 0x22

function takeTags(fields: Fields, body: string): string {
  const match = TAGS.exec(body)
  if (match === null) return body
  if (match[1] !== '') fields.set('tags', match[1] as string)
  return body.slice(match[0].length)
}

/** `"message" key="value" …`: Go's quoting. What does not close is a message as it stands. */
function addStructured(fields: Fields, body: string): void {
  const quoted = readQuoted(body, 0)
  if (quoted === undefined) {
    addMessage(fields, body)
    return
  }
  fields.set('message', quoted.value)
  for (const [name, value] of findPairs(body, quoted.end)) if (!fields.has(name)) fields.set(name, value)
}
