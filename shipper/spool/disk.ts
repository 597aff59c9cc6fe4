/** What the spool asks of a disk, so that tests can cut the power at each step; and the real one. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readFully } from '../sources/fingerprint.ts'
import { makeFolder } from '../terms/folder.ts'
import { replaceFileLater, syncDirectory } from '../terms/synced.ts'

/** A file that grows at its end. */
export interface AppendFile {
  /** All of `bytes` from `at` on; rejects when any is missing. */
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Resolves when what was written would survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Every method fails with the system's error, `code` and all. */
export interface Disk {
  makeFolder(path: string): void
  list(folder: string): string[]
  size(path: string): number
  /** Makes a file that must not exist; its name lasts when this resolves. */
  create(path: string): Promise<AppendFile>
  /** Fills `into` from `at` on; how many bytes there were. */
  read(path: string, into: Uint8Array, at: number): number
  readText(path: string): string
  truncate(path: string, size: number): Promise<void>
  remove(path: string): void
  /** The whole text, or what stood there before: never a part. */
  replace(path: string, text: string): Promise<void>
}

export const realDisk: Disk = {
  // Log lines are nobody else's business.
  makeFolder: (path) => makeFolder(path, 0o700),
  list: (folder) => readdirSync(folder),
  size: (path) => statSync(path).size,
  create,
  read: readAt,
  readText: (path) => readFileSync(path, 'utf8'),
  truncate: shorten,
  remove: (path) => rmSync(path, { force: true }),
  replace: replaceFileLater,
}

async function create(path: string): Promise<AppendFile> {
  const file = await open(path, 'wx', 0o600)
  await syncDirectory(dirname(path))
  return {
    async write(bytes, at) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
        done += bytesWritten
      }
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

/** Fills `into` from `at` on; how many bytes there were. Throws the system's error. */
export function readAt(path: string, into: Uint8Array, at: number): number {
  const fd = openSync(path, 'r')
  try {
    return readFully(fd, into, at)
  } finally {
    closeSync(fd)
  }
}

async function shorten(path: string, size: number): Promise<void> {
  await truncate(path, size)
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
