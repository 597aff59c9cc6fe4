import { shaped } from './shaped.ts'

/** `69f9c680.1d2b3c4d 0x7f12ab34c700 conn=1001 op=0 …`: slapd's own log; seconds and nanoseconds as hexadecimal. */
export const openldap = shaped({
  name: 'openldap',
  title: 'OpenLDAP (slapd, own log file)',
  starts: '4-9a-f',
  guard: (head) => head.charCodeAt(8) === 0x2e || head.charCodeAt(8) === 0x20,
  pattern:
    /^([4-9a-f][\da-f]{7}(?:\.[\da-f]{8})?) (?:(0x[\da-f]{4,16}) )?((?:conn=\d|op=\d|slap|daemon: |=> |<= |=[a-z]|bdb_|mdb_|@\(#\)|connection_|do_|send_|syncrepl|syncprov).*)$/,
  columns: ['@time', 'thread', 'message'],
  time: (raw) => {
    const nanos = raw.length > 9 ? Number.parseInt(raw.slice(9), 16) : 0
    return `${Number.parseInt(raw.slice(0, 8), 16)}.${String(nanos).padStart(9, '0').slice(0, 9)}`
  },
  pairs: true,
  finish(fields) {
    fields.set('service', 'slapd')
  },
})
