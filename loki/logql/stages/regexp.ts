/** `| regexp "(?P<name>…)"`: named groups become labels; a line that does not match stays as it is. */
import { RE2JS } from 're2js'
import { DUPLICATE_SUFFIX, type Stage } from '../row.ts'
import { type Hints, NO_HINTS } from './hints.ts'
import { sanitizeName } from './text.ts'

/** A regular expression and the labels of its named groups. */
export interface GroupedRegex {
  readonly regex: RE2JS
  readonly groups: readonly { readonly name: string; readonly index: number }[]
}

/** Throws an Error with Loki's message for an expression that `| regexp` does not take. */
export function compileGroups(source: string): GroupedRegex {
  const regex = RE2JS.compile(source)
  const groups = Object.entries(regex.namedGroups() as Record<string, number>)
    .map(([name, index]) => ({ name, index }))
    .sort((a, b) => a.index - b.index)
  if (groups.length === 0) throw new Error('at least one named capture must be supplied')
  return { regex, groups }
}

export function regexpStage(source: string, hints: Hints = NO_HINTS): Stage {
  const { regex, groups } = compileGroups(source)
  const wanted = groups.flatMap(({ name, index }) => {
    const own = sanitizeName(name)
    return own === '' ? [] : [{ name: own, index }]
  })
  return (row) => {
    const matcher = regex.matcher(row.line())
    if (!matcher.find()) return true
    for (const { name, index } of wanted) {
      const own = row.isTaken(name) ? name + DUPLICATE_SUFFIX : name
      if (!hints.wants(own) || row.wasSet(own)) continue
      row.set(own, matcher.group(index) ?? '')
      if (!hints.keeps(own, row)) return false
    }
    return true
  }
}
