/**
 * Small files that are replaced whole: temporary file, fsync, rename, fsync of the folder. On the disk when it is said, and what
 * was there before stays whole until then. For their owner only; all fail with what the file system says.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from './folder.ts'

/** On the disk when it returns. */
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

/** The same beside the event loop. */
export async function replaceFileLater(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`
  makeFolder(dirname(path), 0o700)
  await writeSynced(temporary, text)
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}

export async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined)
  await directory?.sync().catch(() => {})
  await directory?.close()
}
