/** How far Loki has acknowledged the spool, kept over restarts. Without it everything that is there is sent again. */
import { join } from 'node:path'
import type { Carried } from '../sources/source.ts'
import type { Disk } from './disk.ts'

export interface Acknowledged {
  readonly offset: number
  readonly carried: Carried | undefined
}

const NAME = 'acknowledged.json'

/** Undefined when there is none that can be read. */
export function readAcknowledged(disk: Pick<Disk, 'readText'>, folder: string): Acknowledged | undefined {
  try {
    const { offset, carried } = JSON.parse(disk.readText(join(folder, NAME))) as Acknowledged
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
  return disk.replace(join(folder, NAME), `${JSON.stringify({ offset, carried })}\n`)
}
