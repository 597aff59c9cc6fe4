import { putText, shaped } from './shaped.ts'

/** 2.2: `[time] [level] [client a] text`; 2.4: `[time] [module:level] [pid 1:tid 2] [client a:1] AH00000: text`. */
export const apacheError = shaped({
  name: 'apache_error',
  title: 'Apache httpd error log (2.2 and 2.4)',
  starts: '\\[',
  guard: (head) => head.charCodeAt(4) === SPACE && head.charCodeAt(8) === SPACE && head.includes('] [', 24),
  pattern:
    /^\[(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})\] \[(?:([\w-]*):)?(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\] (?:\[pid (\d+)(?::tid (\d+))?\] )?(?:([\w.-]+\.c\(\d+\)): )?(\(\d+\)[^:[]*: )?(?:\[(?:client|remote) ([^\]]+)\] )?(?:(AH\d{5}): )?(.*)$/,
  columns: ['@time', 'node', 'level', 'pid#', 'thread', 'source', '', 'client_address', 'error_code', 'message'],
  finish(fields, match) {
    let message = match[10] ?? ''
    const referer = message.lastIndexOf(', referer: ')
    if (referer >= 0) {
      fields.set('referer', message.slice(referer + 11))
      message = message.slice(0, referer)
    }
    // The system's own words, `(13)Permission denied: `, stand before the client; they belong to the message.
    fields.set('message', (match[7] ?? '') + message)
    // 2.2 names no module, but many messages start with the module or the function that speaks.
    if (!fields.has('node')) putText(fields, 'node', SPEAKER.exec(message)?.[1])
  },
})

const SPACE = 32
const SPEAKER = /^((?:mod_|lib)\w{2,40}|[A-Za-z][\w.]{1,60}(?=\(\) ))/
