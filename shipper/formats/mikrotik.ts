import { shaped } from './shaped.ts'

/** RouterOS topics: the subsystem, and among the others the severity. */
export const mikrotik = shaped({
  name: 'mikrotik',
  title: 'MikroTik RouterOS',
  starts: '0-9A-Za-z',
  guard: (head) => head.indexOf(',') > 8 && /,(?:info|error|warning|critical|debug)[, ]/.test(head.slice(0, 120)),
  pattern:
    /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:?\d\d)|(?:[a-z]{3}\/\d\d(?:\/\d{4})? |\d{4}-\d\d-\d\d |\d\d-\d\d )?\d\d:\d\d:\d\d) (?:([\w.:-]{1,100}) )?(?:\w[\w-]{0,40}: )?([a-z0-9-]{2,20}(?:,[a-z0-9!-]{2,20}){1,4}) (.*)$/,
  columns: ['@time', 'host', 'topics', 'message'],
  time: (raw) => raw.replace(/^[a-z]/, (letter) => letter.toUpperCase()).replace(/^(\d\d)-(\d\d) /, monthFirst),
  finish(fields) {
    const topics = String(fields.get('topics')).split(',')
    const level = ['critical', 'error', 'warning', 'info', 'debug'].find((word) => topics.includes(word))
    if (level !== undefined) fields.set('level', level === 'critical' && topics.includes('error') ? 'error' : level)
    fields.set('node', topics[0] as string)
  },
})

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

function monthFirst(_: string, month: string, day: string): string {
  return `${MONTHS.slice(Number(month) * 3 - 3, Number(month) * 3)} ${day} `
}
