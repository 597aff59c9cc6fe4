// A Loki that counts entries and keeps nothing: POST /loki/api/v1/push (protobuf with snappy, or JSON, plain or gzip) → 204,
// GET /count → {"lines", "bytes", "requests", "lastAt"}. Prints its port when it listens.
// Run by scripts/bench.ts in a process of its own: what it costs is not the shipper's.
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import snappyjs from 'snappyjs'

// The native package where it is installed: on two cores a slow sink would hold the shipper up.
const uncompress = await import('snappy').then(
  (snappy) => snappy.uncompressSync,
  () => snappyjs.uncompress,
)
const counts = { lines: 0, bytes: 0, requests: 0, lastAt: 0 }

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end(request.url?.startsWith('/count') ? JSON.stringify(counts) : 'ready')
    return
  }
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    try {
      const body = Buffer.concat(parts)
      counts.lines += isJson(request) ? countJson(request, body) : countProtobuf(uncompress(body))
      counts.bytes += body.length
      counts.requests++
      counts.lastAt = Date.now()
      response.statusCode = 204
      response.end()
    } catch (error) {
      response.statusCode = 400
      response.end(String(error))
    }
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

function isJson(request) {
  return (request.headers['content-type'] ?? '').includes('json')
}

function countJson(request, body) {
  const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return JSON.parse(text).streams.reduce((lines, { values }) => lines + values.length, 0)
}

/** PushRequest.streams = 1, StreamAdapter.entries = 2; everything else is passed over. */
function countProtobuf(bytes) {
  let lines = 0
  eachMember(bytes, 0, bytes.length, (tag, start, end) => {
    if (tag !== 0x0a) return
    eachMember(bytes, start, end, (inner) => {
      if (inner === 0x12) lines++
    })
  })
  return lines
}

function eachMember(bytes, from, to, visit) {
  let at = from
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < to) {
    const tag = varint()
    const size = varint()
    if ((tag & 7) === 0) continue
    visit(tag, at, at + size)
    at += size
  }
}
