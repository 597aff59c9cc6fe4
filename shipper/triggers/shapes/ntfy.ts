/** ntfy, publishing as JSON: https://docs.ntfy.sh/publish/#publish-as-json */
import { formatInstant } from '../../terms/instant.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { bearer, type Shape, textOf } from './shape.ts'
import { cut, cutBytes, factsOf, plain, titleOf } from './text.ts'

/** What is longer becomes an attached file. In bytes. */
const MAX_MESSAGE = 4096
const MAX_TITLE = 200
/** 5 is the loudest. */
const PRIORITY = { info: 2, warn: 3, error: 4, critical: 5 } as const
/** Names of emoji that stand before the title. */
const TAGS = { info: 'information_source', warn: 'warning', error: 'rotating_light', critical: 'skull' } as const

export const ntfy: Shape = {
  kind: 'ntfy',
  title: 'ntfy',
  schemes: HTTP_SCHEMES,
  needs: ['to'],
  takes: ['url', 'secret', 'token', 'headers'],
  defaultUrl: 'https://ntfy.sh',
  isUrlSecret: false,
  forms: [
    { setting: 'to', pattern: /^[-_A-Za-z0-9]{1,64}$/, what: 'one topic: letters, digits, - and _', isSingle: true },
  ],
  message: (event, { url, token, to }) => {
    const facts = factsOf(event).map(({ name, value }) => `${name}: ${value}`)
    const text = [plain(event.message), '', ...facts, formatInstant(event.time)].join('\n').trim()
    return {
      transport: 'http',
      url,
      headers: bearer(token),
      // In the body, never in headers, as ntfy also has them: a line could bring its own.
      body: JSON.stringify({
        topic: to[0],
        title: cut(titleOf(event), MAX_TITLE),
        message: cutBytes(text, MAX_MESSAGE),
        priority: PRIORITY[event.severity],
        tags: [TAGS[event.severity]],
        markdown: false,
      }),
    }
  },
  reason: (body) => textOf(body, 'error'),
}
