/**
 * What a path is, or undefined for what cannot be looked at: nothing there, a link that leads back to itself, a folder that
 * is closed. Node's `throwIfNoEntry: false` covers the first alone; the others throw, where whoever may write to a folder of
 * logs could end the shipper with a link.
 */
import { type Stats, statSync } from 'node:fs'

export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
