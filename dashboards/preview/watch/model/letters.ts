/** A dead letter, as the API tells it. */
import type { EventJson } from './shapes.ts'

export interface DeadLetter {
  readonly id: string
  readonly trigger_id?: string
  readonly trigger_name?: string
  readonly time?: string
  readonly attempts?: number
  readonly status?: number
  readonly error?: string
  readonly event?: EventJson
}

export interface LetterFacts {
  readonly title: string
  readonly time: string
  readonly error: string
  readonly message: string
}

export function letterFacts({ trigger_name, trigger_id, time, attempts, error, event }: DeadLetter): LetterFacts {
  const tries = attempts === undefined ? '' : `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
  return {
    title: trigger_name ?? trigger_id ?? 'a trigger that is gone',
    time: [time ?? '', tries].filter((each) => each !== '').join(' · '),
    error: error ?? '',
    message: event?.message ?? '',
  }
}
