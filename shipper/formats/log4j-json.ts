import type { Value } from '../terms/json.ts'
import { jsonDialect, setDefault } from './json-dialect.ts'

/** log4j2's JsonLayout: {"instant":{"epochSecond":…,"nanoOfSecond":…},"thread":…,"level":…,"loggerName":…,"thrown":{…}}. */
export const log4jJson = jsonDialect({
  name: 'log4j_json',
  title: 'Log4j 2 JsonLayout',
  requires: ['level', 'loggerName'],
  anyOf: ['instant', 'timeMillis'],
  times: ['instant', 'timeMillis'],
  keys: { loggerName: 'logger', threadId: 'jvm_thread_id', contextMap: 'mdc' },
  finish(fields, line) {
    const thrown = line.get('thrown')
    if (!(thrown instanceof Map)) return
    setDefault(fields, 'error', thrown.get('message') ?? thrown.get('localizedMessage'))
    setDefault(fields, 'error_type', thrown.get('name'))
    setDefault(fields, 'stack', stackText(thrown))
  },
})

/** As Java prints it, its causes too. Undefined when the layout left the stack out. */
function stackText(thrown: ReadonlyMap<string, Value>): string | undefined {
  const lines: string[] = []
  let cause: Value | undefined = thrown as Value
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Map; depth++) {
    const frames: Value | undefined = cause.get('extendedStackTrace') ?? cause.get('stackTrace')
    if (typeof frames === 'string') return lines.length === 0 ? frames : `${lines.join('\n')}\n${frames}`
    const said = cause.get('message')
    lines.push(
      `${depth === 0 ? '' : 'Caused by: '}${cause.get('name') ?? ''}${typeof said === 'string' ? `: ${said}` : ''}`,
    )
    if (Array.isArray(frames)) for (const frame of frames) lines.push(frameText(frame))
    cause = cause.get('cause')
  }
  return lines.length > 1 ? lines.join('\n') : undefined
}

const MAX_CAUSES = 16

function frameText(frame: Value): string {
  if (!(frame instanceof Map)) return `\tat ${frame}`
  const line = frame.get('line')
  const place =
    typeof line === 'number' && line > 0 ? `${frame.get('file')}:${line}` : (frame.get('file') ?? 'Unknown Source')
  return `\tat ${frame.get('class')}.${frame.get('method')}(${place})`
}
