/** A Kubernetes API as far as listing pods goes: https, tokens, pages, and the ways in which it fails. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ApiOptions } from '../../shipper/kubernetes/api.ts'
import { selfSigned } from './certificate.ts'

export interface FakePod {
  readonly namespace: string
  readonly name: string
  readonly labels?: Record<string, unknown>
  readonly owners?: readonly Record<string, unknown>[]
}

/** What a Deployment's pod looks like. */
export function deployed(namespace: string, deployment: string, labels: Record<string, unknown> = {}): FakePod {
  return {
    namespace,
    name: `${deployment}-7d4b9c6f5-x2x9z`,
    labels: { 'pod-template-hash': '7d4b9c6f5', ...labels },
    owners: [{ kind: 'ReplicaSet', name: `${deployment}-7d4b9c6f5`, controller: true }],
  }
}

export interface Asked {
  readonly query: URLSearchParams
  readonly token: string | undefined
  readonly at: number
}

export class FakeApi {
  pods: FakePod[] = []
  readonly asked: Asked[] = []
  token = 'first'
  /** A status it answers with, or what it does instead of answering. */
  fault: number | 'hang' | 'half' | 'huge' | 'endless pages' | 'text' | undefined
  readonly tokenFile: string
  readonly caFile: string
  private readonly folder = mkdtempSync(join(tmpdir(), 'longship-pods-'))
  private server = createServer()
  /** Also those that are still at their handshake, which the server would wait for. */
  private readonly sockets = new Set<Socket>()

  constructor() {
    this.tokenFile = join(this.folder, 'token')
    this.caFile = join(this.folder, 'ca.crt')
    writeFileSync(this.tokenFile, `${this.token}\n`)
  }

  /** With a certificate of its own, each time a new one. */
  async listen(port = 0): Promise<void> {
    const certificate = selfSigned()
    writeFileSync(this.caFile, certificate.cert)
    this.server = createServer(certificate, (request, response) => this.answer(request, response))
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
    this.server.listen(port, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  get options(): ApiOptions {
    return { url: `https://127.0.0.1:${this.port}`, node: 'node-1', tokenFile: this.tokenFile, caFile: this.caFile }
  }

  /** As the kubelet does: the file changes under the reader. */
  rotate(token: string): void {
    this.token = token
    writeFileSync(this.tokenFile, token)
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://api')
    const token = request.headers.authorization?.replace(/^Bearer /, '')
    this.asked.push({ query, token, at: Date.now() })
    const { fault } = this
    if (fault === 'hang') return
    if (request.method !== 'GET' || pathname !== '/api/v1/pods') return void response.writeHead(404).end()
    if (!/PartialObjectMetadataList/.test(request.headers.accept ?? '')) return void response.writeHead(406).end()
    if (token !== this.token) return void response.writeHead(401).end('{"kind":"Status"}')
    if (typeof fault === 'number') return void response.writeHead(fault).end('{"kind":"Status","message":"<no>"}')
    if (fault === 'half') return void response.write('{"items":[')
    if (fault === 'huge') return void fill(response)
    if (fault === 'text') return void response.end('<html>')
    response.end(JSON.stringify(this.page(query)))
  }

  private page(query: URLSearchParams): unknown {
    const from = Number(query.get('continue') ?? 0)
    const to = from + Number(query.get('limit'))
    const items = this.pods.slice(from, to).map(({ namespace, name, labels, owners }) => ({
      metadata: { namespace, name, labels, ownerReferences: owners },
    }))
    const isMore = to < this.pods.length || this.fault === 'endless pages'
    return { kind: 'PartialObjectMetadataList', items, metadata: { continue: isMore ? String(to) : '' } }
  }
}

/** Spaces, as long as anybody reads. */
function fill(response: ServerResponse): void {
  const block = Buffer.alloc(1024 * 1024, ' ')
  const write = () => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', write)
  write()
}

export async function startApi(t: TestContext): Promise<FakeApi> {
  const api = new FakeApi()
  await api.listen()
  t.after(() => api.close())
  return api
}
