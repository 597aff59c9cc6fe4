/** Finds a file again that its path no longer shows: renamed by a rotation, or copied before it was truncated. */
import { closeSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { statOf } from '../terms/stat.ts'
import { listDirectory } from './discover.ts'
import { openFile } from './tail.ts'

export interface Sibling {
  readonly absolute: string
  readonly stat: Stats
}

export interface OpenSibling extends Sibling {
  readonly fd: number
}

/** What rotation makes of a name is compressed later, and then is another file: never read as text. */
export const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|Z|zip)$/

/** Regular files of the same directory that rotation can have made of `absolute`, oldest first. */
export function siblings(absolute: string): Sibling[] {
  const base = basename(absolute)
  const dot = base.lastIndexOf('.')
  const stem = dot > 0 ? base.slice(0, dot) : base
  const directory = dirname(absolute)
  const found: Sibling[] = []
  for (const name of listDirectory(directory)) {
    if (name === base || COMPRESSED.test(name) || !isRotationOf(name, base, stem)) continue
    const path = join(directory, name)
    const stat = statOf(path)
    if (stat?.isFile()) found.push({ absolute: path, stat })
  }
  return found.sort((a, b) => a.stat.birthtimeMs - b.stat.birthtimeMs || b.absolute.localeCompare(a.absolute))
}

/** app.log.1, app.log-20251226, app-2025-12-26.log, app.1.log: the name goes on with a separator (and a digit before the extension). */
function isRotationOf(name: string, base: string, stem: string): boolean {
  if (name.startsWith(base)) return /^[-._]/.test(name.slice(base.length))
  return name.startsWith(stem) && /^[-._]\d/.test(name.slice(stem.length))
}

/** A renamed file, by its inode: among those that rotation can have named, else anywhere in the directory. */
export function findByInode(absolute: string, dev: number, inode: number): Sibling | undefined {
  const isIt = ({ stat }: Sibling) => stat.dev === dev && stat.ino === inode
  const near = siblings(absolute).find(isIt)
  if (near) return near
  const directory = dirname(absolute)
  for (const name of listDirectory(directory)) {
    const path = join(directory, name)
    const stat = statOf(path)
    if (stat?.isFile() && isIt({ absolute: path, stat })) return { absolute: path, stat }
  }
  return undefined
}

/** The first sibling whose open descriptor passes the test; it stays open. */
export function openSibling(
  absolute: string,
  test: (fd: number, stat: Stats) => boolean,
): (Sibling & { fd: number }) | undefined {
  for (const { absolute: path } of siblings(absolute)) {
    try {
      const { fd, stat } = openFile(path)
      if (test(fd, stat)) return { absolute: path, stat, fd }
      closeSync(fd)
    } catch {
      // It vanished or may not be read: it cannot be the one.
    }
  }
  return undefined
}
