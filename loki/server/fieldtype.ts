/** What kind of value a field's text looks like, in the order in which Loki tries (detected_fields). */
import { readGoDuration, readLogqlSize } from '../logql/units.ts'
import { isFloat } from './detectedlabels.ts'

const TYPES: readonly (readonly [name: string, is: (text: string) => boolean])[] = [
  ['int', isInt],
  ['float', isFloat],
  ['boolean', (text) => /^(?:1|0|t|T|true|TRUE|True|f|F|false|FALSE|False)$/.test(text)],
  ['duration', (text) => readGoDuration(text) !== undefined],
  ['bytes', (text) => readLogqlSize(text) !== undefined],
]

export function fieldType(text: string): string {
  return TYPES.find(([, is]) => is(text))?.[0] ?? 'string'
}

function isInt(text: string): boolean {
  if (!/^[+-]?\d{1,30}$/.test(text)) return false
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** A size with its unit as go-humanize writes it: 25KB is 25kB, 1536B is 1.5kB; undefined for what is no size with a unit. */
export function writtenSize(text: string): string | undefined {
  if (!/[a-z]$/i.test(text)) return undefined
  const bytes = readLogqlSize(text)
  if (bytes === undefined) return undefined
  if (bytes < 10) return `${bytes}B`
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1000)))
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${UNITS[power]}`
}
