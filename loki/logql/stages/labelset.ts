/** `| drop` and `| keep`: labels by name, or by name and value. */
import type { NamedOrMatched } from '../ast.ts'
import type { Row, Stage } from '../row.ts'

export function dropStage(labels: readonly NamedOrMatched[]): Stage {
  return (row) => {
    for (const { name, matcher } of labels) {
      const has = (value: string) => matcher === undefined || matcher.matches(value)
      if (name === '__error__') {
        if (has(row.error)) row.error = ''
      } else if (name === '__error_details__') {
        if (has(row.details)) row.details = ''
      } else {
        const value = row.get(name)
        // A matcher that takes '' also drops what is not there, so that a grouping does not find it later.
        if (matcher === undefined ? value !== undefined : matcher.matches(value ?? '')) row.delete(name)
      }
    }
    return true
  }
}

const SPECIAL: ReadonlySet<string> = new Set(['__error__', '__error_details__', '__preserve_error__'])

export function keepStage(labels: readonly NamedOrMatched[]): Stage {
  const byName = new Map<string, NamedOrMatched[]>()
  for (const label of labels) byName.set(label.name, [...(byName.get(label.name) ?? []), label])
  const isKept = (name: string, value: string) =>
    SPECIAL.has(name) ||
    (byName.get(name)?.some(({ matcher }) => matcher === undefined || matcher.matches(value)) ?? false)
  return (row) => {
    for (const name of namesToDrop(row, isKept)) row.delete(name)
    return true
  }
}

function namesToDrop(row: Row, isKept: (name: string, value: string) => boolean): string[] {
  const names: string[] = []
  row.each((name, value) => {
    if (!isKept(name, value)) names.push(name)
  })
  return names
}
