import { putText, shaped } from './shaped.ts'

/** `2026-05-05T10:11:12Z E! [outputs.influxdb] text`: a letter and an exclamation mark. */
export const telegraf = shaped({
  name: 'telegraf',
  title: 'Telegraf',
  starts: '0-9',
  guard: (head) => head.includes('! ', 17),
  pattern:
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)) ([TDIWE])! (?:\[([^\]\s]{1,120})\] )?(.*)$/,
  columns: ['@time', 'level', 'logger', 'message'],
  finish(fields) {
    // [inputs.cpu::alias]
    const logger = fields.get('logger')
    const alias = typeof logger === 'string' ? logger.indexOf('::') : -1
    if (alias > 0) putText(fields, 'alias', (logger as string).slice(alias + 2))
  },
})
