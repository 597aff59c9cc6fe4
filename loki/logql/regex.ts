/** Regular expressions in Go's syntax (RE2, linear time), refused as Loki refuses them. */
import { RE2JS } from 're2js'
import { regexFault } from '../../shipper/terms/regex.ts'
import { parseError } from './error.ts'

export { regexFault } from '../../shipper/terms/regex.ts'

/** Compiles Go's syntax; throws Loki's parse error. `shown` is what the message names. */
export function compileRegex(source: string, shown = source): RE2JS {
  const fault = regexFault(shown)
  if (fault !== undefined) throw parseError(fault)
  return RE2JS.compile(source)
}
