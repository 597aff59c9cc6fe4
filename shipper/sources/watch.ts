/** Asks the file system to tell of files that come, go or are renamed. A hint only: where it fails, looking goes on. */
import { type FSWatcher, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** inotify's instances and watches are few on many machines (128 and 8,192). */
const MAX_WATCHED = 64

export function watchDirectories(
  patterns: readonly string[],
  onChange: () => void,
): { refresh(): void; close(): void } {
  const watchers = new Map<string, FSWatcher>()
  const directories = [...new Set(patterns.map(directoryOf))].slice(0, MAX_WATCHED)
  const refresh = () => {
    for (const directory of directories) {
      if (watchers.has(directory)) continue
      try {
        const watcher = watch(directory, { persistent: false }, (kind) => kind === 'rename' && onChange())
        watcher.on('error', () => {
          watcher.close()
          watchers.delete(directory)
        })
        watchers.set(directory, watcher)
      } catch {
        // Not there yet, or no watches left.
      }
    }
  }
  const close = () => {
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
  return { refresh, close }
}

/** The directory before a pattern's first wildcard. */
function directoryOf(pattern: string): string {
  const wildcard = pattern.search(/[*?[\]{}()!]/)
  return resolve(wildcard < 0 ? dirname(pattern) : dirname(`${pattern.slice(0, wildcard)}x`))
}
