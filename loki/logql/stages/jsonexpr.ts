/** `| json name="a.b[0]"`: what stands at the paths becomes labels; arrays and objects as their JSON text, what is not there as ''. */
import type { Extraction } from '../ast.ts'
import { DUPLICATE_SUFFIX, type Row, type Stage } from '../row.ts'
import { stageFault } from './fault.ts'
import { type Hints, NO_HINTS, setError } from './hints.ts'
import type { JsonRead } from './jsonscan.ts'
import { searchPaths } from './jsonsearch.ts'
import { readJsonPath } from './names.ts'
import { unescapeJson, withoutInvalid } from './text.ts'

/** Throws for a path that Loki would not read. */
export function jsonExpressionStage(expressions: readonly Extraction[], hints: Hints = NO_HINTS): Stage {
  const names = expressions.map(({ name }) => name)
  const paths = expressions.map(({ expression }) =>
    stageFault(`cannot parse expression [${expression}]: `, () => readJsonPath(expression)),
  )
  return (row) => {
    const line = row.line()
    if (line === '' || hints.hasEnough(row)) return true
    if (!'"{['.includes(line[0]!)) {
      setError(row, hints, 'JSONParserErr', undefined)
      return true
    }
    let found = 0
    searchPaths(line, paths, (i, value) => {
      if ('fault' in value) setError(row, hints, 'JSONParserErr', value.fault)
      else {
        found++
        keep(row, names[i]!, line, value)
      }
    })
    if (found < names.length) for (const name of names) if (row.get(name) === undefined) row.set(name, '')
    return true
  }
}

function keep(row: Row, name: string, line: string, value: Exclude<JsonRead, { fault: string }>): void {
  const own = row.isTaken(name) ? name + DUPLICATE_SUFFIX : name
  const text = line.slice(value.start, value.end)
  if (value.kind === 'null') row.set(own, '')
  else row.set(own, value.kind === 'object' ? text : withoutInvalid(unescapeJson(text) ?? ''))
}
