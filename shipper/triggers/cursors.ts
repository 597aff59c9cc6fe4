/**
 * How far each trigger is in the event log, kept over restarts: what was waiting at a crash is delivered again. Written
 * seldom, as all that is lost with it is that some events are told twice.
 */
import { replaceFile, replaceFileLater } from '../terms/synced.ts'
import { readIfThere, setAside } from './file.ts'

export interface Cursors {
  /** Kept at the start, by the trigger's id; undefined: there was a file, and it was torn. */
  readonly loaded: ReadonlyMap<string, number> | undefined
  /** Something moved: written within SAVE_MS. */
  touch(): void
  /** Writes what there is now. */
  close(): Promise<void>
}

export interface CursorsOptions {
  readonly path: string
  readonly current: () => Iterable<readonly [id: string, seq: number]>
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly onProblem: (where: string, message: string) => void
}

const VERSION = 1
const SAVE_MS = 1000

export function openCursors({ path, current, now, sleep, onProblem }: CursorsOptions): Cursors {
  const read = readCursors(path)
  if (typeof read === 'string')
    onProblem(path, `${read}: set aside as ${setAside(path, now())}; triggers go on at the log's end`)
  const closed = new AbortController()
  let saving: Promise<void> | undefined
  let isDirty = false
  let isBroken = false
  let written = ''

  const text = () => `${JSON.stringify({ version: VERSION, cursors: [...current()] })}\n`
  /** Said once, not every second. */
  const settle = (error?: unknown) => {
    if (error !== undefined && !isBroken) {
      const { code, message } = error as NodeJS.ErrnoException
      onProblem(
        path,
        `cannot be written (${code ?? message}): after a restart some events may be told again, or not at all`,
      )
    }
    isBroken = error !== undefined
  }
  const save = async () => {
    try {
      while (isDirty && !closed.signal.aborted) {
        await sleep(SAVE_MS, closed.signal)
        if (closed.signal.aborted) return
        isDirty = false
        const next = text()
        if (next === written) continue
        await replaceFileLater(path, next).then(() => settle(), settle)
        written = next
      }
    } finally {
      // In the same turn as the last look at isDirty: a touch that comes now must start it again.
      saving = undefined
    }
  }
  return {
    loaded: typeof read === 'string' ? undefined : read,
    touch() {
      isDirty = true
      saving ??= save()
    },
    async close() {
      closed.abort()
      await saving
      try {
        replaceFile(path, text())
        settle()
      } catch (error) {
        settle(error)
      }
    },
  }
}

/** Or what is wrong with the file. */
function readCursors(path: string): ReadonlyMap<string, number> | string {
  const text = readIfThere(path)
  if (text === undefined) return new Map()
  try {
    const { version, cursors } = JSON.parse(text) as { version: unknown; cursors: unknown }
    const isCursor = (each: unknown) =>
      Array.isArray(each) && typeof each[0] === 'string' && Number.isSafeInteger(each[1])
    if (version === VERSION && Array.isArray(cursors) && cursors.every(isCursor)) return new Map(cursors)
  } catch {}
  return 'is torn, or no file of cursors'
}
