/** `@4000000069f9c6801d2b3c4d text`: TAI64N labels of multilog, s6-log and svlogd, in front of any program's line. */
import type { ParsedLine } from '../record.ts'
import type { Format } from './format.ts'
import { general } from './general.ts'

const LABEL = /^@([\da-f]{16})([\da-f]{8}) /

/** 2^62 marks the epoch; TAI ran 10 seconds ahead of UTC in 1970, and daemontools knows no later leap seconds. */
const EPOCH = 2n ** 62n + 10n

export const tai64n: Format = {
  name: 'tai64n',
  title: 'TAI64N stamps (multilog, s6-log, svlogd: qmail, djbdns)',
  starts: '@',
  parse(head, options): ParsedLine | undefined {
    const match = LABEL.exec(head)
    if (match === null) return undefined
    const seconds = Number(BigInt(`0x${match[1]}`) - EPOCH)
    const nanos = Number(`0x${match[2]}`)
    if (seconds < 0 || seconds > 4_102_444_800 || nanos > 999_999_999) return undefined
    const rest = head.slice(match[0].length)
    const fields = general.parse(rest, options)?.fields ?? new Map()
    if (fields.size === 0) fields.set('message', rest)
    const tag = /^([a-z][\w./-]{1,60}): /.exec(rest)
    if (tag !== null && !fields.has('service') && !fields.has('logger')) fields.set('service', tag[1] as string)
    return { format: 'tai64n', time: { seconds, nanos }, fields }
  },
}
