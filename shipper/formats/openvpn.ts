import { putText, shaped } from './shaped.ts'

/** How its lines go on behind the time: a peer, or one of the words it starts sentences with. */
const KNOWN =
  /^(?:us=\d+ |[\w.@-]{1,64}\/[\d.]+:\d+ |[\d.]{7,15}:\d{1,5} |OpenVPN |MULTI|TLS|VERIFY|Peer Connection|Initialization Sequence|TCP|UDP|WARNING: |NOTE: |DEPRECATED|Options error|Control Channel|Data Channel|Outgoing |Incoming |Socket Buffers|TUN\/TAP|SIG[A-Z]+\d?|Attempting to establish|PUSH|OPTIONS IMPORT|library versions|Diffie-Hellman|ROUTE|\/s?bin\/|Restart pause|AUTH|SENT CONTROL|Validating|\+\+ Certificate|Expected Remote|Local Options|Re-using|Inactivity|GID set|UID set|do_ifconfig|net_|Exiting|Could not|Cannot |Closing TUN|Listening for|Connection reset|IFCONFIG POOL|Authenticate\/Decrypt|MANAGEMENT|event_wait|read UDP|write UDP|RESOLVE)/

export const openvpn = shaped({
  name: 'openvpn',
  title: 'OpenVPN',
  starts: 'MTWFS2',
  guard: (head) =>
    head.charCodeAt(3) === SPACE
      ? head.charCodeAt(24) === SPACE && KNOWN.test(head.slice(25))
      : head.charCodeAt(10) === SPACE && head.charCodeAt(19) === SPACE && KNOWN.test(head.slice(20)),
  pattern:
    /^([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:us=(\d{1,6}) )?(?:([\w.@-]{1,64})\/([\d.]+:\d+) |([\d.]{7,15}:\d{1,5}) )?(?:(WARNING|NOTE|Options error): )?(.*)$/,
  columns: ['@time', 'microseconds#', 'vpn_client', 'client_address', 'client_address', '', 'message'],
  finish(fields, match) {
    putText(fields, 'level', LEVELS.get(match[6] ?? ''))
    if (match[6] !== undefined) fields.set('message', `${match[6]}: ${match[7]}`)
  },
})

const SPACE = 0x20
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['WARNING', 'warning'],
  ['NOTE', 'notice'],
  ['Options error', 'error'],
])
