/** Makes origins: what bytes come from, unique in this process. */
import { originName } from './name.ts'
import type { Origin } from './source.ts'

let lastId = 0

export function newOrigin(path: string): Origin {
  lastId++
  return { id: lastId, path, name: originName(path) }
}
