/** The event as JSON, for programs: docs/triggers.md has its shape, and how its signature is checked. */

import { eventJson } from '../../events/json.ts'
import { HTTP_SCHEMES } from '../guard/target.ts'
import { bearer, type Shape } from './shape.ts'

export const webhook: Shape = {
  kind: 'webhook',
  title: 'Webhook',
  schemes: HTTP_SCHEMES,
  needs: ['url'],
  takes: ['secret', 'token', 'headers'],
  isUrlSecret: true,
  message: (event, { id, name, url, token }) => ({
    transport: 'http',
    url,
    headers: bearer(token),
    body: JSON.stringify({ version: 1, trigger: { id, name }, event: eventJson(event) }, wellFormed),
  }),
}

/** Half a surrogate pair is valid as JSON's \ud800, but many readers refuse the whole for it. */
function wellFormed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}
