/** The token that clients must say: the configured one, or one that is made once and kept over restarts. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { LongshipError } from '../errors.ts'
import { makeFolder } from '../terms/folder.ts'

export interface AdminToken {
  readonly token: string
  /** Where it is kept; undefined: it was configured. */
  readonly file: string | undefined
}

const TOKEN_BYTES = 32
/** 32 bytes in base64url. */
const TOKEN = /^[\w-]{43}$/

/** `folder`: scan.folder. Throws a LongshipError for a file that cannot be read or made, or that holds something else. */
export function adminToken(configured: string | undefined, folder: string): AdminToken {
  if (configured !== undefined) return { token: configured, file: undefined }
  const file = join(folder, 'admin-token')
  try {
    return { token: readToken(file) ?? makeToken(folder, file), file }
  } catch (error) {
    if (error instanceof LongshipError) throw error
    throw new LongshipError('file', `cannot keep the admin token in ${file}: ${(error as Error).message}`)
  }
}

/** undefined: there is none yet. */
function readToken(file: string): string | undefined {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined
  const token = readFileSync(file, 'utf8').trim()
  if (!TOKEN.test(token)) {
    const fix = 'delete it and a new one is made, or set admin.bearer_token'
    throw new LongshipError('file', `${file} holds no token that longship made: ${fix}`)
  }
  // Somebody may have copied it about.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  return token
}

/** Whole or not at all, and of two processes at once the first one's: a link to a name that is taken fails. */
function makeToken(folder: string, file: string): string {
  makeFolder(folder, 0o700)
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `${token}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  try {
    linkSync(draft, file)
    return token
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return readToken(file) ?? token
    // A file system without links.
    copyFileSync(draft, file, constants.COPYFILE_EXCL)
    chmodSync(file, 0o600)
    return token
  } finally {
    unlinkSync(draft)
  }
}
