import { shaped } from './shaped.ts'

/** `20171223-22:15:29:606|component|pid|text`; no part of the clock is padded. */
export const healthapp = shaped({
  name: 'healthapp',
  title: 'HealthApp (Android health trackers)',
  starts: '0-9',
  guard: (head) => head.charCodeAt(8) === 0x2d && head.includes('|', 14),
  pattern: /^(\d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d{1,3})\|([^|]{1,120})\|(\d{1,12})\|(.*)$/,
  columns: ['@time', 'logger', 'pid#', 'message'],
  time(raw) {
    const [hour = '', minute = '', second = '', millis = ''] = raw.slice(9).split(':')
    const date = `${raw.slice(0, 4)}-${raw.slice(4, 6)}-${raw.slice(6, 8)}`
    return `${date} ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}:${second.padStart(2, '0')}.${millis.padStart(3, '0')}`
  },
})
