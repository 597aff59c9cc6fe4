import { addField, type Fields } from '../terms/json.ts'
import { readLevel } from '../terms/level.ts'
import type { Format } from './format.ts'
import { isSureLevel } from './general/words.ts'
import { eventOrMessage } from './json.ts'
import { addStack } from './json-dialect.ts'
import { BARRED, readBarred, readLogfmt } from './logfmt-pairs.ts'
import { isLograge } from './lograge.ts'
import { SEVERITIES } from './syslog-priority.ts'
import { takeTime } from './time-keys.ts'
import { liftTrace } from './trace-fields.ts'

/** Keys that a log line starts with: one such pair is enough. */
const LEADING = /^(?:time|ts|t|timestamp|level|lvl|msg|at)=/

/** logfmt: slog's text handler, logrus' text formatter, go-kit, Heroku, Grafana's own programs. */
export const logfmt: Format = {
  name: 'logfmt',
  title: 'logfmt (slog text, logrus text, go-kit …)',
  starts: 'A-Za-z_@"',
  parse(head, options) {
    const line = BARRED.test(head) ? readBarred(head) : readLogfmt(head)
    if (line === undefined || isAudit(line.fields)) return undefined
    const { fields, pairs, bare } = line
    if (bare * 3 > pairs || (pairs < 2 && !LEADING.test(head)) || isLograge(fields)) return undefined
    const time = takeTime(fields, options)
    eventOrMessage(fields)
    readRouter(fields)
    readFirewall(fields)
    liftTrace(fields)
    if (options.rest !== '') addStack(fields, options.rest)
    return { format: 'logfmt', time, fields }
  },
}

const ROUTER_TIME = /^(\d{1,9})ms$/

/** Heroku's router says its level as at=info, and how long it took as service=18ms. */
function readRouter(fields: Fields): void {
  const at = fields.get('at')
  if (typeof at !== 'string' || at.length < 4 || fields.has('level') || !readLevel(at)) return
  fields.set('level', at)
  const took = fields.get('service')
  const ms = typeof took === 'string' ? ROUTER_TIME.exec(took)?.[1] : undefined
  if (ms === undefined || !fields.delete('service')) return
  addField(fields, 'service_time', took!)
  if (!fields.has('duration_ms')) fields.set('duration_ms', Number(ms))
}

/** SonicWall's and Stormshield's pri is syslog's: a severity, or a facility with it. */
function readFirewall(fields: Fields): void {
  const priority = fields.get('pri')
  if (typeof priority !== 'string' || fields.has('level') || fields.has('severity')) return
  // FortiOS 3's pri=warning
  if (isSureLevel(priority)) fields.set('level', priority)
  if (!fields.has('fw')) return
  if (/^\d{1,3}$/.test(priority)) fields.set('level', SEVERITIES[Number(priority) & 7] as string)
}

/** Linux' audit log looks alike, but its time is inside msg=audit(1700000000.123:42):. */
function isAudit(fields: Fields): boolean {
  const message = fields.get('msg')
  return typeof message === 'string' && message.startsWith('audit(')
}
