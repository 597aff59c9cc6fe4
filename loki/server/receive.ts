/** The push endpoints: a request's body by its content type and encoding → a push → the store → Loki's answer. */
import type { IncomingMessage } from 'node:http'
import { decompress, readBody } from '../../shipper/wire/body.ts'
import { type Label, readLabels, sortLabels, writeLabels } from '../../shipper/wire/labels.ts'
import { readOtlpJson } from '../../shipper/wire/otlpjson.ts'
import { readOtlpProto } from '../../shipper/wire/otlpproto.ts'
import { type Push, PushError } from '../../shipper/wire/pushed.ts'
import { readJsonPush } from '../../shipper/wire/pushjson.ts'
import { readProtoPush } from '../../shipper/wire/pushproto.ts'
import { unsnap } from '../../shipper/wire/unsnap.ts'
import type { Limits } from '../limits.ts'
import type { Answer } from './ingest.ts'
import { otlpPush } from './otlp.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'
import type { Tenant } from './tenant.ts'

/** POST /loki/api/v1/push. Throws a PushError when the push cannot be read: then nothing of it is stored. */
export async function receivePush(
  request: IncomingMessage,
  tenant: Tenant,
  store: Store,
  settings: Settings,
): Promise<Answer> {
  const raw = await readBody(request, settings.maxReceivedBytes)
  const max = settings.maxDecompressedBytes
  const encoding = request.headers['content-encoding'] ?? ''
  if (!['', 'snappy', 'gzip', 'deflate'].includes(encoding)) {
    throw new PushError(400, `Content-Encoding ${JSON.stringify(encoding)} not supported`)
  }
  const body = encoding === 'gzip' || encoding === 'deflate' ? await decompress(raw, encoding, max) : raw
  const type = mediaType(request.headers['content-type'])
  const push =
    type === 'application/json'
      ? readJsonPush(body, tenant.names)
      : readProtoPush(await unsnap(body, max), tenant.names)
  return storePush(push, tenant, store, settings.limits)
}

/** Checks labels as Loki's parser does, adds service_name, and stores. */
export function storePush(push: Push, tenant: Tenant, store: Store, limits: Limits): Answer {
  for (const stream of push.streams) stream.labels = completeLabels(stream.labels, limits)
  return store.push(tenant, push)
}

/** Loki's maxStreamLabelsSize. */
const MAX_LABELS_BYTES = 1024 * 1024

function completeLabels(text: string, limits: Limits): string {
  if (text.length > MAX_LABELS_BYTES) {
    throw new PushError(413, `request body too large: stream labels size ${text.length} B exceeds limit of 1.0 MB`)
  }
  const labels = readLabels(text, true)
  if (!Array.isArray(labels)) throw new PushError(400, `couldn't parse labels: ${labels.error}`)
  const discover = limits.discover_service_name
  if (discover.length === 0 || labels.some(([name]) => name === 'service_name')) return writeLabels(labels)
  return writeLabels(sortLabels([...labels, ['service_name', serviceName(labels, discover)]]))
}

function serviceName(labels: readonly Label[], discover: readonly string[]): string {
  for (const wanted of discover) {
    const label = labels.find(([name]) => name === wanted)
    if (label !== undefined) return label[1]
  }
  return 'unknown_service'
}

/** POST /otlp/v1/logs. */
export async function receiveOtlp(
  request: IncomingMessage,
  tenant: Tenant,
  store: Store,
  settings: Settings,
  now: number,
): Promise<Answer> {
  const raw = await readBody(request, settings.maxReceivedBytes)
  const encoding = request.headers['content-encoding'] ?? ''
  if (encoding !== '' && encoding !== 'gzip') {
    throw new PushError(400, `unsupported content encoding ${encoding}: the embedded server takes gzip only`)
  }
  const body = encoding === 'gzip' ? await decompress(raw, 'gzip', settings.maxDecompressedBytes) : raw
  const type = request.headers['content-type'] ?? ''
  const media = type.split(';')[0]!.trim().toLowerCase()
  if (media !== 'application/x-protobuf' && media !== 'application/json') {
    throw new PushError(400, `content type: ${type} is not supported`)
  }
  const resources = media === 'application/json' ? readOtlpJson(body) : readOtlpProto(body)
  return store.push(tenant, otlpPush(resources, tenant.names, settings.limits, now))
}

const MEDIA = /^[\w!#$%&'*+.^`|~-]+(?:\/[\w!#$%&'*+.^`|~-]+)?$/

/** Bounded and linear: what an ordinary client sends behind the type. */
const PARAMETERS = /^(?:; ?[\w!#$%&'*+.^`|~-]{1,80}=(?:[\w!#$%&'*+.^`|~-]{1,200}|"[^"]{0,200}")){0,8};? *$/

function mediaType(header: string | undefined): string {
  if (header === undefined) return 'application/x-protobuf'
  const type = header.split(';')[0]!.trim().toLowerCase()
  if (!MEDIA.test(type))
    throw new PushError(400, type === '' ? 'mime: no media type' : 'mime: expected slash in first token')
  if (!PARAMETERS.test(header.slice(header.indexOf(';') < 0 ? header.length : header.indexOf(';'))))
    throw new PushError(400, 'mime: invalid media parameter')
  return type
}
