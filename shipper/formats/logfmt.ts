import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { eventOrMessage } from './json.ts'
import { addStack } from './json-dialect.ts'
import { readLogfmt } from './logfmt-pairs.ts'
import { isLograge } from './lograge.ts'
import { takeTime } from './time-keys.ts'

/** Keys that a log line starts with: one such pair is enough. */
const LEADING = /^(?:time|ts|t|timestamp|level|lvl|msg|at)=/

/** logfmt: slog's text handler, logrus' text formatter, go-kit, Heroku, Grafana's own programs. */
export const logfmt: Format = {
  name: 'logfmt',
  title: 'logfmt (slog text, logrus text, go-kit …)',
  starts: 'A-Za-z_@"',
  parse(head, options) {
    const line = readLogfmt(head)
    if (line === undefined || isAudit(line.fields)) return undefined
    const { fields, pairs, bare } = line
    if (bare * 3 > pairs || (pairs < 2 && !LEADING.test(head)) || isLograge(fields)) return undefined
    const time = takeTime(fields, options)
    eventOrMessage(fields)
    if (options.rest !== '') addStack(fields, options.rest)
    return { format: 'logfmt', time, fields }
  },
}

/** Linux' audit log looks alike, but its time is inside msg=audit(1700000000.123:42):. */
function isAudit(fields: Fields): boolean {
  const message = fields.get('msg')
  return typeof message === 'string' && message.startsWith('audit(')
}
