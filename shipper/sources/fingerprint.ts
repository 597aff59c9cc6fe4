/**
 * What a file begins with, so that another file on the same inode (truncated and written anew, or deleted and made
 * again) is not taken for the one whose position we hold. Of a file shorter than 1 KiB it grows with the file.
 */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'

export const FINGERPRINT_BYTES = 1024

/** As positions keep it. */
export interface Fingerprint {
  readonly length: number
  /** SHA-256 of the first `length` bytes, hex, cut to 32 digits. */
  readonly hash: string
}

/** The first bytes of an open file, at most 1 KiB. Throws what reading throws. */
export function readHead(fd: number, length = FINGERPRINT_BYTES): Buffer {
  const head = Buffer.allocUnsafe(length)
  return head.subarray(0, readFully(fd, head, 0))
}

/** Reads until the buffer is full or the file ends. */
export function readFully(fd: number, into: Uint8Array, position: number): number {
  let length = 0
  while (length < into.length) {
    const read = readSync(fd, into, length, into.length - length, position + length)
    if (read === 0) break
    length += read
  }
  return length
}

export function fingerprintOf(head: Uint8Array): Fingerprint {
  return { length: head.length, hash: createHash('sha256').update(head).digest('hex').slice(0, 32) }
}

/** True when a file that begins with `head` can be the one of the fingerprint: it begins with the same bytes. */
export function matches(fingerprint: Fingerprint, head: Uint8Array): boolean {
  return (
    head.length >= fingerprint.length && fingerprintOf(head.subarray(0, fingerprint.length)).hash === fingerprint.hash
  )
}
