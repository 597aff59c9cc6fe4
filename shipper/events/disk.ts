/** What the event log asks of a disk, so that tests can fill it, break it and cut it short; and the real one. */
import {
  closeSync,
  constants,
  fdatasync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { readAt } from '../spool/disk.ts'
import { makeFolder } from '../terms/folder.ts'
import { replaceFile } from '../terms/synced.ts'

/** A file that grows at its end. Synchronous: an event is in the file before whoever found it goes on. */
export interface EventFile {
  /** All of `bytes` from `at` on; throws when any is missing. */
  write(bytes: Uint8Array, at: number): void
  truncate(size: number): void
  /** Resolves when what was written would survive a power cut. */
  sync(): Promise<void>
  close(): void
}

/** Every method throws the system's error, `code` and all. */
export interface EventDisk {
  makeFolder(path: string): void
  list(folder: string): string[]
  size(path: string): number
  /** Makes the file unless it is there. */
  open(path: string): EventFile
  /** Fills `into` from `at` on; how many bytes there were. */
  read(path: string, into: Uint8Array, at: number): number
  readText(path: string): string
  /** The whole text, or what stood there before: never a part. */
  replace(path: string, text: string): void
  remove(path: string): void
}

export const realDisk: EventDisk = {
  // What was found in logs is nobody else's business.
  makeFolder: (path) => makeFolder(path, 0o700),
  list: (folder) => readdirSync(folder),
  size: (path) => statSync(path).size,
  open,
  read: readAt,
  readText: (path) => readFileSync(path, 'utf8'),
  replace: replaceFile,
  remove: (path) => rmSync(path, { force: true }),
}

const syncData = promisify(fdatasync)

function open(path: string): EventFile {
  const fd = openSync(path, OPEN_OR_MAKE, 0o600)
  return {
    write(bytes, at) {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
    },
    truncate: (size) => ftruncateSync(fd, size),
    sync: () => syncData(fd),
    close: () => closeSync(fd),
  }
}

/** Written at a place, not at the end: a failed write leaves nothing that the next would stand behind. */
const OPEN_OR_MAKE = constants.O_RDWR | constants.O_CREAT
