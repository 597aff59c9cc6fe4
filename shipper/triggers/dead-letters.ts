/**
 * Events that could not be told, as JSON lines: one for each letter, one more when it is taken out. No address and no
 * secret of the trigger is in it. Bounded: the oldest letter goes.
 */
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LogEvent } from '../events/event.ts'
import { makeFolder } from '../terms/folder.ts'
import { replaceFile } from '../terms/synced.ts'
import { readIfThere } from './file.ts'
import { isObject } from './settings.ts'

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
): DeadLetters {
  const { letters, lines: before, damaged } = readLetters(path, max)
  const maxLines = LINES_A_LETTER * max
  // Half a line at the end would take the next one with it: then the file is written anew first.
  let lines = damaged > 0 ? maxLines : before
  let dropped = 0
  if (damaged > 0) onProblem(path, `has ${damaged} damaged lines, which are passed over`)

  /** Kept in memory at least: that the disk is full must not stop deliveries. */
  const write = (line: object) => {
    try {
      if (++lines > maxLines) lines = rewrite(path, letters)
      else append(path, line)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      onProblem(path, `cannot be written (${code ?? message}): dead letters are kept until Longship ends only`)
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
  appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true } as { mode: number })
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
