/** test/triggers/shapes/<kind>.txt: `=== name`, what comes in as JSON, `---`, what is sent as JSON; lines with # are comments. */
import { readFileSync } from 'node:fs'
import type { LogEvent } from '../../../shipper/events/event.ts'
import { destinationOf, readSettings } from '../../../shipper/triggers/settings.ts'
import type { HttpMessage, MailMessage } from '../../../shipper/triggers/shapes/shape.ts'
import { event, value } from '../world.ts'

export interface Sample {
  readonly name: string
  readonly settings: Record<string, unknown>
  readonly event: Record<string, unknown>
  readonly sent: unknown
}

export function readSamples(kind: string): Sample[] {
  return readFileSync(`test/triggers/shapes/${kind}.txt`, 'utf8')
    .replace(/^#.*\n/gm, '')
    .split(/^=== /m)
    .slice(1)
    .map((text) => {
      const [, name, given, sent] = /^(.*)\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) as unknown as [
        string,
        string,
        string,
        string,
      ]
      return { name, ...JSON.parse(given), sent: JSON.parse(sent) }
    })
}

/** When everything is sent: 2023-11-14T22:13:30Z. */
export const NOW_MS = 1_700_000_010_000

export function messageOf(kind: string, settings: Record<string, unknown>, of: LogEvent): HttpMessage | MailMessage {
  const { shape, settings: whole } = value(
    readSettings({ name: 'Ops', kind, ...settings }, { isAll: false, networks: [] }),
  )
  return shape.message(of, destinationOf('trigger_1', whole), NOW_MS)
}

/** As samples have it: the body as JSON. */
export function sentOf(message: HttpMessage | MailMessage): unknown {
  if (message.transport === 'mail') return message
  const { url, headers, body } = message
  return { url, headers, body: JSON.parse(body) }
}

export function eventOf(given: Record<string, unknown>): LogEvent {
  return event(7, given as Partial<LogEvent>)
}
