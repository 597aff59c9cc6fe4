/** A dead letter, as the API tells it. */
import type { EventJson } from './shapes.ts'

export interface DeadLetter {
  readonly id: string
  readonly trigger_name: string
  /** RFC 3339. */
  readonly failed_at: string
  readonly attempts: number
  readonly error: string
  readonly event: Pick<EventJson, 'message' | 'severity'>
}

/** When it was given up, and after how much. */
export function letterFacts({ failed_at, attempts }: DeadLetter): string {
  return `${failed_at.slice(0, 19).replace('T', ' ')} UTC, after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
}
