/** One file, or "-", to its end through its framer: what `normalize` and `scan` have in common. */
import { createFileSource } from '../sources/file.ts'
import { createStdinSource } from '../sources/stdin.ts'

/** What takes one origin's bytes. */
export interface Reading {
  data(bytes: Uint8Array, offset: number): void
  idle(): void
  end(): void
  /** After each of these. */
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
    if (event.kind === 'data') reading.data(event.bytes, event.offset)
    else if (event.kind === 'idle') reading.idle()
    else {
      reading.end()
      readings.delete(id)
    }
    await reading.flush()
  }
  await source.close()
  return isWhole
}
