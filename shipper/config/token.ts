/** A bearer token, as it is given or from its file. */

import { pathText } from '../schema-fault.ts'
import type { Raw, Report } from './raw.ts'

export function tokenOf(
  { bearer_token: token, bearer_token_file: file }: Raw,
  path: readonly string[],
  readFile: (path: string) => string,
  report: Report,
): string | undefined {
  if (file === undefined) return token
  const at = [...path, 'bearer_token_file']
  const where = pathText(at)
  if (token !== undefined) return report(at, `${pathText([...path, 'bearer_token'])} and ${where} exclude each other.`)
  try {
    const read = readFile(file).trim()
    return read === '' ? report(at, `${where} is empty: ${file}`) : read
  } catch (error) {
    return report(at, `${where} cannot be read: ${(error as Error).message}`)
  }
}
