/** Success or failure, by table: what success rates count. */
import { JsonNumber, type Value } from '../terms/json.ts'

export type Outcome = 'success' | 'failure'

/** Words for an outcome; the configurations of Promtail and Alloy are made of them too. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  success: 'success successful succeeded ok completed complete done passed pass healthy delivered accepted changed 0',
  failure:
    'failure failed fail error errored fatal unhealthy aborted rejected denied refused timeout timed_out crashed unreachable exception',
}

/** Ends of event names that tell how it went: node_failed, ansible_playbook_complete. */
export const EVENT_ENDS: Readonly<Record<Outcome, string>> = {
  failure: 'failed|failure|error',
  success: 'complete|completed|succeeded|success',
}

const WORDS: ReadonlyMap<string, Outcome> = new Map(
  Object.entries(OUTCOME_WORDS).flatMap(([outcome, words]) =>
    words.split(' ').map((word) => [word, outcome as Outcome] as const),
  ),
)
const EVENT_END = new RegExp(`(?:^|[_.\\- ])(?:(${EVENT_ENDS.failure})|(${EVENT_ENDS.success}))$`)

/** A word for an outcome (status, outcome, result). */
export function outcomeOfWord(value: Value): Outcome | undefined {
  if (typeof value === 'boolean') return value ? 'success' : 'failure'
  return typeof value === 'string' && value.length <= 16 ? WORDS.get(value.toLowerCase()) : undefined
}

/** A status: a word, or an HTTP status code (1xx to 3xx succeeded, 4xx and 5xx failed). */
export function outcomeOfStatus(status: string): Outcome | undefined {
  if (status.length === 3) {
    const first = status.charCodeAt(0)
    if (isDigit(first) && isDigit(status.charCodeAt(1)) && isDigit(status.charCodeAt(2))) {
      if (first >= 0x31 && first <= 0x33) return 'success'
      return first === 0x34 || first === 0x35 ? 'failure' : undefined
    }
  }
  return status === '0' ? undefined : outcomeOfWord(status)
}

/** Boolean `success`, also as text or 0/1. */
export function outcomeOfSuccess(value: Value): Outcome | undefined {
  if (value === true || value === 'true' || value === 1) return 'success'
  return value === false || value === 'false' || value === 0 ? 'failure' : undefined
}

/** Exit code: 0 is success, any other whole number failure. */
export function outcomeOfExitCode(value: Value): Outcome | undefined {
  const code =
    value instanceof JsonNumber ? Number.NaN : typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof code !== 'number' || !Number.isInteger(code)) return undefined
  return code === 0 ? 'success' : 'failure'
}

export function outcomeOfEvent(event: string): Outcome | undefined {
  const match = event.length <= 128 ? EVENT_END.exec(event) : null
  if (match === null) return undefined
  return match[1] === undefined ? 'success' : 'failure'
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
