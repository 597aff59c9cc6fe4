/** What the file system says: sources that match nothing or may not be read, and where Longship has to write. */
import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { discover, explain } from '../../sources/discover.ts'
import { openPositions } from '../../sources/positions.ts'
import { statOf } from '../../terms/stat.ts'
import type { Finding } from './finding.ts'

export function* checkFiles(config: Config): Generator<Finding> {
  const { syslog, push, docker } = config.inputs
  if (config.sources.length === 0 && (syslog ?? push ?? docker) === undefined) {
    yield {
      check: 'sources',
      status: 'warn',
      message: 'none configured; name files on the command line: longship ship FILE',
    }
  }
  for (const [index, source] of config.sources.entries()) yield* checkSource(`sources[${index}]`, source)
  yield checkPositions(config.positions.file)
  const path = config.push.dead_letter
  if (path === undefined) {
    yield {
      check: 'dead letters',
      status: 'warn',
      message: 'off: lines that Loki refuses are only counted; set push.dead_letter',
    }
  } else yield checkWritable('dead letters', path)
}

function* checkSource(check: string, source: Config['sources'][number]): Generator<Finding> {
  const { found, problems } = discover(source.path, source.exclude)
  let readable = 0
  for (const { path } of found) {
    const fault = faultOf(path, constants.R_OK)
    if (fault === undefined) readable++
    else
      yield {
        check,
        status: 'fail',
        message: `${path} ${fault}; give the user that runs Longship the right to read it`,
      }
  }
  for (const [path, message] of problems) {
    const isEmpty = message === 'no file matches'
    const advice = isEmpty ? '; files that appear later are taken' : ''
    yield { check, status: isEmpty ? 'warn' : 'fail', message: `${path}: ${message}${advice}` }
  }
  if (readable > 0) {
    const message = `${readable} ${readable === 1 ? 'file' : 'files'} in ${source.path.join(', ')}`
    yield { check, status: 'ok', message }
  }
}

function checkPositions(path: string): Finding {
  const check = 'positions'
  try {
    const { warning, loaded } = openPositions(path)
    if (warning !== undefined) return { check, status: 'warn', message: warning }
    const writable = checkWritable(check, path)
    return loaded.length === 0 || writable.status !== 'ok'
      ? writable
      : { ...writable, message: `${writable.message}, knows ${loaded.length} files` }
  } catch (error) {
    return { check, status: 'fail', message: (error as Error).message }
  }
}

/** The file, or the nearest folder above it that exists. Nothing is written to find out. */
export function checkWritable(check: string, path: string): Finding {
  const absolute = resolve(path)
  const stat = statOf(absolute)
  if (stat?.isDirectory()) return { check, status: 'fail', message: `${path} is a directory; name a file in it` }
  let place = stat === undefined ? dirname(absolute) : absolute
  while (statOf(place) === undefined && dirname(place) !== place) place = dirname(place)
  // The file is replaced as a whole, so its folder must be writable too.
  const fault =
    faultOf(place, constants.W_OK) ?? faultOf(stat === undefined ? place : dirname(absolute), constants.W_OK)
  const full = fault === undefined ? fullness(place) : undefined
  if (full !== undefined)
    return { check, status: 'fail', message: `${path} cannot be written: ${full}; make room, or change the path` }
  if (fault === undefined) return { check, status: 'ok', message: `${path} can be written` }
  return {
    check,
    status: 'fail',
    message: `${path} cannot be written: ${place} ${fault}; change its rights, or the path`,
  }
}

/** Positions of a few hundred files, twice: the old ones stay until the new are whole. */
const MIN_FREE_BYTES = 128 * 1024

function fullness(place: string): string | undefined {
  try {
    return fullnessOf(statfsSync(place))
  } catch {
    return undefined
  }
}

/** What is wrong with a file system that has so much room; undefined for nothing. Some count no inodes (files: 0). */
export function fullnessOf({ bavail, bsize, files, ffree }: Record<'bavail' | 'bsize' | 'files' | 'ffree', number>) {
  const free = bavail * bsize
  if (free < MIN_FREE_BYTES) return `the disk is full (${free.toLocaleString('en')} bytes left)`
  return files > 0 && ffree === 0 ? 'the disk has no room for another file (no inodes left)' : undefined
}

function faultOf(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode)
    if (mode === constants.W_OK && !statSync(path).isDirectory() && !statSync(path).isFile()) return 'is no file'
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return mode === constants.W_OK ? `may not be written (${code})` : explain(code)
  }
}
