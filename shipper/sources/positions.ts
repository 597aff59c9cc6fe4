/**
 * How far each file is delivered, kept over restarts. One JSON file, written whole: temporary file, fsync, rename, fsync
 * of the directory; the generation before stays as <file>.bak. A torn or foreign file is told by its checksum.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, link, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LongshipError } from '../errors.ts'
import { makeFolder } from '../terms/folder.ts'
import { syncDirectory, writeSynced } from '../terms/synced.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { Carried } from './source.ts'

export const POSITIONS_VERSION = 1

export interface Position {
  /** Absolute: what showed this file, also when rotation has renamed it since. */
  readonly path: string
  readonly dev: number
  readonly inode: number
  /** Creation time in ms: a freed inode is soon given to another file. */
  readonly born?: number
  readonly fingerprint: Fingerprint
  /** See Origin; of the generation that stood on this inode before, with a number behind. */
  readonly generation?: string | undefined
  /** Everything before it is acknowledged by Loki. */
  readonly offset: number
  readonly carried?: Carried
}

export interface PositionsFile {
  /** What was kept at the start. */
  readonly loaded: readonly Position[]
  /** False when Longship ran here before: files that are unknown now were made since, and are read from their first byte. */
  readonly isFirstRun: boolean
  /** Said once at the start when the file had to be given up or its .bak taken. */
  readonly warning: string | undefined
  /** Writes all of them. Rejects with a LongshipError (code positions) when it cannot; the file before stays whole. */
  save(positions: readonly Position[]): Promise<void>
}

/** Throws (code positions) for a file of a newer version: starting over would send everything again. */
export function openPositions(path: string): PositionsFile {
  const isFirstRun = !existsSync(path) && !existsSync(`${path}.bak`)
  const { positions, warning } = isFirstRun ? { positions: [], warning: undefined } : load(path)
  return { loaded: positions, isFirstRun, warning, save: (list) => save(path, list) }
}

function load(path: string): { positions: readonly Position[]; warning: string | undefined } {
  const backup = `${path}.bak`
  const main = read(path)
  if (typeof main !== 'string') return { positions: main, warning: undefined }
  const older = read(backup)
  if (typeof older !== 'string') {
    return { positions: older, warning: `positions ${path} ${main}; taking ${backup}: some lines may be sent again` }
  }
  const warning = `positions ${path} ${main}, and ${backup} ${older}: starting without positions, files are read as new ones`
  return { positions: [], warning }
}

/** The positions, or what is wrong with the file. */
function read(path: string): readonly Position[] | string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code})`
  }
  let value: { version?: unknown; checksum?: unknown; files?: unknown } | null
  try {
    value = JSON.parse(text)
  } catch {
    return 'is torn or no positions file'
  }
  if (typeof value !== 'object' || value === null || typeof value.version !== 'number') return 'is no positions file'
  if (value.version > POSITIONS_VERSION) {
    const advice = 'run that version, or give another file with --positions'
    throw new LongshipError(
      'positions',
      `positions ${path} are of version ${value.version}, written by a newer Longship (this one knows ${POSITIONS_VERSION}): ${advice}`,
    )
  }
  if (!Array.isArray(value.files) || value.checksum !== checksum(value.files)) return 'fails its checksum'
  return value.files.every(isPosition) ? value.files : 'holds entries that are no positions'
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false
  const { path, dev, inode, offset, fingerprint } = value as Record<string, unknown>
  const numbers = [dev, inode, offset].every((number) => Number.isSafeInteger(number) && (number as number) >= 0)
  const { length, hash } = (fingerprint ?? {}) as Record<string, unknown>
  return typeof path === 'string' && numbers && Number.isSafeInteger(length) && typeof hash === 'string'
}

function checksum(files: unknown): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex')
}

async function save(path: string, files: readonly Position[]): Promise<void> {
  const temporary = `${path}.tmp`
  const text = `${JSON.stringify({ version: POSITIONS_VERSION, checksum: checksum(files), files })}\n`
  try {
    makeFolder(dirname(path))
    await writeSynced(temporary, text)
    await keepBackup(path)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOSPC' ? 'the disk is full' : (code ?? message)
    const effect = 'shipping goes on, but after a restart lines since the last good save are sent again'
    throw new LongshipError('positions', `positions cannot be written to ${path}: ${why}; ${effect}`, { cause: error })
  }
}

/** The backup appears whole: a link where the file system has them, else a copy. */
async function keepBackup(path: string): Promise<void> {
  if (!existsSync(path)) return
  const fresh = `${path}.bak.tmp`
  await rm(fresh, { force: true })
  await link(path, fresh).catch(() => copyFile(path, fresh))
  await rename(fresh, `${path}.bak`)
}
