/** What a daemon of this machine or cluster answers, bounded. */
import type { IncomingMessage } from 'node:http'

/** A list of thousands of containers, or of all pods whatever the limit says, has megabytes. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** Rejects when there is more than 32 MiB, or it breaks off. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
