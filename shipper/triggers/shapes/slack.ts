/** Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. */
import { formatInstant } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { bearer, type Shape } from './shape.ts'
import { cutEscaped, factsOf, oneLine, plain, titleOf } from './text.ts'

/** Slack cuts at 40,000 and asks for less than 4,000; what it cuts could be the half of an escape. */
const MAX_TEXT = 3500
const MAX_FIELD = 500
const COLORS = { info: '#439fe0', warn: '#daa038', error: '#d00000', critical: '#7b001c' } as const

export const slack: Shape = {
  kind: 'slack',
  title: 'Slack',
  schemes: HTTP_SCHEMES,
  needs: ['url'],
  takes: ['secret', 'token', 'headers'],
  isUrlSecret: true,
  message: (event, { url, token }) => ({
    transport: 'http',
    url,
    headers: bearer(token),
    body: JSON.stringify({
      text: safe(titleOf(event), MAX_FIELD),
      // No formatting, no names made into mentions, no previews of what a line links to.
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
      attachments: [
        {
          color: COLORS[event.severity],
          fallback: safe(oneLine(event.message), MAX_FIELD),
          text: safe(plain(event.message), MAX_TEXT),
          mrkdwn_in: [],
          fields: factsOf(event).map(({ name, value }) => ({
            title: safe(name, MAX_FIELD),
            value: safe(value, MAX_FIELD),
            short: value.length < 40,
          })),
          footer: `Longship ${formatInstant(event.time)}`,
        },
      ],
    }),
  }),
  // Words such as invalid_payload or channel_is_archived.
  reason: (body) => /^[a-z_]{1,100}$/.exec(body.trim())?.[0],
}

/** <!channel>, <@user> and <url|text> are Slack's own marks; as entities they are text. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

function safe(text: string, max: number): string {
  return cutEscaped(text, max, (char) => ENTITIES.get(char) ?? char)
}
