/** E-mail as plain text, over a mail server (RFC 5321, RFC 6409). */
import { formatInstant } from '../../terms/instant.ts'
import { MAIL_SCHEMES } from '../guard/target.ts'
import type { Shape } from './shape.ts'
import { cut, factsOf, oneLine, plain, titleOf } from './text.ts'

const MAX_SUBJECT = 150
const MAX_TEXT = 64 * 1024
const ADDRESS = '[^\\s<>()\\[\\]\\\\,;:"@\\u0000-\\u001f]{1,64}@[^\\s<>()\\[\\]\\\\,;:"@\\u0000-\\u001f]{1,253}'

export const email: Shape = {
  kind: 'email',
  title: 'E-mail',
  schemes: MAIL_SCHEMES,
  needs: ['url', 'from', 'to'],
  takes: ['username', 'password'],
  isUrlSecret: false,
  forms: [
    {
      setting: 'from',
      pattern: new RegExp(`^(?:${ADDRESS}|[^<>"\\\\,;:@\\u0000-\\u001f]{1,100} <${ADDRESS}>)$`),
      what: 'one address: a@example.org, or Name <a@example.org>',
    },
    { setting: 'to', pattern: new RegExp(`^${ADDRESS}$`), what: 'addresses: a@example.org' },
  ],
  message: (event, { url, name, from, to }) => {
    const facts = factsOf(event).map((fact) => `${fact.name}: ${fact.value}`)
    const lines = [
      plain(event.message),
      '',
      ...facts,
      `time: ${formatInstant(event.time)}`,
      '',
      `-- `,
      `Longship, trigger ${oneLine(name)}`,
    ]
    return {
      transport: 'mail',
      url,
      from: from ?? '',
      to,
      subject: cut(`${titleOf(event)}: ${oneLine(event.message)}`, MAX_SUBJECT),
      text: cut(lines.join('\n'), MAX_TEXT),
    }
  },
}
