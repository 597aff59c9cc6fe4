/** Serves the preview page: its built files, the dashboards' JSON, and index.html for every path that is a view of it. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readBoards } from './boards.ts'
import { DASHBOARDS_FOLDER, PAGE_FOLDER } from './folders.ts'
import { PAGE_HEADERS } from './headers.ts'

export interface PageOptions {
  /** Folder of dashboards' JSON; those of the package unless told otherwise. */
  readonly dashboards?: string | undefined
  /** Where the page was built to. */
  readonly built?: string
  /** The Loki that answers, for people; undefined: the embedded one. */
  readonly loki?: string | undefined
  /** Whether rules, triggers and events are answered here too, at /api/v1 (shipper/admin). */
  readonly scan?: boolean
  /** Whether a Loki answers behind the page; false: no dashboards, no Explore, no traces, and / leads to the rules. */
  readonly boards?: boolean
}

/** Answers the page's paths and leaves all others alone: returns whether it answered. */
export type AnswerPage = (request: IncomingMessage, response: ServerResponse) => boolean

interface Content {
  readonly type: string
  /** Of what is in it. */
  readonly tag: string
  readonly body: Buffer
  readonly zipped: Buffer
}

/** Views that the page itself tells apart: of a Loki, and of what watches the stream. */
const BOARD_VIEWS = /^\/(?:$|d\/|dashboards$|explore$|trace$|trace\/)/
const SCAN_VIEWS = /^\/(?:$|rules$|triggers$|events$|patterns$)/
/** Names carry a hash of what is in them. */
const CACHED = 'public, max-age=31536000, immutable'

export function createPage(options: PageOptions = {}): AnswerPage {
  const files = readBuilt(options.built ?? PAGE_FOLDER)
  const { boards: hasBoards = true, scan = false, loki = null } = options
  const folder = hasBoards ? (options.dashboards ?? DASHBOARDS_FOLDER) : undefined
  const about = JSON.stringify({ loki, boards: hasBoards, scan })
  const isView = (path: string) => (hasBoards && BOARD_VIEWS.test(path)) || (scan && SCAN_VIEWS.test(path))
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const path = (request.url ?? '/').replace(/[?#].*$/s, '')
    if (path.startsWith('/preview/api/')) return answerApi(path.slice(13), folder, about, request, response)
    const asset = path.startsWith('/preview/') ? files.get(path.slice(9)) : undefined
    if (asset !== undefined) return send(request, response, asset, CACHED)
    if (path === '/favicon.ico') return end(response, 204)
    if (!isView(path)) return false
    const index = files.get('index.html')
    if (index !== undefined) return send(request, response, index, 'no-cache')
    return send(request, response, content('text/plain; charset=utf-8', NOT_BUILT), 'no-store', 503)
  }
}

const NOT_BUILT = 'The preview page is not built: npm run build. The API answers at /loki/api/v1/.\n'

/** `dashboards`: the list; `dashboards/<uid>`: one dashboard's JSON as it stands in its file; `about`. */
function answerApi(
  what: string,
  folder: string | undefined,
  about: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const json = (text: string) => send(request, response, content('application/json', text), 'no-store')
  if (what === 'about') return json(about)
  const boards = folder === undefined ? [] : readBoards(folder)
  if (what === 'dashboards') return json(JSON.stringify(boards.map(({ json: _, ...rest }) => rest)))
  const board = boards.find(({ uid }) => what === `dashboards/${encodeURIComponent(uid)}`)
  return board === undefined ? false : json(board.json)
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
])

function readBuilt(folder: string): Map<string, Content> {
  try {
    return new Map(
      readdirSync(folder).flatMap((name) => {
        const type = TYPES.get(name.replace(/^.*\./, ''))
        return type === undefined ? [] : [[name, content(type, readFileSync(join(folder, name)))] as const]
      }),
    )
  } catch {
    return new Map()
  }
}

function content(type: string, text: string | Buffer): Content {
  const body = Buffer.from(text)
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { type, tag, body, zipped: gzipSync(body) }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { type, tag, body, zipped }: Content,
  cache: string,
  status = 200,
): true {
  if (request.headers['if-none-match'] === tag) return end(response, 304)
  const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const bytes = isZipped ? zipped : body
  const headers: Record<string, string | number> = {
    ...PAGE_HEADERS,
    'Content-Type': type,
    ETag: tag,
    'Cache-Control': cache,
  }
  if (isZipped) headers['Content-Encoding'] = 'gzip'
  response.writeHead(status, { ...headers, Vary: 'Accept-Encoding', 'Content-Length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
  return true
}

function end(response: ServerResponse, status: number): true {
  response.writeHead(status, PAGE_HEADERS).end()
  return true
}
