/** A request to the push input → entries, by its path, content type and encoding: as Loki and OpenTelemetry have them. */
import type { IncomingMessage } from 'node:http'
import type { Entry } from '../spool/entry.ts'
import { decompress, readBody } from '../wire/body.ts'
import { createNames } from '../wire/names.ts'
import { readOtlpJson } from '../wire/otlpjson.ts'
import { readOtlpProto } from '../wire/otlpproto.ts'
import { PushError } from '../wire/pushed.ts'
import { readJsonPush } from '../wire/pushjson.ts'
import { readProtoPush } from '../wire/pushproto.ts'
import { unsnap } from '../wire/unsnap.ts'
import { entriesOfPush } from './loki-entries.ts'
import { entriesOfOtlp } from './otlp-entries.ts'

export interface BodyLimits {
  readonly max_body_bytes: number
  /** After decompression: a small body may unfold to anything. */
  readonly max_unpacked_bytes: number
}

/** Throws a PushError (`status` and message as Loki has them) for what cannot be read: then nothing of it is taken. */
export type ReadEntries = (request: IncomingMessage, limits: BodyLimits) => Promise<Entry[]>

/** POST; path → how its body is read. OpenTelemetry's own path is /v1/logs, Loki's for it /otlp/v1/logs. */
export const READERS: ReadonlyMap<string, ReadEntries> = new Map([
  ['/loki/api/v1/push', readLoki],
  ['/api/prom/push', readLoki],
  ['/otlp/v1/logs', readOtlp],
  ['/v1/logs', readOtlp],
])

async function readLoki(request: IncomingMessage, limits: BodyLimits): Promise<Entry[]> {
  const raw = await readBody(request, limits.max_body_bytes)
  const body = await unpacked(request, raw, ['', 'snappy', 'gzip', 'deflate'], limits)
  const names = createNames()
  const isJson = mediaType(request) === 'application/json'
  const push = isJson ? readJsonPush(body, names) : readProtoPush(await unsnap(body, limits.max_unpacked_bytes), names)
  return entriesOfPush(push, names)
}

async function readOtlp(request: IncomingMessage, limits: BodyLimits): Promise<Entry[]> {
  const raw = await readBody(request, limits.max_body_bytes)
  const body = await unpacked(request, raw, ['', 'gzip'], limits)
  const type = mediaType(request)
  if (type === 'application/json') return entriesOfOtlp(readOtlpJson(body), Date.now())
  if (type === 'application/x-protobuf') return entriesOfOtlp(readOtlpProto(body), Date.now())
  throw new PushError(400, `content type: ${type} is not supported`)
}

async function unpacked(
  request: IncomingMessage,
  raw: Buffer,
  allowed: readonly string[],
  { max_unpacked_bytes }: BodyLimits,
): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? ''
  if (!allowed.includes(encoding)) {
    throw new PushError(400, `Content-Encoding ${JSON.stringify(encoding)} not supported`)
  }
  return encoding === 'gzip' || encoding === 'deflate' ? decompress(raw, encoding, max_unpacked_bytes) : raw
}

function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
}
