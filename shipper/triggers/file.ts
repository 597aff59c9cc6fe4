/** Files of triggers: read where they are, and out of the way where they are broken. */
import { readFileSync, renameSync } from 'node:fs'

/** undefined: there is none. Throws for one that is there and cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Out of the way, and never lost: to <path>.broken-<time>. Its new name. */
export function setAside(path: string, nowMs: number): string {
  const aside = `${path}.broken-${nowMs}`
  renameSync(path, aside)
  return aside
}
