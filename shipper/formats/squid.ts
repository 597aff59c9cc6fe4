import { putText, shaped } from './shaped.ts'

/** Squid's native access log (logformat squid). */
export const squid = shaped({
  name: 'squid',
  title: 'Squid access log (native)',
  starts: '0-9',
  guard: (head) => head.charCodeAt(10) === DOT && head.charCodeAt(14) === SPACE,
  pattern:
    /^(\d{10}\.\d{3}) +(-?\d{1,12}) ([^ ]{2,64}) ([A-Z_]{2,60})\/(\d{3}) (\d{1,15}) (\S+) (.+?) (\S+) ([A-Z_]{2,60})\/(\S+) (\S+)$/,
  columns: [
    '@time',
    'duration_ms#',
    'client_address',
    'cache_result',
    'status',
    'bytes_sent#',
    'http_method',
    'url',
    'user',
    'hierarchy',
    'upstream',
    'content_type',
  ],
  finish(fields) {
    fields.set('event', 'http_request')
    putText(fields, 'message', `${fields.get('http_method')} ${fields.get('url')}`)
    // Squid writes 000 when no answer was ever received.
    if (fields.get('status') === '000') fields.delete('status')
  },
})

const DOT = 0x2e
const SPACE = 0x20
