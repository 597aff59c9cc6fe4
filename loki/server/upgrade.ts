/** Requests that want another protocol: a tail becomes a websocket, all others are answered as if they had not asked. */
import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { readTarget } from './form.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'
import type { TailAsked, TailHub } from './tail/hub.ts'
import { readTail, TAIL_PATH } from './tail/tail.ts'
import { readTenantId } from './tenantid.ts'
import { acceptUpgrade, CLOSE, refuseUpgrade } from './websocket.ts'

export interface UpgradeOptions {
  readonly store: Store
  readonly settings: Settings
  readonly now: () => number
  readonly hub: TailHub
  /** Answers what is not upgraded. */
  readonly handle: RequestListener
}

export function createUpgrades(options: UpgradeOptions) {
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy())
    const asked = await readAsked(request, options).catch(() => undefined)
    if (asked === undefined || refuseUpgrade(request) !== undefined) return answer(request, socket, options.handle)
    const websocket = acceptUpgrade(request, socket, head)
    if ('refusal' in asked) websocket.close(CLOSE.internal, asked.refusal)
    else await options.hub.open(asked, websocket)
  }
}

type Asked = TailAsked | { readonly refusal: string }

/** Undefined for what is no tail, or a wrong one: its route says what is wrong. */
async function readAsked(request: IncomingMessage, options: UpgradeOptions): Promise<Asked | undefined> {
  const target = readTarget(request.url ?? '/')
  if (!TAIL_PATH.test(target.path) || request.method !== 'GET') return undefined
  const id = readTenantId(request.headers['x-scope-orgid'], options.settings.authEnabled)
  return 'error' in id ? undefined : readTail(request, target, options.store.tenant(id.id), options.now())
}

function answer(request: IncomingMessage, socket: Duplex, handle: RequestListener): void {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.on('finish', () => socket.end())
  void handle(request, response)
}
