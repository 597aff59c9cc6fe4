/** A stack trace that stands alone: no logger wrote a line before it, the program died or printed it. */
import type { ParsedLine } from '../record.ts'
import type { Fields } from '../terms/json.ts'
import type { Format, ParseOptions } from './format.ts'
import { languageOf, parseStack } from './stack.ts'
import { exceptionLine } from './stack-errors.ts'

/** A first line that is a trace's beginning whatever follows; fatal: the program, or its thread, ends with it. */
const BEGINNINGS: readonly { readonly head: RegExp; readonly fatal: boolean }[] = [
  { head: /^(?:panic|fatal error): ./, fatal: true },
  { head: /^thread '[^']*' (?:\(\d+\) )?panicked at/, fatal: true },
  { head: /^Exception in thread "/, fatal: true },
  { head: /^Unhandled [Ee]xception[.:] /, fatal: true },
  { head: /^PHP (?:Fatal|Parse) error: {1,2}/, fatal: true },
  { head: /^(?:PHP )?Fatal error: {1,2}Uncaught /, fatal: true },
  { head: /^Uncaught [A-Z]/, fatal: true },
  { head: /^\*\* \([\w.]+\) /, fatal: false },
  { head: /^[ |+]*(?:Exception Group )?Traceback \(most recent call last\):/, fatal: false },
  { head: /^goroutine \d+ [^[]{0,80}\[[^\]]*\]:$/, fatal: false },
]

/** Any of them: one look for the lines that are none. */
const BEGINNING = new RegExp(BEGINNINGS.map(({ head }) => head.source).join('|'))

/** Node's and Ruby's way to die: the place in the source, then the error. */
const PLACE = /^(?:(?:file:\/\/|node:|\/|[A-Za-z]:\\)\S*:\d+|\S+\.rb:\d+:in [`'"].*\))$/

export const stackTrace: Format = {
  name: 'stack_trace',
  title: 'stack traces that stand alone: Java, Python, Go, Node, Ruby, .NET, PHP, Rust, Dart, Elixir',
  starts: 'A-Za-z_$/\\(\\* |+',
  parse(head: string, options: ParseOptions): ParsedLine | undefined {
    const known = BEGINNING.test(head) ? BEGINNINGS.find((beginning) => beginning.head.test(head)) : undefined
    const place = !known && options.rest !== '' && PLACE.test(head)
    const named = known || place ? undefined : exceptionLine(head)
    if (!known && !place && !named && !(options.rest !== '' && languageOf(head))) return undefined
    const stack = parseStack(options.rest === '' ? head : `${head}\n${options.rest}`)
    // "Error: no such file" is what many programs print; only with frames below it is it a trace.
    if (!known && !stack && !(named && /\.\w*(?:Exception|Error)$/.test(named.error_type ?? ''))) return undefined
    return traceFields(
      head,
      stack ?? named ?? {},
      stack ? stack.stack : options.rest,
      isFatal(known, place, options.rest),
    )
  },
}

/** A thread of Go or the whole of Node, Ruby, PHP; a Python traceback may just have been printed. */
function isFatal(known: { fatal: boolean } | undefined, place: boolean, rest: string): boolean {
  return known?.fatal === true || place || /^(?:exit status \d|Node\.js v\d|panic: )/m.test(rest)
}

function traceFields(
  head: string,
  error: { error_type?: string; error?: string; error_code?: string },
  stack: string,
  fatal: boolean,
): ParsedLine {
  const fields: Fields = new Map([['level', fatal ? 'fatal' : 'error']])
  const { error_type, error: said, error_code } = error
  const summary = error_type ? (said ? `${error_type}: ${said}` : error_type) : head
  fields.set('message', summary.split('\n', 1)[0]!)
  const thread = /^(?:Exception in thread "([^"]*)"|thread '([^']*)')/.exec(head)
  if (thread) fields.set('thread', thread[1] ?? thread[2]!)
  if (error_type) fields.set('error_type', error_type)
  if (said || !error_type) fields.set('error', said ?? head)
  if (error_code) fields.set('error_code', error_code)
  fields.set('stack', stack === '' ? head : stack)
  return { format: 'stack_trace', time: undefined, fields }
}
