/** Lost updates: what is read carries a tag of its content, and a change may ask that it still is that (RFC 9110 §13.1.1). */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ProblemError } from './problem.ts'

export const IF_MATCH = {
  'If-Match': {
    description: 'ETag of what was read: 412 when it was changed since.',
    schema: { type: 'string' },
  },
} as const

export function tagOf(view: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 22)}"`
}

/** Throws a ProblemError when `view` is not what If-Match names. Without the header anything goes. */
export function demandMatch({ headers }: IncomingMessage, view: unknown): void {
  const wanted = headers['if-match']
  if (wanted === undefined || view === undefined) return
  const tags = wanted.split(',').map((tag) => tag.trim())
  if (tags.includes('*') || tags.includes(tagOf(view))) return
  throw new ProblemError('changed', 'It is not what If-Match names any more: read it again, and send the change anew.')
}
