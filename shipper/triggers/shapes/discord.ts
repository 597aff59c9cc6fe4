/** Discord's webhooks: https://discord.com/developers/docs/resources/webhook#execute-webhook */
import { toMillis } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { bearer, type Shape, secondsOf, textOf } from './shape.ts'
import { cut, cutEscaped, factsOf, plain, titleOf } from './text.ts'

/** An embed takes 6000 in all: title 256, description 4096, 25 fields of 256 and 1024. This is 100 + 2000 + 12 × 300. */
const MAX_TITLE = 100
const MAX_MESSAGE = 2000
const MAX_FIELDS = 12
const MAX_NAME = 60
const MAX_VALUE = 240
const COLORS = { info: 0x439fe0, warn: 0xdaa038, error: 0xd00000, critical: 0x7b001c } as const

export const discord: Shape = {
  kind: 'discord',
  title: 'Discord',
  schemes: HTTP_SCHEMES,
  needs: ['url'],
  takes: ['secret', 'token', 'headers'],
  isUrlSecret: true,
  message: (event, { url, token }) => ({
    transport: 'http',
    url,
    headers: bearer(token),
    body: JSON.stringify({
      // Nobody is called, whatever a line says: no @everyone, no roles, no users.
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: safe(titleOf(event), MAX_TITLE),
          description: block(event.message),
          color: COLORS[event.severity],
          fields: factsOf(event)
            .slice(0, MAX_FIELDS)
            .map(({ name, value }) => ({
              name: safe(name, MAX_NAME),
              value: safe(value, MAX_VALUE),
              inline: value.length < 40,
            })),
          timestamp: new Date(toMillis(event.time)).toISOString(),
          footer: { text: 'Longship' },
        },
      ],
    }),
  }),
  reason: (body) => textOf(body, 'message'),
  waitMs: (body) => secondsOf(body, 'retry_after'),
}

/** A code block, in which nothing is formatted; a second mark would end it. */
function block(message: string): string {
  const fence = '```'
  const text = plain(message).replaceAll('`', 'ˋ')
  return `${fence}\n${cut(text === '' ? ' ' : text, MAX_MESSAGE - 2 * fence.length - 2)}\n${fence}`
}

/** No formatting, links ([text](address)), mentions, nor names of custom emoji. */
function safe(text: string, max: number): string {
  return cutEscaped(text, max, (char) => (/[\\`*_~|>#[\]()<:@-]/.test(char) ? `\\${char}` : char))
}
