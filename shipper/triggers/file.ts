/** Small files that are replaced whole: temporary file, fsync, rename, fsync of the folder. For their owner only. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../terms/folder.ts'

/** On the disk when it returns; the file before stays whole until then. Throws what the file system says. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`
  makeFolder(dirname(path), 0o700)
  rmSync(temporary, { force: true })
  try {
    // Never through a link that somebody put there.
    writeWhole(openSync(temporary, 'wx', 0o600), text)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

function writeWhole(fd: number, text: string): void {
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes the rename last. Not every file system lets a folder be opened (Windows); the rename is atomic anyway. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r')
    fsyncSync(fd)
    closeSync(fd)
  } catch {}
}

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
