import type { Value } from '../terms/json.ts'
import { jsonDialect, setDefault } from './json-dialect.ts'

/** Logback 1.5's own JsonEncoder: {"sequenceNumber":0,"timestamp":…,"level":…,"threadName":…,"loggerName":…,"throwable":…}. */
export const logbackJson = jsonDialect({
  name: 'logback_json',
  title: 'Logback JsonEncoder',
  requires: ['level', 'loggerName', 'timestamp'],
  excludes: ['instant', 'timeMillis'],
  times: ['timestamp'],
  keys: { loggerName: 'logger', threadName: 'thread', formattedMessage: 'message' },
  finish(fields, line) {
    if (line.has('formattedMessage') && line.has('message')) {
      fields.set('message', line.get('formattedMessage')!)
      fields.set('message_template', line.get('message')!)
      fields.delete('formattedMessage')
    }
    const throwable = line.get('throwable')
    if (!(throwable instanceof Map)) return
    setDefault(fields, 'error', throwable.get('message'))
    setDefault(fields, 'error_type', throwable.get('className'))
    setDefault(fields, 'stack', stepsText(throwable))
  },
})

function stepsText(throwable: ReadonlyMap<string, Value>): string | undefined {
  const steps = throwable.get('stepArray')
  if (!Array.isArray(steps)) return undefined
  const frames = steps.map((step) =>
    step instanceof Map
      ? `\tat ${step.get('className')}.${step.get('methodName')}(${step.get('fileName')}:${step.get('lineNumber')})`
      : `\tat ${step}`,
  )
  return `${throwable.get('className')}: ${throwable.get('message')}\n${frames.join('\n')}`
}
