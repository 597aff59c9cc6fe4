/** So many at once, the others wait in line. */

export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function createLimit(max: number): Limit {
  let running = 0
  const line: (() => void)[] = []
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => line.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // Whoever is next takes this place over, so that nobody slips in between.
      const next = line.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
