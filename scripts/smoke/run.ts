/** Checks one after the other; each may be true only after a while. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Check {
  readonly name: string
  /** What was found; throws what is wrong. */
  readonly look: () => Promise<string>
  /** How long it may take to become true. */
  readonly withinMs: number
}

export interface Result {
  readonly name: string
  readonly found: string
  readonly problem?: string
}

const AGAIN_MS = 500

export async function run(checks: readonly Check[]): Promise<Result[]> {
  const results: Result[] = []
  for (const check of checks) results.push(await settle(check))
  return results
}

async function settle({ name, look, withinMs }: Check): Promise<Result> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return { name, found: await look() }
    } catch (error) {
      if (Date.now() >= deadline) return { name, found: '', problem: (error as Error).message }
      await sleep(AGAIN_MS)
    }
  }
}

/** Throws for an answer that is no 2xx, with its beginning. */
export async function getJson<Answer>(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`)
  return JSON.parse(text) as Answer
}

export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
