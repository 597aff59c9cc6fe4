/** Checks a configuration against its JSON Schema and says all that is wrong with it, each with its place. */
import schema from '../../schema/longship.schema.json' with { type: 'json' }
import { faultsOf, notAllowed, type Problem, pathText } from '../schema-fault.ts'
import compiled from './check.generated.ts'

export { schema }

/** Values under these names are never shown. */
const SECRET = /(?:password|token|secret)$|^headers$/

/** A copy of `value` with the schema's defaults filled in, and what is wrong with it. Never throws. */
export function validate(value: unknown, formats: readonly string[]): { value: unknown; problems: Problem[] } {
  const copy = structuredClone(value)
  const problems = faultsOf(compiled, copy, { whole: 'longship.yaml', secret: SECRET })
  return { value: copy, problems: [...problems, ...formatProblems(copy, formats)] }
}

function formatProblems(value: unknown, formats: readonly string[]): Problem[] {
  const sources = (value as { sources?: unknown } | null)?.sources
  if (!Array.isArray(sources) || formats.length === 0) return []
  const known = ['auto', ...formats.filter((name) => name !== 'auto')]
  return sources.flatMap((source: { format?: unknown } | null, index) => {
    const format = source?.format
    if (typeof format !== 'string' || known.includes(format)) return []
    const path = ['sources', index, 'format']
    return [{ path, message: notAllowed(pathText(path), JSON.stringify(format), known, format) }]
  })
}
