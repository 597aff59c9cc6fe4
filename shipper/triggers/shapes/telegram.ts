/** Telegram's bots: https://core.telegram.org/bots/api#sendmessage */
import { formatInstant } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { type Shape, secondsOf, textOf } from './shape.ts'
import { cut, factsOf, plain, titleOf } from './text.ts'

/** Of the whole text, in UTF-16 units, which is how Telegram counts. */
const MAX_TEXT = 4096
const MAX_TITLE = 200

export const telegram: Shape = {
  kind: 'telegram',
  title: 'Telegram',
  schemes: HTTP_SCHEMES,
  needs: ['token', 'to'],
  takes: ['url', 'headers'],
  defaultUrl: 'https://api.telegram.org',
  isUrlSecret: false,
  forms: [
    { setting: 'token', pattern: /^[0-9]{1,20}:[A-Za-z0-9_-]{10,100}$/, what: "a bot's token, as in 123456:ABC-DEF…" },
    {
      setting: 'to',
      pattern: /^(?:-?[0-9]{1,20}|@[A-Za-z0-9_]{3,64})$/,
      what: "one chat: its number, or a public channel's @name",
      isSingle: true,
    },
  ],
  message: (event, { url, token, to }) => {
    const title = cut(titleOf(event), MAX_TITLE)
    const facts = factsOf(event).map(({ name, value }) => `${name}: ${value}`)
    const rest = [plain(event.message), '', ...facts, formatInstant(event.time)].join('\n').trim()
    const text = cut(`${title}\n${rest}`, MAX_TEXT)
    const offset = title.length + 1
    return {
      transport: 'http',
      url: `${url.replace(/\/+$/, '')}/bot${token}/sendMessage`,
      headers: {},
      body: JSON.stringify({
        chat_id: to[0],
        text,
        // No parse_mode; and as preformatted text nothing in it becomes a mention, a link or a command.
        entities: [
          { type: 'bold', offset: 0, length: title.length },
          { type: 'pre', offset, length: text.length - offset },
        ],
        link_preview_options: { is_disabled: true },
        disable_notification: event.severity === 'info',
      }),
    }
  },
  reason: (body) => textOf(body, 'description'),
  waitMs: (body) => secondsOf(body, 'parameters', 'retry_after'),
}
