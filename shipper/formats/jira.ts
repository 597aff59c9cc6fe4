import { putText, shaped } from './shaped.ts'

/**
 * Jira's layout: `time zone thread LEVEL user request session address url [c.a.j.Logger] text`; what a thread has no
 * request for is left out.
 */
export const jira = shaped({
  name: 'jira',
  title: 'Jira (atlassian-jira.log)',
  starts: '0-9',
  guard: (head) => head.charCodeAt(19) === 0x2c && head.indexOf('] ', 30) > 0,
  pattern:
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}[+-]\d{4}) ((?:\/\S{0,300}|[^\s[/]\S{0,100})(?: \S{1,60}){0,3}?) {1,3}(TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (?:([^\s[]\S{0,100})? ([^\s[]{1,300}(?: [^\s[]{1,300}){0,4})?)? {0,20}\[([\w.$ ]{1,200})\] (.*)$/,
  columns: ['@time', 'thread', 'level', 'user', '', 'logger', 'message'],
  finish(fields, match) {
    const parts = (match[5] ?? '').split(' ')
    const names = ['request_id', 'session', 'client_address', 'path']
    parts.forEach((part, i) => {
      putText(fields, names[i] ?? 'prefix', part)
    })
  },
})
