/** Tailing, for a request that is no websocket or cannot become one: it says why. */
import { readTail, TAIL_PATH } from '../tail/tail.ts'
import { refuseUpgrade } from '../websocket.ts'
import { type Route, textReply } from './route.ts'

export const tail: Route = {
  methods: ['GET', 'POST'],
  path: TAIL_PATH,
  name: 'tail',
  needsTenant: true,
  handle: async ({ request, response, query, path, tenant, now }) => {
    await readTail(request, { path, query }, tenant, now())
    response.setHeader('Sec-WebSocket-Version', '13')
    const { status, message } = refuseUpgrade(request) ?? { status: 400, message: 'Bad Request' }
    return textReply(status, message)
  },
}
