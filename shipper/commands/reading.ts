/** One file, or "-", to its end through its framer: what `normalize` and `scan` have in common. */
import type { Framer, FramerSink } from '../framing/index.ts'
import { createFileSource } from '../sources/file.ts'
import { createStdinSource } from '../sources/stdin.ts'

/** What takes one origin's events. */
export interface Reading extends FramerSink {
  readonly framer: Framer
  /** Before a block is framed. */
  see?(bytes: Uint8Array, offset: number): void
  /** After the last event. */
  end?(): void
  /** After each block. */
  flush(): Promise<void>
}

/** False when something of it could not be read: that was said on stderr. `create` is given the origin's name and path. */
export async function readThrough(path: string, create: (name: string, path: string) => Reading): Promise<boolean> {
  const source = path === '-' ? createStdinSource() : createFileSource({ paths: [path], once: true })
  const readings = new Map<number, Reading>()
  let isWhole = true
  for await (const event of source.events(new AbortController().signal)) {
    if (event.kind === 'problem') {
      console.error(`longship: ${event.path}: ${event.message}`)
      isWhole = false
      continue
    }
    const { id, name, path: found } = event.origin
    const reading = readings.get(id) ?? create(path === '-' ? 'stdin' : name, found)
    readings.set(id, reading)
    const { framer } = reading
    if (event.kind === 'data') {
      reading.see?.(event.bytes, event.offset)
      framer.push(event.bytes, event.offset, reading)
    } else if (event.kind === 'idle') framer.idle(reading)
    else {
      framer.end(reading)
      reading.end?.()
      readings.delete(id)
    }
    await reading.flush()
  }
  await source.close()
  return isWhole
}
