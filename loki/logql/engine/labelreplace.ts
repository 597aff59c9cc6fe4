/** label_replace: a label made of another one's value, by a regular expression that has to match all of it. */
import type { RE2JS } from 're2js'
import type { LabelReplaceExpr } from '../ast.ts'
import { compileRegex } from '../matcher.ts'
import { labelValue, replaceLabel } from './labelset.ts'
import type { Series } from './matrix.ts'

export function replaceLabels(expr: LabelReplaceExpr, inner: readonly Series[]): Series[] {
  const regex = compileRegex(`^(?:${expr.pattern})$`, expr.pattern)
  return inner.map((series) => {
    const replaced = expand(regex, expr.replacement, labelValue(series.labels, expr.source))
    if (replaced === undefined) return series
    return { ...series, labels: replaceLabel(series.labels, expr.target, replaced) }
  })
}

/** Go's Regexp.Expand: $1, ${1}, $name, ${name}, $$; the longest name counts, and one that is not there is empty. */
const REFERENCE = /\$(?:\$|\{([a-zA-Z0-9_]+)\}|([a-zA-Z0-9_]+))/g

function expand(regex: RE2JS, template: string, text: string): string | undefined {
  const matcher = regex.matcher(text)
  if (!matcher.find()) return undefined
  const names = regex.namedGroups()
  return template.replace(REFERENCE, (whole: string, braced: string | undefined, bare: string | undefined) => {
    if (whole === '$$') return '$'
    const name = (braced ?? bare)!
    const index = /^\d+$/.test(name) ? Number(name) : names[name]
    if (index === undefined || index > matcher.groupCount()) return ''
    return matcher.group(index) ?? ''
  })
}
