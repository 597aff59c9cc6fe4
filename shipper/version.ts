/** The version in package.json, read once. */
import { readFileSync } from 'node:fs'

export const version: string = readVersion()

/** package.json stands one level above both dist/ and shipper/. */
function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
