/** Reads files to their end, one after the other in the order given: plain ones, gzip, and pipes. */
import { randomUUID } from 'node:crypto'
import { closeSync, constants, createReadStream, lstatSync, openSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { discover, explain, type Found } from './discover.ts'
import { readFully } from './fingerprint.ts'
import { gunzipped } from './gunzip.ts'
import { newOrigin } from './origin.ts'
import type { Origin, SourceEvent } from './source.ts'
import { bornOf, openFile, type Tail } from './tail.ts'
import type { Tracker } from './tracker.ts'

const CHUNK_BYTES = 256 * 1024

/** Compressions by their first bytes; gzip is read, the others are named. */
const MAGIC: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { name: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'lz4', bytes: [0x04, 0x22, 0x4d, 0x18] },
  { name: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
]

/** Blocks of plain files are read into `block`. Tails are entered into `tails` so that commits find them. */
export async function* readOnce(
  options: { paths: readonly string[]; exclude: readonly string[] },
  block: Buffer,
  tracker: Tracker,
  tails: Map<number, Tail>,
  signal: AbortSignal,
): AsyncIterable<SourceEvent> {
  const { found, problems } = discover(options.paths, options.exclude)
  for (const [path, message] of problems) yield { kind: 'problem', path, message }
  for (const file of found) {
    try {
      const compression = file.stat.isFile() ? compressionOf(file.absolute) : undefined
      if (lstatSync(file.absolute).isFIFO()) yield* readStream(file, openFifo(file.absolute), signal)
      else if (!file.stat.isFile())
        yield* readStream(file, createReadStream(file.absolute, { highWaterMark: CHUNK_BYTES }), signal)
      else if (compression === 'gzip') {
        const origin = newOrigin(file.path, `${file.stat.ino}:${bornOf(file.stat)}`)
        yield* readStream(file, gunzipped(file.absolute), signal, origin)
      } else if (compression) yield { kind: 'problem', path: file.path, message: compressedText(compression) }
      else yield* readPlain(file, block, tracker, tails)
    } catch (error) {
      yield { kind: 'problem', path: file.path, message: explain((error as NodeJS.ErrnoException).code) }
    }
  }
}

function compressionOf(path: string): string | undefined {
  const { fd } = openFile(path)
  try {
    const head = Buffer.alloc(6)
    const length = readFully(fd, head, 0)
    return compressionIn(head.subarray(0, length))
  } finally {
    closeSync(fd)
  }
}

function compressionIn(head: Uint8Array): string | undefined {
  return MAGIC.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte))?.name
}

function compressedText(compression: string): string {
  return `is compressed with ${compression}, which is not read here: decompress it`
}

/** Until a read brings nothing: files of /proc have no size. */
function* readPlain(file: Found, block: Buffer, tracker: Tracker, tails: Map<number, Tail>): Iterable<SourceEvent> {
  const tail = tracker.begin(file)
  if (!tail) return
  const { origin } = tail
  tails.set(origin.id, tail)
  try {
    for (;;) {
      const { offset } = tail
      const length = tail.read(block)
      if (length === 0) break
      yield { kind: 'data', origin, bytes: block.subarray(0, length), offset, ...tail.takeCarried() }
    }
  } catch (error) {
    yield { kind: 'problem', path: file.path, message: explain((error as NodeJS.ErrnoException).code) }
  }
  tail.close()
  tracker.files.forget(tail)
  yield { kind: 'end', origin }
}

/** How long a named pipe may have no writer: with `--once` the other files must not wait for ever. */
const FIFO_WAIT_MS = 5000

/** Opened without waiting for a writer, as opening by path does: no signal would end that wait. */
function openFifo(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const pipe = new Socket({ fd, readable: true, writable: false })
  const timer = setTimeout(() => {
    if (pipe.bytesRead > 0 || pipe.destroyed) return
    const first = Buffer.alloc(1)
    try {
      if (readSync(fd, first) > 0) pipe.unshift(first)
      else pipe.destroy(Object.assign(new Error('no writer'), { code: 'NO_WRITER' }))
    } catch {
      // EAGAIN: there is a writer, it is only silent.
    }
  }, FIFO_WAIT_MS)
  return pipe.once('close', () => clearTimeout(timer))
}

/** Offsets are those of the text. What has no origin of its own cannot be read again. A signal ends it, however silent the stream is. */
export async function* readStream(
  file: { path: string },
  stream: Readable,
  signal?: AbortSignal,
  origin: Origin = newOrigin(file.path, randomUUID()),
): AsyncIterable<SourceEvent> {
  const onAbort = () => stream.destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  let offset = 0
  try {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) {
      // Read as text it would be a few lines in which nothing is found, and a pipeline that is green.
      const compression = offset === 0 ? compressionIn(bytes) : undefined
      if (compression !== undefined) {
        yield { kind: 'problem', path: file.path, message: compressedText(compression) }
        break
      }
      yield { kind: 'data', origin, bytes, offset }
      offset += bytes.length
    }
  } catch (error) {
    if (signal?.aborted) return
    const { code } = error as NodeJS.ErrnoException
    const why = code?.startsWith('Z_') ? 'is no whole gzip file' : explain(code)
    yield {
      kind: 'problem',
      path: file.path,
      message: offset > 0 ? `${why}; its first ${offset} bytes of text were read` : why,
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    stream.destroy()
  }
  yield { kind: 'end', origin }
}
