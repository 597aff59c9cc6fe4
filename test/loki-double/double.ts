/**
 * A Loki for fault tests: decodes pushes, answers as the real one does (rules.ts), and, as a script says, as a broken one.
 * What it stored can be read back and compared with what was written.
 *
 * A script is a list of steps, one a push, separated by commas; `*N` repeats; when it has run out every push is `ok`:
 *   ok            validate, store, answer as Loki
 *   STATUS        answer so and store nothing: 500, 503, 401, 404, 413, 302; 429 with `429:2` = Retry-After: 2
 *   260           ingestion blocked
 *   parse         400 that stores nothing
 *   grpc          the 500 of a message that is too large for gRPC
 *   hang          never an answer         reset       connection reset before an answer
 *   lost          stores, then resets     torn        stores, then breaks off in the answer's body
 *   slow:MS       stores, answers late    html        a web page with 200
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodePush, type Stream } from './decode.ts'
import { type Answer, createIngester, DEFAULTS, type Limits, type Stored } from './rules.ts'

export interface DoubleOptions {
  readonly port?: number
  readonly script?: string
  readonly limits?: Partial<Limits>
  /** Any push that holds this text in a line is answered with poisonStatus, for ever. */
  readonly poison?: string
  readonly poisonStatus?: number
  readonly poisonText?: string
  /** What GET /config?mode=diff answers; undefined: 404. */
  readonly config?: string
  readonly now?: () => number
}

export interface LokiDouble {
  readonly url: string
  readonly stored: readonly Stored[]
  /** Entries as a log query shows them: same stream, time, line and metadata count once. */
  distinct(): Stored[]
  readonly requests: {
    readonly status: number
    readonly entries: number
    readonly headers: http.IncomingHttpHeaders
    readonly path: string
  }[]
  setScript(script: string): void
  close(): Promise<void>
}

export async function startDouble(options: DoubleOptions = {}): Promise<LokiDouble> {
  const now = options.now ?? Date.now
  const ingester = createIngester({ ...DEFAULTS, ...options.limits }, now)
  const requests: LokiDouble['requests'] = []
  let steps = parseScript(options.script ?? '')

  const handle = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => {
    const { url = '/', method } = request
    if (url === '/ready') return void response.end('ready\n')
    if (url === '/loki/api/v1/status/buildinfo') return void response.end('{"version":"3.7.6","revision":"double"}')
    if (url === '/config?mode=diff' && options.config !== undefined) return void response.end(options.config)
    if (url === '/double/stored') return void response.end(ingester.stored.map(storedText).join(''))
    if (url === '/double/stats') return void response.end(JSON.stringify(stats()))
    if (url === '/double/script' && method === 'POST') {
      steps = parseScript(body.toString())
      return void response.end()
    }
    if (!url.endsWith('/loki/api/v1/push') || method !== 'POST') {
      response.statusCode = 404
      return void response.end('404 page not found\n')
    }
    push(request, response, body)
  }

  const push = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => {
    const step = steps.shift() ?? 'ok'
    let streams: Stream[] | string
    try {
      const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers
      streams = decodePush(body, type, encoding)
    } catch (error) {
      streams = (error as Error).message
    }
    const entries = typeof streams === 'string' ? 0 : streams.reduce((sum, stream) => sum + stream.entries.length, 0)
    const said = FAULTS.get(step.split(':')[0]!)?.(step)
    const answer = said ?? (isCode(step) ? codeAnswer(step) : decide(streams))
    requests.push({ status: answer.status, entries, headers: request.headers, path: request.url ?? '' })
    finish(step, answer, response)
  }

  const decide = (streams: Stream[] | string): Answer => {
    if (typeof streams === 'string') return { status: 400, text: streams }
    const {
      poison,
      poisonStatus = 500,
      poisonText = 'rpc error: code = Unknown desc = entry 4711 cannot be handled',
    } = options
    if (poison !== undefined && streams.some(({ entries }) => entries.some(({ line }) => line.includes(poison)))) {
      return { status: poisonStatus, text: poisonText }
    }
    return ingester.push(streams)
  }

  const stats = () => ({
    stored: ingester.stored.length,
    distinct: distinct(ingester.stored).length,
    requests: requests.length,
  })
  const server = http.createServer((request, response) => {
    response.setHeader('Date', new Date(now()).toUTCString())
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => handle(request, response, Buffer.concat(parts)))
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored: ingester.stored,
    distinct: () => distinct(ingester.stored),
    requests,
    setScript(script) {
      steps = parseScript(script)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const FAULTS: ReadonlyMap<string, (step: string) => Answer> = new Map([
  ['parse', () => ({ status: 400, text: "couldn't parse push request: invalid character" })],
  [
    '260',
    () => ({
      status: 260,
      text: "ingestion blocked for user 'fake' until '2030-01-01T00:00:00Z' with status code '260'",
    }),
  ],
  [
    'grpc',
    () => ({
      status: 500,
      text: 'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5242880 vs. 4194304)',
    }),
  ],
  ['html', () => ({ status: 200, text: '<!DOCTYPE html><html><body>Sign in</body></html>' })],
  ['hang', () => ({ status: 0, text: '' })],
  ['reset', () => ({ status: 0, text: '' })],
])

function finish(step: string, { status, text }: Answer, response: http.ServerResponse): void {
  const [name, argument] = step.split(':')
  if (name === 'hang') return
  if (name === 'reset' || name === 'lost') return void response.socket?.resetAndDestroy()
  response.statusCode = status
  if (name === '302') response.setHeader('Location', 'http://127.0.0.1:1/elsewhere')
  if (name === '429' && argument !== undefined) response.setHeader('Retry-After', argument)
  if (name === 'html') response.setHeader('Content-Type', 'text/html; charset=utf-8')
  if (name === 'torn') {
    response.statusCode = 200
    response.setHeader('Content-Length', 1000)
    response.write('half an ans')
    return void setTimeout(() => response.socket?.destroy(), 5)
  }
  if (name === 'slow') return void setTimeout(() => response.end(text), Number(argument))
  response.end(text === '' ? undefined : `${text}\n`)
}

function isCode(step: string): boolean {
  return /^\d{3}(:|$)/.test(step)
}

function codeAnswer(step: string): Answer {
  const status = Number(step.slice(0, 3))
  return { status, text: status === 401 ? 'no org id' : (http.STATUS_CODES[status] ?? 'an answer') }
}

function parseScript(script: string): string[] {
  return script
    .split(',')
    .map((step) => step.trim())
    .filter((step) => step !== '')
    .flatMap((step) => {
      const [name, count = '1'] = step.split('*')
      return Array<string>(Number(count)).fill(name!)
    })
}

function storedText({ stream, ns, line, metadata }: Stored): string {
  return `${JSON.stringify({ stream, ts: String(ns), line, metadata: Object.fromEntries(metadata) })}\n`
}

function distinct(stored: readonly Stored[]): Stored[] {
  const seen = new Map<string, Stored>()
  for (const entry of stored)
    seen.set(JSON.stringify([entry.stream, String(entry.ns), entry.line, entry.metadata]), entry)
  return [...seen.values()]
}
