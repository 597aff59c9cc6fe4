/** Files of triggers: read where they are, and out of the way where they are broken. */
import { readFileSync, renameSync } from 'node:fs'
import { LongshipError } from '../errors.ts'

/** undefined: there is none. Throws a LongshipError for one that is there and cannot be read: it must not be written over. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new LongshipError('file', `cannot read ${path}: ${(error as Error).message}`)
  }
}

/** Out of the way, and never lost: to <path>.broken-<time>. Its new name. Throws a LongshipError when it cannot be moved. */
export function setAside(path: string, nowMs: number): string {
  const aside = `${path}.broken-${nowMs}`
  try {
    renameSync(path, aside)
  } catch (error) {
    throw new LongshipError('file', `${path} is broken, and cannot be set aside: ${(error as Error).message}`)
  }
  return aside
}
