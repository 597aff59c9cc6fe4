import { putText, shaped, syslogTime } from './shaped.ts'

/** `[10.30 16:49:06] chrome.exe *64 - host:443 open through proxy …`. Month and day, no year. */
export const proxifier = shaped({
  name: 'proxifier',
  title: 'Proxifier',
  starts: '\\[',
  guard: (head) => head.charCodeAt(3) === 0x2e && head.charCodeAt(15) === 0x5d,
  pattern: /^\[(\d\d\.\d\d \d\d:\d\d:\d\d)\] ([^[\]]{1,80}?)(?: (\*64))? - (?:(\S+:\d{1,5}) )?((open|close|error)?.*)$/,
  columns: ['@time', 'service', '', 'destination', 'message', 'event'],
  time: (raw) => syslogTime(raw.slice(0, 2), raw.slice(3, 5), raw.slice(6)),
  finish(fields, match) {
    if (match[3] !== undefined) fields.set('architecture', '64')
    if (match[6] === 'error') fields.set('level', 'error')
    const bytes = BYTES.exec(match[5] ?? '')
    if (bytes !== null) {
      fields.set('bytes_sent', Number(bytes[1]))
      fields.set('bytes_received', Number(bytes[2]))
      putText(fields, 'lifetime', bytes[3])
    }
  },
})

const BYTES =
  /^close, (\d{1,15}) bytes(?: \([^)]*\))? sent, (\d{1,15}) bytes(?: \([^)]*\))? received(?:, lifetime (.+))?$/
