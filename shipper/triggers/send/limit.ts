/** So many at once, and so many to one server: one that hangs must not take every place. The others wait in line. */

/** `server`: an origin. */
export type Limit = <T>(server: string, work: () => Promise<T>) => Promise<T>

interface Waiting {
  readonly server: string
  readonly start: () => void
}

export function createLimit(max: number, maxOfServer: number): Limit {
  let running = 0
  /** Servers with something under way. */
  const counts = new Map<string, number>()
  const line: Waiting[] = []
  const hasPlace = (server: string) => running < max && (counts.get(server) ?? 0) < maxOfServer
  const take = (server: string) => {
    running++
    counts.set(server, (counts.get(server) ?? 0) + 1)
  }
  const leave = (server: string) => {
    running--
    const left = counts.get(server)! - 1
    if (left === 0) counts.delete(server)
    else counts.set(server, left)
    // Taken for whoever is next before anybody else can ask.
    const next = line.findIndex((waiting) => hasPlace(waiting.server))
    if (next < 0) return
    const [waiting] = line.splice(next, 1)
    take(waiting!.server)
    waiting!.start()
  }
  return async (server, work) => {
    if (hasPlace(server)) take(server)
    else await new Promise<void>((start) => line.push({ server, start }))
    try {
      return await work()
    } finally {
      leave(server)
    }
  }
}
