/** A Docker daemon as far as following logs goes: containers with recorded bytes, over a real socket. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export interface FakeContainer {
  readonly id: string
  readonly name: string
  readonly labels?: Record<string, string>
  readonly isTty?: boolean
  isRunning: boolean
  /** [time, stream, text with its line end, or without one for a part] */
  readonly log: [string, 'stdout' | 'stderr', string][]
}

/** Docker's frame: stream, three zeroes, length, payload. */
export function frame(stream: 'stdout' | 'stderr', payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

export class FakeDocker {
  readonly containers = new Map<string, FakeContainer>()
  readonly asked: string[] = []
  /** Bytes a write: frames are cut anywhere. */
  chunkBytes = 7
  private readonly server: Server = createServer((request, response) => this.answer(request, response))
  private readonly following = new Map<string, Set<ServerResponse>>()
  private readonly watching = new Set<ServerResponse>()

  async listen(path: string): Promise<void> {
    this.server.listen(path)
    await once(this.server, 'listening')
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  start(container: FakeContainer): void {
    this.containers.set(container.id, container)
    container.isRunning = true
    for (const response of this.watching) response.write('{"Type":"container","Action":"start"}\n')
  }

  say(id: string, time: string, stream: 'stdout' | 'stderr', text: string): void {
    const container = this.containers.get(id) as FakeContainer
    container.log.push([time, stream, text])
    for (const response of this.following.get(id) ?? []) response.write(bytesOf(container, container.log.slice(-1)))
  }

  stop(id: string): void {
    const container = this.containers.get(id) as FakeContainer
    container.isRunning = false
    for (const response of this.following.get(id) ?? []) response.end()
  }

  /** Connections are lost, as when the daemon restarts. */
  hangUp(): void {
    for (const responses of this.following.values()) for (const response of responses) response.destroy()
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://docker')
    const path = url.pathname.replace(/^\/v[\d.]+/, '')
    this.asked.push(`${path}${url.search}`)
    if (path === '/containers/json') {
      const list = [...this.containers.values()]
      response.end(
        JSON.stringify(list.map(({ id, isRunning }) => ({ Id: id, State: isRunning ? 'running' : 'exited' }))),
      )
    } else if (path === '/events') {
      response.flushHeaders()
      this.watching.add(response)
      response.on('close', () => this.watching.delete(response))
    } else this.ofContainer(path, url, response)
  }

  private ofContainer(path: string, url: URL, response: ServerResponse): void {
    const [, id, what] = /^\/containers\/(\w+)\/(\w+)$/.exec(path) ?? []
    const container = this.containers.get(id)
    if (container === undefined) {
      response.writeHead(404).end(`{"message":"No such container: ${id}"}`)
    } else if (what === 'json') {
      response.end(JSON.stringify({ Name: `/${container.name}`, Config: { Labels: container.labels ?? null } }))
    } else void this.logs(container, url.searchParams.get('since') ?? '0', response)
  }

  private async logs(container: FakeContainer, since: string, response: ServerResponse): Promise<void> {
    response.flushHeaders()
    const bytes = bytesOf(
      container,
      container.log.filter(([time]) => nanosOf(time) >= sinceNanos(since)),
    )
    for (let at = 0; at < bytes.length; at += this.chunkBytes) response.write(bytes.subarray(at, at + this.chunkBytes))
    if (!container.isRunning) return void response.end()
    const open = this.following.get(container.id) ?? new Set()
    this.following.set(container.id, open.add(response))
    response.on('close', () => open.delete(response))
  }
}

function bytesOf({ isTty }: FakeContainer, log: FakeContainer['log']): Buffer {
  return Buffer.concat(
    log.map(([time, stream, text]) => {
      const payload = Buffer.from(`${time} ${text}`)
      return isTty ? payload : frame(stream, payload)
    }),
  )
}

function sinceNanos(since: string): bigint {
  const [seconds, fraction = ''] = since.split('.')
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

function nanosOf(time: string): bigint {
  const fraction = /\.(\d+)Z$/.exec(time)?.[1] ?? ''
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}
