/** One attempt to tell one event: message, way out, outcome. What it says holds no secret. */
import type { LogEvent } from '../../events/event.ts'
import { within } from '../../terms/within.ts'
import type { Entry } from '../roster.ts'
import { hidden, scrubbed } from '../secrets.ts'
import { type Checked, destinationOf } from '../settings.ts'
import { cut, oneLine } from '../shapes/text.ts'
import { deliverHttp, type HttpWay, headersOf } from './deliver-http.ts'
import { deliverMail } from './deliver-mail.ts'
import type { Outcome } from './outcome.ts'
import { SIGNATURE_HEADER } from './sign.ts'

const MAX_ERROR = 300

/** An entry that can send. */
export type Ready = Entry & { readonly checked: Checked }

/** Never rejects: what nobody thought of is a refusal as well. */
export async function attempt(entry: Ready, event: LogEvent, way: HttpWay, stop: AbortSignal): Promise<Outcome> {
  const { settings } = entry.checked
  const outcome = await tried(entry, event, way, stop).catch((error: NodeJS.ErrnoException): Outcome => {
    // Its code, not its text, which may quote what was to be sent.
    return { kind: 'refused', error: `cannot be sent (${error.code ?? error.name})` }
  })
  if (outcome.kind === 'delivered') return outcome
  return { ...outcome, error: cut(oneLine(scrubbed(outcome.error, settings)), MAX_ERROR) }
}

async function tried(entry: Ready, event: LogEvent, way: HttpWay, stop: AbortSignal): Promise<Outcome> {
  const { settings, shape, timeoutMs } = entry.checked
  const message = shape.message(event, destinationOf(entry.id, settings), way.now())
  return await within(timeoutMs, stop, (signal) =>
    message.transport === 'http'
      ? deliverHttp(message, settings, shape, deliveryId(entry, event), way, signal)
      : deliverMail(message, settings, way, signal),
  )
}

function deliveryId({ id }: Entry, { seq }: LogEvent): string {
  return `${encodeURIComponent(id.toWellFormed())}-${seq}`
}

/** A request as it would be sent, secrets hidden: it is made without them. */
export interface Preview {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function previewOf(entry: Ready, event: LogEvent, way: HttpWay): Preview {
  const settings = hidden(entry.checked.settings)
  const message = entry.checked.shape.message(event, destinationOf(entry.id, settings), way.now())
  const { url } = message
  if (message.transport === 'mail') {
    const { from, to, subject, text } = message
    return { method: 'SMTP', url, headers: { From: from, To: to.join(', '), Subject: subject }, body: text }
  }
  const headers = headersOf(message, settings, deliveryId(entry, event), way)
  if (settings.secret !== undefined) headers[SIGNATURE_HEADER] = `t=…,v1=${settings.secret}`
  return { method: 'POST', url, headers, body: message.body }
}
