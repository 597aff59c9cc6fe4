/** The line of a stack trace that names the error: its class and what it says. */

export interface ErrorName {
  readonly error_type?: string
  readonly error?: string
  readonly error_code?: string
}

/** What may stand before the class: who died, whose fault it was, Dropwizard's mark. */
const INTRODUCTIONS = [
  /^! /,
  /^Exception in thread "[^"]*" /,
  /^(?:Caused by|Wrapped by|Suppressed): /,
  /^\[CIRCULAR REFERENCE: ?/,
  /^Unhandled [Ee]xception[.:] /,
  /^ *---> /,
  /^\(node:\d+\) /,
  /^Unhandled(?:PromiseRejectionWarning: |Promise ?Rejection: | promise rejection:? )/,
  /^Uncaught (?:exception: )?/,
]

const CLASS_LINE = /^([A-Za-z_$\p{Lu}][\w$.+`/]*)(?: \[(\w+)\])?(?:(?: \(0x[0-9A-Fa-f]+\))?: ?(.*))?$/u
const CLASS_NAME = /(?:Exception|Error|Throwable|Failure|Fault|Timeout|Interrupt|Warning)(?:\d|`\d)?$/
const DOTTED_CLASS = /[.$][A-Z]\w*$/

/**
 * The first exception named before line `mark` (the first frame), with the rest of its message when that has several
 * lines. Java's `Caused by:` and .NET's `--->` name causes: they count only when nothing stands above them.
 */
export function firstException(lines: readonly string[], mark: number): ErrorName | undefined {
  const end = Math.min(mark, lines.length)
  for (let i = 0; i < end; i++) {
    const name = exceptionLine(lines[i]!)
    if (!name) continue
    const message = [name.error ?? '', ...lines.slice(i + 1, end).filter((line) => !/^ *---> /.test(line))]
      .join('\n')
      .trimEnd()
    return { ...name, ...(message ? { error: message } : {}), ...codeOf(name, lines) }
  }
  // The class may stand on the mark itself (Caused by: …) or behind it.
  for (let i = end; i < lines.length; i++) {
    const name = /Caused by: | ---> /.test(lines[i]!) ? exceptionLine(lines[i]!.trimStart()) : undefined
    if (name) return name
  }
  return undefined
}

/** `java.io.IOException: broken pipe`, `TypeError [ERR_X]: bad`, `System.Exception: m ---> System.Y: inner`. */
export function exceptionLine(line: string): ErrorName | undefined {
  if (line.length > MAX_NAME_LINE) line = line.slice(0, MAX_NAME_LINE)
  for (const introduction of INTRODUCTIONS) line = line.replace(introduction, '')
  const match = CLASS_LINE.exec(line)
  if (!match) return undefined
  const type = match[1]!
  if (!CLASS_NAME.test(type) && !(DOTTED_CLASS.test(type) && match[3] !== undefined)) return undefined
  const said = match[3]?.replace(/ \{$/, '')
  const inner = said?.indexOf(' ---> ') ?? -1
  const error = inner >= 0 ? said!.slice(0, inner) : said
  return { error_type: type, ...(error ? { error } : {}), ...(match[2] ? { error_code: match[2] } : {}) }
}

const MAX_NAME_LINE = 16_384

/** Node prints an error's own properties behind its frames: `  code: 'ECONNREFUSED',`. */
function codeOf(name: ErrorName, lines: readonly string[]): { error_code?: string } {
  if (name.error_code) return {}
  for (let i = lines.length - 1; i >= 0 && i > lines.length - 40; i--) {
    const match = /^ {2}code: '([\w-]{1,64})',?$/.exec(lines[i]!)
    if (match) return { error_code: match[1] }
  }
  return {}
}

const PYTHON_TRACEBACK = /Traceback \(most recent call last\):/
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/

/** Of chained Python exceptions the last one: what the caller saw. Its message may have several lines. */
export function lastPythonError(lines: readonly string[]): ErrorName | undefined {
  // An exception group prefixes the lines of its members with |; the group itself comes first.
  const group = lines.findIndex((line) => /^[ |+]*Exception Group Traceback/.test(line))
  let at = group
  for (let i = lines.length - 1; at < 0 && i >= 0; i--) if (PYTHON_TRACEBACK.test(lines[i]!)) at = i
  const indent = group >= 0 ? /^ *\| ?/ : undefined
  const plain = (line: string) => (indent ? line.replace(indent, '') : line)
  for (let i = at + 1; i < lines.length; i++) {
    const line = plain(lines[i]!)
    if (line === '' || /^[\s+^~]/.test(line)) continue
    const match = /^([A-Za-z_][\w.]*)(?:: ?(.*))?$/.exec(line)
    if (!match) return undefined
    const message = [match[2] ?? '']
    for (let j = i + 1; group < 0 && j < lines.length && !PYTHON_CHAIN.test(lines[j]!); j++) message.push(lines[j]!)
    const error = message.join('\n').trimEnd()
    return { error_type: match[1], ...(error ? { error } : {}) }
  }
  return undefined
}
