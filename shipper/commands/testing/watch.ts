/** Runs tests again whenever a file that they read changes. */
import { unwatchFile, watchFile } from 'node:fs'

/** Also sees editors that replace files, on every file system. */
const LOOK_EVERY_MS = 300

export interface Watched {
  readonly exitCode: number
  readonly files: readonly string[]
}

/** Until the signal; the exit code of the last run. A run that throws is reported, and the files of the one before watched. */
export async function watchFiles(run: () => Promise<Watched>, signal: AbortSignal): Promise<number> {
  let last: Watched = { exitCode: 2, files: [] }
  while (!signal.aborted) {
    try {
      last = await run()
    } catch (error) {
      if (last.files.length === 0) throw error
      console.error(`longship: ${(error as Error).message}`)
    }
    if (signal.aborted) break
    console.error('waiting for changes; Ctrl-C stops')
    await changed(last.files, signal)
  }
  return last.exitCode
}

function changed(files: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const file of files) unwatchFile(file, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    for (const file of files) watchFile(file, { interval: LOOK_EVERY_MS }, done)
  })
}
