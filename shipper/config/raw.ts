/** What the schema has checked, and how the rest of what may be wrong with it is told. */

import { type Problem, pathText } from '../schema-fault.ts'
import { sizeBytes } from '../terms/units.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the schema has checked
export type Raw = Record<string, any>

export type Report = (path: Problem['path'], message: string) => undefined

/** Bytes; reports those that are more than `max`. */
export function boundedSize(text: string | number, path: Problem['path'], max: number, report: Report): number {
  const bytes = sizeBytes(text)
  if (bytes > max)
    report(path, `${pathText(path)} must be at most ${max / 1024 / 1024}MiB, got ${JSON.stringify(text)}.`)
  return bytes
}
