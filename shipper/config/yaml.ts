/** The YAML reader, loaded when there is a file to read: most runs have none, and loading it is a sixth of a start. */
import { createRequire } from 'node:module'

export function yaml(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml')
}
