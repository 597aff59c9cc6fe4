/**
 * The rules that were made over the API, in one file: replaced whole, on the disk when `save` returns. A file that cannot
 * be read as one is set aside under another name and said; nothing is ever written over what could not be read.
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { isObject } from '../terms/object.ts'
import { replaceFile } from '../terms/synced.ts'
import { readSettings } from './draft.ts'
import type { StoredRule } from './snapshot.ts'

const VERSION = 1

/** 1,000 rules of the largest kind. */
const MAX_BYTES = 16 * 1024 * 1024

export interface RuleState {
  readonly rules: readonly StoredRule[]
  /** Says what failed; undefined when it is on the disk. */
  save(rules: readonly StoredRule[]): string | undefined
}

/** `now` names what is set aside. Never throws. */
export function openState(
  path: string,
  now: () => number,
  onProblem: (path: string, message: string) => void,
): RuleState {
  const read = readState(path)
  let blocked: string | undefined
  if (read.fault !== undefined) {
    const aside = `${path}.corrupt-${new Date(now()).toISOString().replace(/[:.]/g, '-')}`
    try {
      copyFileSync(path, aside)
      // Else every start would find the same fault, and set it aside again.
      replaceFile(path, textOf(read.rules))
      onProblem(path, `${read.fault}; what it held is kept in ${aside}, ${read.rules.length} of its rules are in use`)
    } catch (error) {
      blocked = `${read.fault}, and it cannot be set aside: ${(error as Error).message}`
      onProblem(path, `${blocked}; rules cannot be changed until it is mended`)
    }
  }
  return {
    rules: read.rules,
    save(rules) {
      if (blocked !== undefined) return blocked
      try {
        replaceFile(path, textOf(rules))
        return undefined
      } catch (error) {
        return `${path} cannot be written: ${(error as Error).message}`
      }
    },
  }
}

function textOf(rules: readonly StoredRule[]): string {
  return `${JSON.stringify({ version: VERSION, rules: rules.map(({ id, settings }) => ({ id, ...settings })) })}\n`
}

interface ReadState {
  readonly rules: StoredRule[]
  /** What could not be read; undefined: all was, or there is no file. */
  readonly fault: string | undefined
}

function readState(path: string): ReadState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const isNone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { rules: [], fault: isNone ? undefined : `cannot be read: ${(error as Error).message}` }
  }
  if (text.length > MAX_BYTES) return { rules: [], fault: `is longer than ${MAX_BYTES} bytes` }
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    return { rules: [], fault: 'is no JSON' }
  }
  if (!isObject(state) || state['version'] !== VERSION || !Array.isArray(state['rules'])) {
    return { rules: [], fault: `is not of version ${VERSION}` }
  }
  const all: unknown[] = state['rules']
  const rules = all.flatMap(readRule)
  const lost = all.length - rules.length
  return { rules, fault: lost === 0 ? undefined : `${lost} of its rules cannot be read` }
}

const ID = /^rule_[0-9a-f]{12}$/

function readRule(stored: unknown): StoredRule[] {
  if (!isObject(stored)) return []
  const { id, ...draft } = stored
  const read = readSettings(draft)
  return typeof id === 'string' && ID.test(id) && read.ok ? [{ id, settings: read.value, origin: 'api' }] : []
}
