/**
 * Events that could not be told, as JSON lines: one for each letter, one more when it is taken out. No address and no
 * secret of the trigger is in it. Bounded: the oldest letter goes.
 */
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LogEvent } from '../events/event.ts'
import { makeFolder } from '../terms/folder.ts'
import { isObject } from '../terms/object.ts'
import { replaceFile } from '../terms/synced.ts'
import { readIfThere } from './file.ts'

export interface DeadLetter {
  readonly id: string
  /** Its id. */
  readonly trigger: string
  readonly trigger_name: string
  /** RFC 3339. */
  readonly failed_at: string
  readonly attempts: number
  readonly error: string
  readonly event: LogEvent
}

export interface DeadLetters {
  /** The newest first. */
  list(): readonly DeadLetter[]
  get(id: string): DeadLetter | undefined
  add(letter: Omit<DeadLetter, 'id'>): void
  /** False: there is none. */
  remove(id: string): boolean
  /** Another attempt failed. */
  update(letter: DeadLetter): void
  /** Letters that went because there were too many. */
  readonly dropped: number
}

export const MAX_LETTERS = 1000
/** Lines that stand for nothing any more are left until there are so many times more than letters may be. */
const LINES_A_LETTER = 3

export function openDeadLetters(
  path: string,
  onProblem: (where: string, message: string) => void,
  max = MAX_LETTERS,
  sync: (path: string) => unknown = syncFile,
): DeadLetters {
  const { letters, lines: before, damaged } = readLetters(path, max)
  const maxLines = LINES_A_LETTER * max
  // Half a line at the end would take the next one with it: then the file is written anew first.
  let lines = damaged > 0 ? maxLines : before
  let dropped = 0
  if (damaged > 0) onProblem(path, `has ${damaged} damaged lines, which are passed over`)

  const syncSoon = debounced(() => sync(path))
  let isBroken = false
  /** Kept in memory at least: that the disk is full must not stop deliveries. Said once, until it works again. */
  const write = (line: object) => {
    try {
      if (++lines > maxLines) lines = rewrite(path, letters)
      else append(path, line)
      isBroken = false
      syncSoon()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (!isBroken)
        onProblem(path, `cannot be written (${code ?? message}): dead letters are kept until Longship ends only`)
      isBroken = true
      // What was to be written is missing, or half of it is there.
      lines = maxLines
    }
  }
  const remove = (id: string) => {
    const isThere = letters.delete(id)
    if (isThere) write({ removed: id })
    return isThere
  }
  const put = (letter: DeadLetter) => {
    letters.set(letter.id, letter)
    write(letter)
  }
  return {
    list: () => [...letters.values()].reverse(),
    get: (id) => letters.get(id),
    add(letter) {
      while (letters.size >= max) {
        remove(letters.keys().next().value!)
        dropped++
      }
      put({ id: `letter_${randomBytes(6).toString('hex')}`, ...letter })
    },
    remove,
    update: put,
    get dropped() {
      return dropped
    },
  }
}

function append(path: string, line: object): void {
  makeFolder(dirname(path), 0o700)
  if (existsSync(path)) chmodSync(path, 0o600)
  appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
}

/**
 * Letters are on the disk so long after they are in the file, and sooner than cursors say that their events are done. Not
 * one by one: while a receiver refuses a flood, everything else would wait for the disk.
 */
const SYNC_MS = 200

function debounced(work: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  return () => {
    if (timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      work()
    }, SYNC_MS).unref()
  }
}

/** A file that is gone or a disk that fails is said when the next letter is written. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => undefined)
  await file?.datasync().catch(() => {})
  await file?.close().catch(() => {})
}

function rewrite(path: string, letters: ReadonlyMap<string, DeadLetter>): number {
  replaceFile(path, [...letters.values()].map((letter) => `${JSON.stringify(letter)}\n`).join(''))
  return letters.size
}

function readLetters(path: string, max: number): { letters: Map<string, DeadLetter>; lines: number; damaged: number } {
  const letters = new Map<string, DeadLetter>()
  const all = (readIfThere(path) ?? '').split('\n').filter((line) => line !== '')
  let damaged = 0
  for (const line of all) {
    const value = parsed(line)
    if (isLetter(value)) letters.set(value.id, value)
    else if (isObject(value) && typeof value['removed'] === 'string') letters.delete(value['removed'])
    else damaged++
  }
  while (letters.size > max) letters.delete(letters.keys().next().value!)
  return { letters, lines: all.length, damaged }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isLetter(value: unknown): value is DeadLetter {
  if (!isObject(value)) return false
  const { id, trigger, event } = value
  return typeof id === 'string' && typeof trigger === 'string' && isObject(event) && isObject(event['metadata'])
}
