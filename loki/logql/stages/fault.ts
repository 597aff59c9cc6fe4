/** What is wrong with a stage of a query: Loki says it as `stage '| json x="…"' : ` and the message. */

export class StageFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StageFault'
  }
}

/** Runs what may throw, and puts `where` in front of its message. */
export function stageFault<T>(where: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new StageFault(where + (error as Error).message)
  }
}
