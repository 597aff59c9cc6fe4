/**
 * The rule files of a directory, as Loki's local storage has them: DIR/<tenant>/<file>, and for a server of one tenant
 * also DIR/<file>. A broken file is reported and the last good reading of it stays.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RuleGroup } from './rule.ts'
import { readRuleFile } from './rulefile.ts'

export interface FolderFile {
  readonly tenant: string
  /** Its name in the tenant's folder, Loki's namespace. */
  readonly name: string
  readonly path: string
  readonly groups: readonly RuleGroup[]
}

export interface Folder {
  /** What is there now. Reads only files that changed. */
  read(): FolderFile[]
  readonly directory: string
}

interface Known {
  readonly stamp: string
  readonly file: FolderFile | undefined
}

/** A rule file larger than this is none. */
const MAX_FILE_BYTES = 10 * 1024 * 1024

/** `warn` hears of every broken file once, as long as it does not change. */
export function openFolder(directory: string, rootTenant: string, warn: (message: string) => void): Folder {
  const known = new Map<string, Known>()
  let missing = false
  const readOne = (tenant: string, name: string, path: string): FolderFile | undefined => {
    const before = known.get(path)
    let stamp = ''
    try {
      const { mtimeMs, size, ino } = statSync(path)
      stamp = `${mtimeMs} ${size} ${ino}`
      if (before?.stamp === stamp) return before.file
      if (size > MAX_FILE_BYTES) throw new Error(`is larger than ${MAX_FILE_BYTES} bytes`)
      const { groups, errors } = readRuleFile(readFileSync(path, 'utf8'), path)
      for (const error of errors) warn(`rules: ${error}`)
      if (errors.length > 0 && before?.file !== undefined) warn(`rules: ${path}: what it said before stays in force`)
      const file = errors.length > 0 ? before?.file : { tenant, name, path, groups }
      known.set(path, { stamp, file })
      return file
    } catch (error) {
      if (before?.stamp !== stamp) warn(`rules: ${path}: ${(error as Error).message}`)
      known.set(path, { stamp, file: before?.file })
      return before?.file
    }
  }
  return {
    directory,
    read() {
      const found = list(directory, rootTenant, (message) => {
        if (!missing) warn(message)
        missing = true
      })
      if (found === undefined) return [...known.values()].flatMap(({ file }) => (file === undefined ? [] : [file]))
      missing = false
      const paths = new Set(found.map(({ path }) => path))
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path)
      return found.flatMap(({ tenant, name, path }) => readOne(tenant, name, path) ?? [])
    },
  }
}

interface Found {
  readonly tenant: string
  readonly name: string
  readonly path: string
}

function list(directory: string, rootTenant: string, warn: (message: string) => void): Found[] | undefined {
  try {
    const found: Found[] = []
    for (const name of visible(directory)) {
      const path = join(directory, name)
      if (isDirectory(path)) {
        for (const file of visible(path)) {
          const inner = join(path, file)
          if (!isDirectory(inner)) found.push({ tenant: name, name: file, path: inner })
        }
      } else if (/\.ya?ml$/.test(name)) found.push({ tenant: rootTenant, name, path })
    }
    return found
  } catch (error) {
    warn(`rules: cannot read ${directory}: ${(error as Error).message}`)
    return undefined
  }
}

/** Editors' and Kubernetes's hidden files are none of ours, nor are the tests that stand beside rules. */
function visible(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.') && !/\.test\.ya?ml$/.test(name))
    .sort()
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
