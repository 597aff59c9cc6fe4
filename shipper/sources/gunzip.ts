/**
 * The text of a gzip file, all its members. Of a damaged one, everything before the damage: zlib keeps back what the
 * step that fails has unpacked, so such a file is read once more, in single bytes where the damage is.
 */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'

const CHUNK_BYTES = 256 * 1024
/** How closely the damage is sought before bytes are fed one by one: each step costs some microseconds. */
const STEP_BYTES = 4 * 1024

/** Its `error` comes behind all that could be read, and is the file's or zlib's (code Z_…). */
export function gunzipped(path: string): Readable {
  return Readable.from(textOf(path), { objectMode: true, highWaterMark: 1 })
}

async function* textOf(path: string): AsyncIterable<Uint8Array> {
  let given = 0
  try {
    for await (const bytes of unpacked(path)) {
      yield bytes
      given += bytes.length
    }
  } catch (error) {
    if (!isDamage(error)) throw error
    const whole = await bytesBeforeDamage(path)
    for await (const bytes of unpackedInSteps(path, whole)) {
      if (bytes.length > given) yield bytes.subarray(given)
      given = Math.max(0, given - bytes.length)
    }
    throw error
  }
}

function isDamage(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true
}

async function* unpacked(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  file.on('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Uint8Array>
  } finally {
    file.destroy()
  }
}

/** How many bytes of the file, in whole steps, zlib takes. */
async function bytesBeforeDamage(path: string): Promise<number> {
  let taken = 0
  try {
    for await (const { length } of fed(
      path,
      () => STEP_BYTES,
      () => {},
    ))
      taken += length
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  return taken
}

/** What is unpacked of the first `whole` bytes, and of as many behind them as zlib takes one by one. */
async function* unpackedInSteps(path: string, whole: number): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = []
  const steps = fed(
    path,
    (offset) => (offset < whole ? whole - offset : 1),
    (bytes) => parts.push(bytes),
  )
  try {
    for await (const _ of steps) {
      yield* parts
      parts = []
    }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  yield* parts
}

/** Feeds a file to zlib in steps of at most stepAt(offset) bytes, says each one that was taken; throws at the first that was not. */
async function* fed(
  path: string,
  stepAt: (offset: number) => number,
  onText: (bytes: Uint8Array) => void,
): AsyncIterable<{ readonly length: number }> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  gunzip.on('data', onText)
  let offset = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: STEP_BYTES }) as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const step = chunk.subarray(at, at + stepAt(offset))
        await feed(gunzip, step)
        at += step.length
        offset += step.length
        yield step
      }
    }
  } finally {
    gunzip.destroy()
  }
}

function feed(gunzip: Gunzip, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // A write that fails is said by the event alone.
    gunzip.once('error', reject)
    gunzip.write(bytes, () => {
      gunzip.off('error', reject)
      resolve()
    })
  })
}
