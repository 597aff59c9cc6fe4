/** Patterns → the files that are there now, each with its stat; what is wrong with the others as problems. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { isOwnFile } from '../terms/own-files.ts'
import { statOf } from '../terms/stat.ts'

export interface Found {
  /** As it was given, or as the pattern finds it: what people read. */
  readonly path: string
  readonly absolute: string
  readonly stat: Stats
  /** Named outright, not by a pattern. */
  readonly literal: boolean
}

export interface Discovery {
  readonly found: readonly Found[]
  /** Message by path. */
  readonly problems: ReadonlyMap<string, string>
}

/** In the order of the patterns; within one sorted by name. A file that several patterns find comes once. */
export function discover(patterns: readonly string[], exclude: readonly string[] = []): Discovery {
  const found = new Map<string, Found>()
  const problems = new Map<string, string>()
  for (const pattern of patterns) {
    const literal = isLiteral(pattern)
    const paths = literal ? [pattern] : expand(pattern, exclude)
    if (paths.length === 0) problems.set(pattern, 'no file matches')
    for (const path of paths) {
      const absolute = resolve(path)
      if (found.has(absolute)) continue
      const stat = look(path, literal, problems)
      if (stat) found.set(absolute, { path, absolute, stat, literal })
    }
  }
  return { found: [...found.values()], problems }
}

/** A file whose name happens to hold [ or * is still that file. */
function isLiteral(pattern: string): boolean {
  return !isDynamicPattern(pattern) || statOf(pattern) !== undefined
}

function expand(pattern: string, exclude: readonly string[]): string[] {
  try {
    const options = { absolute: true, dot: true, expandDirectories: false, onlyFiles: false, ignore: [...exclude] }
    const paths = globSync(pattern, options).map((path) => path.replace(/(?<=.)\/$/, ''))
    return paths.map((path) => (isAbsolute(pattern) ? path : relative(process.cwd(), path))).sort()
  } catch {
    return []
  }
}

function look(path: string, literal: boolean, problems: Map<string, string>): Stats | undefined {
  if (isOwnFile(path)) {
    if (literal)
      problems.set(path, "is Longship's own event log, which is no source: what was found would be found again")
    return undefined
  }
  try {
    const stat = statSync(path)
    if (!stat.isDirectory()) return stat
    if (literal)
      problems.set(path, `is a directory; name the files in it, for example ${path.replace(/\/$/, '')}/*.log`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A pattern's file that vanished between listing and looking is nobody's problem.
    if (literal || code !== 'ENOENT') problems.set(path, explain(code))
  }
  return undefined
}

const EXPLAINED: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'may not be read: permission denied'],
  ['EPERM', 'may not be read: not permitted'],
  ['ELOOP', 'is a symbolic link that leads back to itself'],
  ['EMFILE', 'cannot be opened: this process has too many open files (ulimit -n)'],
  ['ENFILE', 'cannot be opened: the machine has too many open files'],
  ['EISDIR', 'is a directory; name the files in it'],
  ['ENOTDIR', 'does not exist: a part of its path is no directory'],
  ['ENXIO', 'cannot be read: it is a socket, or a device that is not there'],
  ['NO_WRITER', 'is a pipe that nobody writes to'],
  ['EIO', 'cannot be read: input/output error'],
  ['ESTALE', 'cannot be read: the network file system lost it'],
])

export function explain(code: string | undefined): string {
  return EXPLAINED.get(code ?? '') ?? `cannot be read: ${code ?? 'unknown error'}`
}

/** Names in a directory; none when it cannot be listed. */
export function listDirectory(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
