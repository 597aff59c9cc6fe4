/** What of the stages a recording depends on: all but the tables of names and words, to which anyone may add. */
import { createHash } from 'node:crypto'
import type { Stage } from '../../stack/agents/stages.ts'

export function shapeOf(stages: readonly Stage[]): string {
  return createHash('sha256').update(JSON.stringify(stages, withoutTables)).digest('hex')
}

function withoutTables(key: string, value: unknown): unknown {
  if (key === 'expressions') return Object.keys(value as object)
  if (key === 'mapping') return undefined
  if (key !== 'template') return value
  return (value as string).replace(/\(list [^)]*\)/g, '(list)').replace(/^\{\{ or \.\w+__.*$/, 'or')
}
