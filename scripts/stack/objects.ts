/** An S3-compatible store in memory, as much of it as Loki asks for; signatures are not looked at. For scripts/stack/replicas.ts. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

interface Stored {
  readonly body: Buffer
  readonly etag: string
  readonly modified: Date
}

/** Answers for one bucket of any name. */
export function createObjects(): Server {
  const objects = new Map<string, Stored>()
  return createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://objects')
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
    if (key !== '') await answerObject(objects, key, request, response)
    else if (request.method === 'POST') await deleteMany(objects, request, response)
    else response.end(request.method === 'GET' ? list(objects, searchParams) : undefined)
  })
}

async function answerObject(
  objects: Map<string, Stored>,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (request.method === 'PUT') {
    const body = unchunk(await buffer(request), request.headers)
    const etag = `"${createHash('md5').update(body).digest('hex')}"`
    objects.set(key, { body, etag, modified: new Date() })
    response.setHeader('ETag', etag).end()
    return
  }
  if (request.method === 'DELETE') {
    objects.delete(key)
    response.writeHead(204).end()
    return
  }
  const found = objects.get(key)
  if (found === undefined) {
    response.writeHead(404).end(`<Error><Code>NoSuchKey</Code><Key>${xml(key)}</Key></Error>`)
    return
  }
  const { body, etag, modified } = found
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const start = Number(from ?? 0)
  const end = Math.min(to ? Number(to) + 1 : body.length, body.length)
  const headers = { ETag: etag, 'Last-Modified': modified.toUTCString(), 'Content-Length': end - start }
  const range = { 'Content-Range': `bytes ${start}-${end - 1}/${body.length}` }
  response.writeHead(from === undefined ? 200 : 206, from === undefined ? headers : { ...headers, ...range })
  response.end(request.method === 'HEAD' ? undefined : body.subarray(start, end))
}

/** A signed stream: <size in hex>;chunk-signature=…\r\n<bytes>\r\n, until a chunk of size 0. */
function unchunk(body: Buffer, headers: IncomingMessage['headers']): Buffer {
  if (!String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return body
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) break
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
  return Buffer.concat(parts)
}

/** All of it in one answer: nothing here has a thousand objects in a folder. */
function list(objects: Map<string, Stored>, params: URLSearchParams): string {
  if (params.has('location')) return '<LocationConstraint>us-east-1</LocationConstraint>'
  const prefix = params.get('prefix') ?? ''
  const delimiter = params.get('delimiter') ?? ''
  const folders = new Set<string>()
  let contents = ''
  for (const [key, { body, etag, modified }] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (cut >= 0) folders.add(key.slice(0, cut + 1))
    else
      contents += `<Contents><Key>${xml(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${xml(etag)}</ETag><Size>${body.length}</Size></Contents>`
  }
  const common = [...folders].map((folder) => `<CommonPrefixes><Prefix>${xml(folder)}</Prefix></CommonPrefixes>`)
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}${common.join('')}</ListBucketResult>`
}

async function deleteMany(objects: Map<string, Stored>, request: IncomingMessage, response: ServerResponse) {
  const text = unchunk(await buffer(request), request.headers).toString()
  for (const [, key] of text.matchAll(/<Key>([^<]+)<\/Key>/g)) objects.delete(key!.replaceAll('&amp;', '&'))
  response.end('<DeleteResult/>')
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
