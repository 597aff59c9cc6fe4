/** copytruncate's copies: which file holds what was read of another, and whether it may be read on there. */
import { dirname } from 'node:path'
import { originName } from './origin.ts'
import { type OpenSibling, openSibling } from './siblings.ts'
import { statKey, type Tail } from './tail.ts'

/** What is being read, by file. */
type Readers = ReadonlyMap<string, Tail>

/** The copy of a file that was cut short: one that nobody reads, or whose reader would not find there what it read. */
export function findCopy(tail: Tail, readers: Readers): OpenSibling | undefined {
  return openSibling(tail.absolute, (fd, stat) => {
    const reader = readers.get(statKey(stat))
    const isFree = reader === undefined || (reader.isRotated && !reader.isCopiedIn(fd))
    return isFree && tail.isCopiedIn(fd)
  })
}

/**
 * The tail whose content this file repeats: copytruncate's copy, under a pattern that finds it too. A copy has another
 * name of the same log. What takes the place of a file, `before`, and says the same is no copy of it: a program that
 * fails as it starts writes the same lines each time.
 */
export function copyOf(absolute: string, fd: number, readers: Readers, before?: Tail): Tail | undefined {
  const directory = dirname(absolute)
  const name = originName(absolute)
  for (const tail of readers.values()) {
    if (tail === before || tail.livePath === absolute || tail.origin.name !== name) continue
    if (tail.offset > 0 && dirname(tail.absolute) === directory && tail.isCopiedIn(fd)) return tail
  }
  return undefined
}
