/** The dashboards that the page can draw: every classic Grafana JSON file in a folder, read again on each question. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Board {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** The file's text. */
  readonly json: string
}

/** The largest that people export are a few megabytes, and all are read on each question. */
const MAX_BYTES = 16 * 1024 * 1024
/** Grafana's own rule. Others have no address here. */
const UID = /^[\w-]{1,40}$/

/** The overview first, then by title; files that are no dashboards are left out. An absent folder has none. */
export function readBoards(folder: string): Board[] {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
  const boards = names.flatMap((name) => readBoard(join(folder, name)) ?? [])
  const rank = ({ uid, title }: Board) => `${/\boverview$/.test(uid) ? 0 : 1} ${title}`
  return boards.sort((a, b) => rank(a).localeCompare(rank(b), 'en'))
}

function readBoard(file: string): Board | undefined {
  try {
    const stat = statSync(file)
    // A pipe would be waited for.
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined
    const json = readFileSync(file, 'utf8')
    const { uid: own, title, description, tags, panels } = JSON.parse(json) as Record<string, unknown>
    // What is exported for others has no uid.
    const uid = own ?? basename(file, '.json')
    if (typeof uid !== 'string' || !UID.test(uid)) return undefined
    if (typeof title !== 'string' || !Array.isArray(panels)) return undefined
    const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
    return { uid, title, description: typeof description === 'string' ? description : '', tags: words, json }
  } catch {
    return undefined
  }
}
