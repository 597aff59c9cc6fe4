/** The dashboards that the page can draw: every classic Grafana JSON file in a folder, read again on each question. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Board {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** The file's text. */
  readonly json: string
}

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
    const json = readFileSync(file, 'utf8')
    const { uid, title, description, tags, panels } = JSON.parse(json) as Record<string, unknown>
    if (typeof uid !== 'string' || typeof title !== 'string' || !Array.isArray(panels)) return undefined
    const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
    return { uid, title, description: typeof description === 'string' ? description : '', tags: words, json }
  } catch {
    return undefined
  }
}
