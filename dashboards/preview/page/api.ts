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
