/** Makes origins: what bytes come from, unique in this process. */
import { basename } from 'node:path'
import type { Origin } from './source.ts'

let lastId = 0

export function newOrigin(path: string, generation?: string): Origin {
  lastId++
  return { id: lastId, path, name: originName(path), generation }
}

/** logrotate's and our guesses' ways to rename: .1, .2025-12-26, -20251226, .log.3. */
const COMPRESSION = /\.(?:gz|bz2|xz|zst|lz4|Z|zip)$/
const ROTATION =
  /(?:\.\d{1,4}|[._-]\d{4}-?\d\d-?\d\d(?:[-_T.]?\d{2,6}|[-_T]\d\d-\d\d(?:-\d\d)?)?|[.-]\d{10}|\.(?:old|bak|prev))$/
const EXTENSION = /\.(?:log|logs|txt|out|err|json|jsonl|ndjson)$/

/** /var/log/shop/api.log.2.gz → api: without directories, compression, rotation and the extension that all logs have. */
export function originName(path: string): string {
  const file = basename(path)
  const rotated = file.replace(COMPRESSION, '').replace(ROTATION, '')
  // app-2025-12-26.log carries its date before the extension.
  const name = rotated.replace(EXTENSION, '').replace(/[._-]\d{4}-?\d\d-?\d\d(?:[-_T.]?\d{2,6})?$/, '')
  return name || rotated || file
}
