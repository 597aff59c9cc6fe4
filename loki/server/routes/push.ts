/** The push endpoints: Loki's own, under its present and its legacy path, and OTLP's. */
import { receiveOtlp, receivePush } from '../receive.ts'
import { type Reply, type Route, textReply } from './route.ts'

const NO_CONTENT: Reply = { status: 204, type: '', body: '' }

export const push: Route = {
  methods: ['POST'],
  path: /^\/(?:loki\/api\/v1|api\/prom)\/push$/,
  name: 'push',
  needsTenant: true,
  stores: true,
  handle: async ({ request, tenant, store, settings }) => {
    const { status, message } = await receivePush(request, tenant, store, settings)
    return status === 204 ? NO_CONTENT : textReply(status, message)
  },
}

export const otlp: Route = {
  methods: ['POST'],
  path: /^\/otlp\/v1\/logs$/,
  name: 'otlp',
  needsTenant: true,
  stores: true,
  fail: otlpFailure,
  handle: async ({ request, tenant, store, settings, now }) => {
    const { status, message } = await receiveOtlp(request, tenant, store, settings, now())
    return status === 204 ? NO_CONTENT : otlpFailure(status, message)
  },
}

/** google.rpc.Status with the message as field 2; clients never retry 500, so Loki says 503. */
function otlpFailure(status: number, message: string): Reply {
  const bytes = Buffer.from(message)
  const length: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  const body = Buffer.concat([Buffer.from([0x12, ...length]), bytes])
  return { status: status === 500 ? 503 : status, type: 'application/octet-stream', body }
}
