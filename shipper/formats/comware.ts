import { shaped } from './shaped.ts'
import { SEVERITIES } from './syslog-priority.ts'

/** `May  5 2026 10:11:12 HOST %%01IFNET/4/LINK_STATE(l)[12]:text` and `%May  5 10:11:12:123 2026 HOST SHELL/5/LOGIN: text`. */
export const comware = shaped({
  name: 'comware',
  title: 'Huawei VRP, H3C and HPE Comware',
  starts: '<%@JFMASOND0-9',
  guard: (head) => /[A-Z]\/[0-7]\/[A-Z]/.test(head.slice(16, 140)),
  pattern:
    /^(?:<(\d{1,3})>)?[%@]?(?:\d{1,8} )?([A-Z][a-z]{2} [ \d]\d (?:\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d:\d\d)?|\d\d:\d\d:\d\d(?::\d{3})? \d{4})|\d{4}-\d{1,2}-\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([\w.-]{1,100}) (?:%%\d{2})?([A-Z][A-Z0-9_]{1,40})\/([0-7])\/([A-Za-z][\w-]{1,80})(?:\((\w)\))?(?:\[(\d{1,9})\])?: ?(.*)$/,
  columns: ['', '@time', 'host', 'logger', 'level', 'event', 'kind', 'sequence#', 'message'],
  finish(fields, match) {
    fields.set('level', SEVERITIES[Number(match[5])] as string)
  },
})
