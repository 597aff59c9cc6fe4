/** How far Loki has acknowledged the spool, kept over restarts. Without it everything that is there is sent again. */
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Carried } from '../sources/source.ts'
import type { Disk } from './disk.ts'

export interface Acknowledged {
  readonly offset: number
  readonly carried: Carried | undefined
}

const NAME = 'acknowledged'

/** Undefined when there is none that can be read: a number that is damaged would pass over what nobody has. */
export function readAcknowledged(disk: Pick<Disk, 'readText'>, folder: string): Acknowledged | undefined {
  try {
    const written = disk.readText(join(folder, NAME)).trimEnd()
    const text = written.slice(written.indexOf(' ') + 1)
    if (written !== sealed(text)) return undefined
    const { offset, carried } = JSON.parse(text) as Acknowledged
    if (!Number.isSafeInteger(offset) || offset < 0) return undefined
    return { offset, carried: typeof carried === 'object' && carried !== null ? carried : undefined }
  } catch {
    return undefined
  }
}

export function writeAcknowledged(
  disk: Pick<Disk, 'replace'>,
  folder: string,
  { offset, carried }: Acknowledged,
): Promise<void> {
  return disk.replace(join(folder, NAME), `${sealed(JSON.stringify({ offset, carried }))}\n`)
}

/** With its CRC-32 before it. */
function sealed(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}`
}
