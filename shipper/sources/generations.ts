/** Tells generations of a file apart: what was renamed, copied, or came and went between two looks. */
import { closeSync, type Stats } from 'node:fs'
import type { Found } from './discover.ts'
import { matches, readFully, readHead } from './fingerprint.ts'
import { isSame } from './memory.ts'
import type { Position } from './positions.ts'
import { COMPRESSED, type OpenSibling, openSibling, siblings } from './siblings.ts'
import { bornOf, fileKey, isBirthKnown, openFile, statKey } from './tail.ts'

/** How far `from: end` goes back for the beginning of a last line that is still being written. */
const LOOK_BACK_BYTES = 64 * 1024

/** A copy is told by its beginning when that is all that was read, or long enough to be nobody else's. */
const MIN_COPY_FINGERPRINT = 64

/**
 * Of the generations that positions were kept of (oldest first), those whose files go on behind the position. The
 * youngest is one of them when the path shows an unknown file: its rest may stand in a copy, or be written yet.
 */
export function unfinished(absolute: string, saved: readonly Position[], isUnknown: boolean): Position[] {
  if (saved.length === 0) return []
  const sizes = new Map(siblings(absolute).map(({ stat }) => [statKey(stat), stat.size]))
  const youngest = isUnknown ? saved[saved.length - 1] : undefined
  return saved.filter((position) => position === youngest || (sizes.get(fileKey(position)) ?? 0) > position.offset)
}

/** The file that a position is of, under the name that rotation gave it; else the copy that copytruncate made of it. */
export function findRenamed(
  absolute: string,
  saved: Position,
  isRead: (key: string) => boolean,
): OpenSibling | undefined {
  const isIt = (fd: number, stat: Stats) => statKey(stat) === fileKey(saved) && isSame(saved, stat, readHead(fd))
  const isCopy = (fd: number, stat: Stats) =>
    saved.offset > 0 &&
    saved.fingerprint.length >= Math.min(MIN_COPY_FINGERPRINT, saved.offset) &&
    !isRead(statKey(stat)) &&
    stat.size >= saved.offset &&
    matches(saved.fingerprint, readHead(fd))
  return openSibling(absolute, isIt) ?? openSibling(absolute, isCopy)
}

/** Files made after the generation before (`born`, ms) and before the one that the path shows now, oldest first, open. */
export function findMissed(
  absolute: string,
  now: Stats,
  born: number,
  isKnown: (fd: number, stat: Stats) => boolean,
): OpenSibling[] {
  const near = siblings(absolute)
  if (!near.some((sibling) => isBirthKnown(sibling.stat))) return []
  const missed: OpenSibling[] = []
  for (const { stat } of near) {
    const key = statKey(stat)
    if (bornOf(stat) < born || bornOf(stat) > bornOf(now) || key === statKey(now)) continue
    const found = openSibling(absolute, (fd, other) => statKey(other) === key && !isKnown(fd, other))
    if (found) missed.push(found)
  }
  return missed
}

/** Where the last line begins that has no end yet; the file's size when there is none. */
export function lastLineStart(fd: number, stat: Stats): number {
  const from = Math.max(0, stat.size - LOOK_BACK_BYTES)
  const block = Buffer.alloc(stat.size - from)
  const lf = block.subarray(0, readFully(fd, block, from)).lastIndexOf(10)
  return lf < 0 && from > 0 ? stat.size : from + lf + 1
}

export function isReadable(file: Found, wrong: Map<string, string>): boolean {
  const isFile = file.stat.isFile()
  if (isFile && !COMPRESSED.test(file.absolute)) return true
  if (file.literal)
    wrong.set(file.path, isFile ? 'is compressed: read it with --once' : 'is no regular file: only --once reads it')
  return false
}

export function openHead(path: string): { fd: number; stat: Stats; head: Buffer } {
  const { fd, stat } = openFile(path)
  try {
    return { fd, stat, head: readHead(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

export function identity(stat: Stats): { dev: number; inode: number; size: number; mtime: number; born: number } {
  return { dev: stat.dev, inode: stat.ino, size: stat.size, mtime: stat.mtimeMs, born: bornOf(stat) }
}
