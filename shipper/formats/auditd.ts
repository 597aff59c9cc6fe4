import { addField, type Fields } from '../terms/json.ts'
import { readTimeValue } from '../terms/time.ts'
import type { Format } from './format.ts'
import { findPairs } from './key-values.ts'

const HEAD = /^(?:node=(\S{1,255}) )?type=([\w[\]]{1,40}) msg=audit\((\d{9,11}\.\d{1,9}):(\d{1,20})\):\s*/

/** Linux' audit log: `type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e success=no …`. */
export const auditd: Format = {
  name: 'auditd',
  title: 'Linux audit log (auditd)',
  starts: 'nt',
  parse(head, options) {
    const match = HEAD.exec(head)
    if (match === null) return undefined
    const [all, host, type, seconds, serial] = match as unknown as [string, string | undefined, string, string, string]
    const time = readTimeValue(seconds, options)
    if (time === undefined) return undefined
    // success=no is an answer of the kernel, not this program's failure: yes and no stay words.
    const text = head.slice(all.length)
    const fields: Fields = new Map([
      ['service', 'auditd'],
      ['event', type],
      ['audit_serial', serial],
    ])
    if (host !== undefined) fields.set('host', host)
    fields.set('message', options.rest === '' ? text : `${text}\n${options.rest}`)
    for (const [name, value] of findPairs(text, 0)) addField(fields, name === 'event' ? 'audit_event' : name, value)
    return { format: 'auditd', time, fields }
  },
}
