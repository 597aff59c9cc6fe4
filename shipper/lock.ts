/** One process a data directory: two would write over each other. A lock of a process that is gone is taken over. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LongshipError } from './errors.ts'
import { makeFolder } from './terms/folder.ts'

const held = new Set<string>()

/** States of a process that is over: its memory and files are gone. */
const ENDED: ReadonlySet<string | undefined> = new Set(['Z', 'X', 'x'])

/** Takes the directory's lock and returns how to give it back. Throws a config error when it is in use. */
export function lockDirectory(dir: string, advice = 'stop it or name another with --data'): () => void {
  const path = join(dir, 'lock')
  const mine = `${process.pid} ${startOf(process.pid)}`
  if (held.has(path)) throw inUse(dir, process.pid, advice)
  try {
    makeFolder(dir)
  } catch (error) {
    throw new LongshipError('file', `cannot use the data directory ${dir}: ${(error as Error).message}`)
  }
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, mine, { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) {
        throw new LongshipError('file', `cannot use the data directory ${dir}: ${(error as Error).message}`)
      }
    }
    const [pid, start] = readText(path).split(' ')
    if (pid !== undefined && pid !== '' && pid !== String(process.pid) && startOf(Number(pid)) === start)
      throw inUse(dir, Number(pid), advice)
    remove(path)
  }
  held.add(path)
  return () => {
    held.delete(path)
    if (readText(path) === mine) remove(path)
  }
}

function inUse(dir: string, pid: number, advice: string): LongshipError {
  return new LongshipError('config', `the data directory ${dir} is in use by process ${pid}; ${advice}`)
}

/** When a process started, as Linux counts; elsewhere just whether it lives. Undefined when it does not, or only its parent has not asked. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  // Field 22 of /proc/PID/stat, counted behind the name, which may hold anything.
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === '') return 'alive'
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ENDED.has(fields[0]) ? undefined : fields[19]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else was faster; the next attempt shows who holds it.
  }
}
