/** What somebody wrote of a rule → its settings, defaults filled in, or all that is wrong with it. Drafts are data: nothing throws. */

import { faultsOf, pathText } from '../schema-fault.ts'
import { type Answer, done, type Fault, refused } from '../terms/answer.ts'
import { isObject } from '../terms/object.ts'
import { validate } from './check.generated.ts'
import { compilePattern } from './compile.ts'
import type { RuleSettings } from './rule.ts'

/** Values under these names are never shown: a rule has none. */
const NO_SECRET = /(?!)/

/** Settings of a draft by the schema; whether the pattern compiles is not asked. Members that are null count as absent. */
export function readSettings(draft: unknown): Answer<RuleSettings> {
  if (!isObject(draft)) return refused('invalid', { path: '', message: 'a rule must be an object.' })
  // The check writes defaults into what it is given, and would make text of null.
  const settings: unknown = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== null))
  const faults: Fault[] = faultsOf(validate, settings, { whole: 'the rule', secret: NO_SECRET }).map(
    ({ path, message }) => ({ path: pathText(path), message }),
  )
  if (faults.length > 0) return refused('invalid', ...faults)
  const { overrides, workload } = settings as RuleSettings
  if (overrides !== undefined && workload === undefined) {
    return refused('invalid', { path: 'workload', message: 'overrides needs workload: the service it is for.' })
  }
  return done(settings as RuleSettings)
}

/** As readSettings; a pattern that does not compile is refused as well: whoever writes it over the API is there to mend it. */
export function readDraft(draft: unknown): Answer<RuleSettings> {
  const read = readSettings(draft)
  if (!read.ok) return read
  const pattern = compilePattern(read.value.pattern)
  if (!('fault' in pattern)) return read
  return refused('invalid', { path: 'pattern', message: `pattern does not compile: ${pattern.fault}` })
}

/** RFC 7396: what is absent stays, what is null goes back to its default, or away. */
export function mergePatch(settings: RuleSettings, patch: unknown): Answer<RuleSettings> {
  if (!isObject(patch)) return refused('invalid', { path: '', message: 'a patch must be an object.' })
  const merged = new Map<string, unknown>(Object.entries(settings))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, value)
  }
  return readDraft(Object.fromEntries(merged))
}
