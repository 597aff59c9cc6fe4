/** Makes folders. Not by Node's `recursive`: in Node 20 that never returns where the system says ENOENT for ever (/proc). */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { statOf } from './stat.ts'

/** Makes a folder and those above it that are missing; throws the system's error for what cannot be made. */
export function makeFolder(path: string, mode = 0o777): void {
  const folder = resolve(path)
  if (isFolder(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, mode)
  } catch (error) {
    // Another process was faster.
    if (!isFolder(folder)) throw error
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}
