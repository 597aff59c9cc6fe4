import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { LEVEL, layout, readAfterTime } from './layout.ts'

const NAME = 'celery'

const LAYOUTS = [
  layout(
    `: ${LEVEL}/([\\w.:-]{1,100})\\] (?:([\\w.]{1,200})\\[([\\w-]{1,100})\\]: )?`,
    'level thread task task_id',
    ':',
  ),
]
/** Task app.tasks.add[3b0e…] received | succeeded in 0.0123s: 5 | raised unexpected: ValueError('x') | retry: Retry in 3s */
const TASK =
  /^Task (?:handler raised error: )?([\w.]{1,200})\[([\w-]{1,100})\] (received|succeeded|raised unexpected|retry|ignored|rejected)(?: in ([\d.]{1,20})s)?/

/** Celery's worker: "[2025-12-26 02:03:45,123: INFO/MainProcess] msg"; a task's own lines name the task and its id. */
export const celery: Format = {
  name: NAME,
  title: 'Celery worker and beat',
  starts: '\\[',
  parse(head, options) {
    const line = readAfterTime(NAME, LAYOUTS, head, options)
    if (line !== undefined) addTask(line.fields)
    if (line !== undefined) addWriter(line.fields)
    return line
  },
}

/** The task speaks, else the process: MainProcess, Beat, ForkPoolWorker-3. */
function addWriter(fields: Fields): void {
  const task = fields.get('task')
  if (task !== undefined) fields.set('logger', task)
  else fields.set('component', fields.get('thread') as string)
}

function addTask(fields: Fields): void {
  const message = fields.get('message')
  const match = typeof message === 'string' ? TASK.exec(message) : null
  if (match === null) return
  const [, task = '', id = '', state = '', seconds] = match
  fields.set('task', task)
  fields.set('task_id', id)
  fields.set('status', state === 'raised unexpected' ? 'failed' : state)
  if (seconds !== undefined) fields.set('duration_ms', Number((Number(seconds) * 1000).toFixed(6)))
}
