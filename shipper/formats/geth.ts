import { shaped, syslogTime } from './shaped.ts'

/** `INFO [05-05|10:11:12.123] Imported new chain segment   blocks=1 txs=12`: log15's terminal format. */
export const geth = shaped({
  name: 'geth',
  title: 'go-ethereum, log15 on a terminal',
  starts: 'A-Z',
  guard: (head) => head.charCodeAt(11) === 0x7c || head.charCodeAt(12) === 0x7c,
  pattern:
    /^(TRACE|DEBUG|INFO|WARN|ERROR|CRIT) ? ?\[(\d\d-\d\d\|\d\d:\d\d:\d\d(?:\.\d{1,6})?)\] ?(?:([\w/.-]{1,80}\.go):(\d{1,6}): ?)?(.*)$/,
  columns: ['level', '@time', 'file', 'line#', 'message'],
  time: (raw) => syslogTime(raw.slice(0, 2), raw.slice(3, 5), raw.slice(6)),
  pairs: true,
})
