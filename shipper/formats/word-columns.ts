/** Access logs that are words between spaces, each with its meaning by position. */
import type { Fields } from '../terms/json.ts'
import { putNumber, putRequest, putText } from './shaped.ts'

/**
 * Sets the words as fields. A name ending in # is a number, in @ms a duration in seconds that becomes milliseconds;
 * `@request` is a request line; '' is left out. Words beyond the names are kept as `extra`.
 */
export function putWords(fields: Fields, words: readonly string[], names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const word = words[index]
    if (word === undefined || name === '') continue
    if (name === '@request') putRequest(fields, word)
    else if (name.endsWith('#')) putNumber(fields, name.slice(0, -1), word)
    else if (name.endsWith('@ms')) putMillis(fields, name.slice(0, -3), word)
    else putText(fields, name, word)
  }
  if (words.length > names.length) fields.set('extra', words.slice(names.length).join(' '))
}

function putMillis(fields: Fields, name: string, word: string): void {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(word)) fields.set(name, Math.round(Number(word) * 1e9) / 1e6)
}
