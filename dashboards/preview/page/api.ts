/** What the page's own server knows: the list of dashboards, their JSON, which Loki answers. */

export interface BoardEntry {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(`/preview/api/${path}`)
  if (!response.ok) throw new Error(response.status === 404 ? 'not found' : `the server answered ${response.status}`)
  return (await response.json()) as T
}

export function listBoards(): Promise<BoardEntry[]> {
  return getJson<BoardEntry[]>('dashboards')
}

export interface About {
  /** The Loki that answers, for people; null: the embedded one. */
  readonly loki: string | null
  /** Dashboards, Explore and Trace have somebody to ask. */
  readonly boards: boolean
  /** Rules, triggers and events are there. */
  readonly scan: boolean
}

let asked: Promise<About> | undefined

/** Asked for once: it does not change while the page is open. A server that cannot be asked has dashboards at most. */
export function getAbout(): Promise<About> {
  asked ??= getJson<Partial<About>>('about').then(
    (about) => ({ loki: null, boards: true, scan: false, ...about }),
    () => {
      asked = undefined
      return { loki: null, boards: true, scan: false }
    },
  )
  return asked
}
