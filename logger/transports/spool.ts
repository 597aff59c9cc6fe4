/**
 * Lines that could not be delivered before the process ended, as files of JSON lines that the next start ships. Written
 * synchronously, since an exit handler has no other way; owner-only, bounded.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../../shipper/terms/folder.ts'

export interface SpoolOptions {
  readonly dir: string
  readonly service: string
  /** Of one process' file; lines beyond are lost, and counted. */
  readonly maxBytes: number
}

export interface Spool {
  /** How many of the lines are on disk. Throws nothing. */
  write(lines: readonly string[]): number
  /** Files of processes that are gone, now ours; each once. */
  adopt(): string[]
  /** What this process has spooled, to be shipped while it lives: at most one file. */
  reclaim(): string[]
}

/** Names of this process' spools: their files are nobody else's yet. */
const living = new Set<string>()

/** A file that nobody has written to for so long is nobody's, also when its process ran on another machine. */
const ABANDONED_MS = 10 * 60_000

export function createSpool({ dir, service, maxBytes }: SpoolOptions): Spool {
  const host = clean(hostname())
  const own = `${clean(service)}-${host}-${process.pid}-${Date.now().toString(36)}_${living.size}`
  living.add(own)
  const path = join(dir, `${own}.jsonl`)
  let adopted = 0
  const take = (from: string): string[] => {
    const target = join(dir, `${own}-${adopted++}.jsonl`)
    try {
      renameSync(from, target)
      return [target]
    } catch {
      return []
    }
  }
  return {
    write(lines) {
      try {
        makeFolder(dir, 0o700)
        return append(path, lines, maxBytes)
      } catch {
        return 0
      }
    },
    adopt: () =>
      // Renamed to a name of ours, so that of two processes that start only one ships it, and a crash leaves it to the next.
      listed(dir)
        .filter((name) => name.startsWith(`${clean(service)}-`) && ![...living].some((life) => name.startsWith(life)))
        .filter((name) => isAbandoned(dir, name, host))
        .flatMap((name) => take(join(dir, name))),
    reclaim: () => take(path),
  }
}

/** Blocks of lines, so that a file of any size takes little memory. Ends early for a file that cannot be read. */
export async function* spooledLines(path: string, count: number): AsyncGenerator<string[]> {
  let lines: string[] = []
  const file = await open(path)
  try {
    for await (const line of file.readLines()) {
      if (line !== '') lines.push(line)
      if (lines.length < count) continue
      yield lines
      lines = []
    }
  } finally {
    await file.close()
  }
  if (lines.length > 0) yield lines
}

export function removeSpool(path: string): void {
  rmSync(path, { force: true })
}

function append(path: string, lines: readonly string[], maxBytes: number): number {
  const fd = openSync(path, 'a', 0o600)
  try {
    let size = fstatSync(fd).size
    let written = 0
    for (let at = 0; at < lines.length; at += BLOCK) {
      const block = lines.slice(at, at + BLOCK)
      const bytes = Buffer.from(`${block.join('\n')}\n`)
      if (size + bytes.length > maxBytes || !writeWhole(fd, bytes, size)) break
      size += bytes.length
      written += block.length
    }
    return written
  } finally {
    closeSync(fd)
  }
}

/** A full disk takes a part: what is torn is taken back, so that the next line does not stand behind it. */
function writeWhole(fd: number, bytes: Buffer, size: number): boolean {
  try {
    for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from)
    return true
  } catch {
    ftruncateSync(fd, size)
    return false
  }
}

const BLOCK = 256

function listed(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.jsonl'))
  } catch {
    return []
  }
}

/** service-host-pid-start[-n].jsonl */
function isAbandoned(dir: string, name: string, host: string): boolean {
  const match = /-([\w.]+)-(\d{1,10})-\w+(?:-\d+)?\.jsonl$/.exec(name)
  if (match === null) return false
  // The same pid under another start is an earlier life of ours: containers always have pid 1.
  if (match[1] === host) return Number(match[2]) === process.pid || !isAlive(Number(match[2]))
  try {
    return Date.now() - statSync(join(dir, name)).mtimeMs > ABANDONED_MS
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Part of a file's name: no dash, no separator. */
function clean(text: string): string {
  return text.replace(/[^\w.]/g, '_').slice(0, 60)
}
