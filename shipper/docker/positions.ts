/** How far each container's log is delivered, kept over restarts in a file beside the positions of files. */
import { dirname } from 'node:path'
import type { Disk } from '../spool/disk.ts'
import type { KeptPlace } from './place.ts'

const VERSION = 1

/** By container id; empty when there is none, or none that can be read: then everything Docker has comes again. */
export function readPlaces(disk: Disk, path: string): { places: Map<string, KeptPlace>; warning: string | undefined } {
  let text: string
  try {
    text = disk.readText(path)
  } catch {
    return { places: new Map(), warning: undefined }
  }
  try {
    const { version, containers } = JSON.parse(text) as { version: number; containers: Record<string, KeptPlace> }
    if (version !== VERSION) throw new Error('another version')
    const places = Object.entries(containers).filter(([, place]) => isPlace(place))
    return { places: new Map(places), warning: undefined }
  } catch {
    return { places: new Map(), warning: `${path} cannot be read: what Docker still has is sent again` }
  }
}

function isPlace(place: unknown): boolean {
  const recent = (place as { recent?: unknown } | null)?.recent
  return Array.isArray(recent) && recent.every((key) => typeof key === 'string')
}

export function writePlaces(disk: Disk, path: string, places: ReadonlyMap<string, KeptPlace>): Promise<void> {
  disk.makeFolder(dirname(path))
  return disk.replace(path, `${JSON.stringify({ version: VERSION, containers: Object.fromEntries(places) })}\n`)
}
