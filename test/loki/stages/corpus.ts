/**
 * Cases of pipelines as text, with what Loki 3.7.6 answered:
 *
 *     ? | json | a="x"            the pipeline of the cases below; a whole query, when it starts with no | or !
 *     @ {"trace":"t1"}            structured metadata of the entries below (their stream is {a="abc", k="k2"})
 *     < {"a":"x","b":2}           an entry's line; <" when it is written as a JSON text
 *     > {"b":2}                   the line as it came out, when it is another; >" as a JSON text
 *     = {"a":"x","b":"2"}         parsed labels as they came out, with __error__ and __error_details__
 *     ~ {"k":"k2"} {}             the stream's labels and metadata as they came out, when they are others
 *     # 5 {"a":"x"}               instead, of a metric query: its sample and its labels; "err" for an entry with an error
 *     -                           instead: the entry was dropped
 *     ! message                   instead: the query was refused
 */
import { readFileSync } from 'node:fs'

export const STREAM = { a: 'abc', k: 'k2' }

export interface StageCase {
  /** File and line, for messages. */
  readonly where: string
  readonly query: string
  readonly metadata: Record<string, string>
  readonly line: string
  /** What is expected, as written behind the entry. */
  readonly expected: string
}

export function readCases(file: string): StageCase[] {
  const cases: StageCase[] = []
  let query = ''
  let metadata: Record<string, string> = {}
  let open: { line: string; where: string } | undefined
  let expected: string[] = []
  const close = () => {
    if (open !== undefined) cases.push({ ...open, query, metadata, expected: expected.join('\n') })
    open = undefined
    expected = []
  }
  for (const [i, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text === '' || text.startsWith('//')) continue
    const rest = text.slice(2)
    if (text[0] === '?') {
      close()
      query = rest.startsWith('"') ? JSON.parse(rest) : rest
      metadata = {}
    } else if (text[0] === '@') {
      close()
      metadata = JSON.parse(rest)
    } else if (text[0] === '<') {
      close()
      open = { line: text[1] === '"' ? JSON.parse(text.slice(1)) : rest, where: `${file}:${i + 1}` }
    } else expected.push(text)
  }
  close()
  return cases
}

/** A line as the corpus writes it behind < or >. */
export function writeLine(mark: string, line: string): string {
  return /^[^\p{C}]*$/u.test(line) && line.trim() === line && line !== ''
    ? `${mark} ${line}`
    : mark + JSON.stringify(line)
}

export function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
