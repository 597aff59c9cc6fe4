/** Dead letters as the API has them: listed, retried, removed. */
import type { LogEvent } from '../events/event.ts'
import { type EventJson, eventJson } from '../events/json.ts'
import { type Answer, done, refused } from '../terms/answer.ts'
import type { DeadLetter, DeadLetters } from './dead-letters.ts'
import { missing, type Roster } from './roster.ts'
import type { Ready } from './send/attempt.ts'
import type { Outcome } from './send/outcome.ts'
import { resultOf } from './send/trial.ts'

export interface DeadLetterView extends Omit<DeadLetter, 'event'> {
  /** As a webhook has it. */
  readonly event: EventJson
}

export interface Letters {
  /** The newest first. */
  deadLetters(): DeadLetterView[]
  /** One attempt; the letter goes when it succeeds. */
  retryDeadLetter(id: string): Promise<Answer<{ delivered: boolean; status?: number; error?: string }>>
  removeDeadLetter(id: string): Answer<{ deleted: string[] }>
}

export function lettersOf(
  letters: DeadLetters,
  roster: Roster,
  send: (ready: Ready, event: LogEvent) => Promise<Outcome>,
): Letters {
  const unknown = (id: string) =>
    refused('missing', { path: '', message: `There is no dead letter ${JSON.stringify(id.slice(0, 128))}.` })
  return {
    deadLetters: () => letters.list().map((letter) => ({ ...letter, event: eventJson(letter.event) })),
    async retryDeadLetter(id) {
      const letter = letters.get(id)
      if (letter === undefined) return unknown(id)
      const entry = roster.get(letter.trigger)
      if (entry === undefined) return missing(letter.trigger)
      if (entry.checked === undefined) return refused('conflict', { path: '', message: entry.view.error ?? '' })
      const outcome = await send(entry as Ready, letter.event)
      if (outcome.kind === 'delivered') letters.remove(id)
      else if (letters.get(id) !== undefined)
        letters.update({ ...letter, attempts: letter.attempts + 1, error: outcome.error })
      return done(resultOf(outcome))
    },
    removeDeadLetter: (id) => (letters.remove(id) ? done({ deleted: [id] }) : unknown(id)),
  }
}
