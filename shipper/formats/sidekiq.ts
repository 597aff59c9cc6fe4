import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { findPairs } from './key-values.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'sidekiq'

const BEHIND_TIME =
  / pid=(\d{1,10}) tid=(\w{1,40}) ((?:[a-z_]{1,40}=\S{0,400} ){0,20})(DEBUG|INFO|WARN|ERROR|FATAL|UNKNOWN): /y
/** Sidekiq 5 and older: time 1234 TID-abc WorkerClass JID-… INFO: msg */
const OLD = / (\d{1,10}) TID-(\w{1,40}) (?:(\S{1,200}) )?(?:JID-(\w{1,60}) )?(DEBUG|INFO|WARN|ERROR|FATAL|UNKNOWN): /y

/** Sidekiq: "2025-…Z pid=1 tid=abc class=HardWorker jid=… elapsed=0.5 INFO: done"; elapsed is in seconds. */
export const sidekiq: Format = {
  name: NAME,
  title: 'Sidekiq',
  starts: '0-9',
  parse(head, options) {
    const time = leadingTime(head, options)
    if (time?.lead !== 'w' && time?.lead !== '0') return undefined
    const fields: Fields = new Map()
    BEHIND_TIME.lastIndex = time.end
    const match = BEHIND_TIME.exec(head)
    if (match === null) return readOld(fields, head, time.end) ? parsed(NAME, time.instant, fields) : undefined
    fields.set('level', match[4] as string)
    fields.set('pid', Number(match[1]))
    fields.set('thread', match[2] as string)
    for (const [name, value] of findPairs(match[3] as string, 0)) addJobField(fields, name, value as string)
    addMessage(fields, head.slice(BEHIND_TIME.lastIndex))
    return parsed(NAME, time.instant, fields)
  },
}

function addJobField(fields: Fields, name: string, value: string): void {
  if (name === 'class') fields.set('logger', value)
  else if (name === 'jid') fields.set('job_id', value)
  else if (name === 'elapsed') fields.set('duration_ms', Number((Number(value) * 1000).toFixed(6)))
  else fields.set(name, value)
}

function readOld(fields: Fields, head: string, start: number): boolean {
  OLD.lastIndex = start
  const match = OLD.exec(head)
  if (match === null) return false
  fields.set('level', match[5] as string)
  fields.set('pid', Number(match[1]))
  fields.set('thread', match[2] as string)
  if (match[3] !== undefined) fields.set('logger', match[3])
  if (match[4] !== undefined) fields.set('job_id', match[4])
  addMessage(fields, head.slice(OLD.lastIndex))
  return true
}
