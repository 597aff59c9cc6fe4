import { putText, shaped } from './shaped.ts'
import { SEVERITIES } from './syslog-priority.ts'

/** The kernel's ring buffer: seconds since boot with six decimals, `dmesg -T` with a date, `-x` and `-r` with priorities. */
export const dmesg = shaped({
  name: 'dmesg',
  title: 'Linux kernel ring buffer (dmesg)',
  starts: '\\[<a-z',
  guard: (head) => START.test(head),
  pattern:
    /^(?:<(\d{1,3})>|([a-z0-9]{3,8}) *:([a-z]{3,6}) *: )?\[ {0,8}(?:(\d{1,9}\.\d{6})(?:,\d{1,3})?|([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}))\](?:\[ *([TC]\d{1,10})\])? (.*)$/,
  columns: ['', 'facility', 'level', 'uptime_seconds#', '@time', 'thread', 'message'],
  finish(fields, match) {
    fields.set('service', 'kernel')
    if (match[1] !== undefined) fields.set('level', SEVERITIES[Number(match[1]) & 7] as string)
    putText(fields, 'node', SUBSYSTEM.exec(match[7] ?? '')?.[1])
  },
})

const START =
  /^(?:<\d{1,3}>|[a-z0-9]{3,8} *:[a-z]{3,6} *: )?\[(?: {0,8}\d{1,9}\.\d{6}(?:,\d{1,3})?\]|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] (?!(?:\(pid=\d{1,10}\) )?\[(?:[\w-]*:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d|ERR|ERROR|WARN|WARNING|INFO|DEBUG|NOTICE|CRIT|FATAL)\] ))/
/** usb 1-1: · EXT4-fs (sda1): · ACPI: · e1000e 0000:00:19.0 eth0: */
const SUBSYSTEM = /^\[?([A-Za-z][\w-]{1,31})(?:\]| [^ :]{1,24}(?: [^ :]{1,16})?:|:)(?: |\d)/
