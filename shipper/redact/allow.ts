/** The configuration's exceptions: names of fields, whole values, and /patterns/ of values that are no secrets. */
import { asciiLower } from './keys.ts'
import { compilePattern } from './own.ts'

export interface Allow {
  isName(name: string): boolean
  isValue(value: string): boolean
}

export function compileAllow(entries: readonly string[]): Allow {
  if (entries.length === 0) return { isName: () => false, isValue: () => false }
  const isPattern = (entry: string) => entry.length > 2 && entry.startsWith('/') && entry.endsWith('/')
  const patterns = entries
    .filter(isPattern)
    .map((entry, index) => compilePattern(entry.slice(1, -1), `redact.allow[${index}]`))
  const plain = entries.filter((entry) => !isPattern(entry))
  const names = new Set(plain.map(squash))
  const values = new Set(plain)
  return {
    isName: (name) => names.has(squash(name)),
    isValue: (value) => values.has(value) || patterns.some((pattern) => pattern.matcher(value).find()),
  }
}

function squash(name: string): string {
  return asciiLower(name).replace(/[-_. ]/g, '')
}
