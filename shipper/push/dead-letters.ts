/**
 * What Loki will never take, kept as JSON lines: reason, what Loki said, labels, time, line and metadata, so that it can
 * be read, counted and sent again. Owner-only, bounded: at maxBytes the file moves to <path>.1, the older one goes.
 */
import { chmodSync, closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BatchStream } from '../batch/batch.ts'
import { makeFolder } from '../terms/folder.ts'
import { writeString } from '../terms/json.ts'
import { readEntry, text, timeText } from './entry.ts'
import { type Labels, scanLabels } from './labels.ts'
import { startOf } from './pieces.ts'

export interface DeadLetter {
  /** Word for counting: line_too_long, too_old, bad_entry, … */
  readonly reason: string
  /** What Loki said. */
  readonly detail: string
  /** All of its entries. */
  readonly stream: BatchStream
}

export interface DeadLetters {
  /** All entries are on disk when it returns. Throws what the file system throws (disk full, no permission). */
  write(letter: DeadLetter): void
  close(): void
}

export interface DeadLetterOptions {
  readonly path: string
  /** Of one file; two are kept. Default 64 MiB. */
  readonly maxBytes?: number | undefined
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

/** The file is made when the first letter comes. */
export function openDeadLetters(options: DeadLetterOptions, now: () => number): DeadLetters {
  const { path, maxBytes = DEFAULT_MAX_BYTES } = options
  let file: { fd: number; bytes: number } | undefined
  const close = () => {
    if (file !== undefined) closeSync(file.fd)
    file = undefined
  }
  return {
    write(letter) {
      file ??= open(path)
      const before = file
      const size = file.bytes
      try {
        for (let entry = 0; entry < letter.stream.ends.length; entry++) {
          const line = Buffer.from(`${letterText(letter, entry, now())}\n`)
          if (file.bytes > 0 && file.bytes + line.length > maxBytes) {
            close()
            renameSync(path, `${path}.1`)
            file = open(path)
          }
          for (let at = 0; at < line.length; ) at += writeSync(file.fd, line, at)
          file.bytes += line.length
        }
        fdatasyncSync(file.fd)
      } catch (error) {
        // A disk that is full leaves half a line, and the letter is written again as a whole.
        if (file === before) truncate(file, size)
        throw error
      }
    },
    close,
  }
}

function open(path: string): { fd: number; bytes: number } {
  makeFolder(dirname(path), 0o700)
  const fd = openSync(path, 'a', 0o600)
  const { size, mode } = fstatSync(fd)
  if ((mode & 0o077) !== 0) chmodSync(path, 0o600)
  return { fd, bytes: size }
}

function truncate(file: { fd: number; bytes: number }, size: number): void {
  try {
    ftruncateSync(file.fd, size)
    file.bytes = size
  } catch {}
}

function letterText({ reason, detail, stream }: DeadLetter, entry: number, now: number): string {
  const { time, line, metadata } = readEntry(stream.bytes, startOf(stream, entry), stream.ends[entry]!)
  const labels = scanLabels(stream.labels)?.labels
  const members = [
    `"rejected_at":${writeString(new Date(now).toISOString())}`,
    `"reason":${writeString(reason)}`,
    `"detail":${writeString(detail)}`,
    `"labels":${labels === undefined ? writeString(stream.labels) : pairs(labels)}`,
    `"timestamp":${writeString(timeText(time))}`,
    `"line":${writeString(text(line))}`,
    `"structured_metadata":${pairs(metadata)}`,
  ]
  return `{${members.join(',')}}`
}

function pairs(members: Labels): string {
  return `{${members.map(([name, value]) => `${writeString(name)}:${writeString(value)}`).join(',')}}`
}
