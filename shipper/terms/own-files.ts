/** Names of files in which Longship keeps what it found: no source reads them, or it would be found again. */
export const EVENT_FILE_SUFFIX = '.longship-events'

export function isOwnFile(path: string): boolean {
  return path.endsWith(EVENT_FILE_SUFFIX)
}
