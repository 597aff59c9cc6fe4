/** Everything that the server can be told, with Loki's defaults, and Loki's YAML read into it. */
import { parseDocument } from 'yaml'
import { LongshipError } from '../../shipper/errors.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, type Limits, readDuration, readLimits, readNumber, readSize } from '../limits.ts'
import { HOUR, MINUTE, MiB } from '../logql/units.ts'
import { DEFAULT_RULER, type RulerSettings, readRuler, TAKEN_FOR_GRANTED } from './ruler/settings.ts'

export interface Settings {
  readonly limits: Limits
  /** With it a request must name its tenant in X-Scope-OrgID; without it everything is the tenant `fake`. */
  readonly authEnabled: boolean
  /** distributor.max_recv_msg_size: bytes of a push on the wire. */
  readonly maxReceivedBytes: number
  /** distributor.max_decompressed_size: bytes of a push unpacked. */
  readonly maxDecompressedBytes: number
  /** server.grpc_server_max_recv_msg_size: Loki refuses a push whose protobuf is larger, with 500, for ever. */
  readonly maxMessageBytes: number
  /** ingester.max_chunk_age, milliseconds: entries may be half of it behind their stream's newest. */
  readonly maxChunkAge: number
  /** ingester.chunk_idle_period, milliseconds: how long a stream counts as active after a push. */
  readonly chunkIdlePeriod: number
  readonly shardStreams: { readonly enabled: boolean; readonly desiredRate: number }
  /** compactor.retention_enabled; here retention_period alone is enough. */
  readonly retentionEnabled: boolean
  readonly ruler: RulerSettings
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  limits: DEFAULT_LIMITS,
  authEnabled: false,
  maxReceivedBytes: 100 * MiB,
  // Loki's 5,000 MB is more than V8 can hold in one buffer or text.
  maxDecompressedBytes: 400 * MiB,
  maxMessageBytes: 4 * MiB,
  maxChunkAge: 2 * HOUR,
  chunkIdlePeriod: 30 * MINUTE,
  shardStreams: { enabled: true, desiredRate: 1.5 * MiB },
  retentionEnabled: true,
  ruler: DEFAULT_RULER,
})

export interface LokiConfig {
  readonly settings: Settings
  readonly host: string | undefined
  readonly port: number | undefined
  /** common.path_prefix: where data goes unless --data says otherwise. */
  readonly pathPrefix: string | undefined
  /** One line about all keys that are not used, undefined when every key is. */
  readonly warning: string | undefined
}

type Tree = Map<string, unknown>

/** Reads Loki's own YAML. `file` is for messages. Throws a config error with the path of what is wrong. */
export function readLokiConfig(text: string, file: string): LokiConfig {
  const document = parseDocument(text, { prettyErrors: true })
  const [error] = document.errors
  if (error !== undefined) throw new LongshipError('config', `${file}: ${error.message.split('\n')[0]}`)
  const content: unknown = document.toJS({ mapAsMap: true })
  const root = content === null ? new Map() : content
  if (!(root instanceof Map))
    throw new LongshipError('config', `${file} must hold a mapping, as Loki's configuration does`)
  const used = new Set<string>()
  const get = <T>(path: string, read: (value: unknown, where: string) => T): T | undefined => {
    used.add(path)
    const value = lookUp(root, path, file)
    return value === undefined || value === null ? undefined : read(value, `${file}: ${path}`)
  }
  const settings = readSettings(root, file, get)
  for (const name of LIMIT_NAMES) used.add(`limits_config.${name}`)
  for (const name of TAKEN_FOR_GRANTED) used.add(name)
  const host = get('server.http_listen_address', readText)
  const port = get('server.http_listen_port', readPort)
  const pathPrefix = get('common.path_prefix', readText)
  const unused = leaves(root, '').filter((path) => !used.has(path))
  const warning = unused.length === 0 ? undefined : `${file}: not used by the embedded server: ${unused.join(', ')}`
  return { settings, host: host === '' ? undefined : host, port, pathPrefix, warning }
}

type Get = <T>(path: string, read: (value: unknown, where: string) => T) => T | undefined

function readSettings(root: Tree, file: string, get: Get): Settings {
  const limits = lookUp(root, 'limits_config', file)
  if (limits !== undefined && limits !== null && !(limits instanceof Map)) {
    throw new LongshipError('config', `${file}: limits_config must be a mapping`)
  }
  const d = DEFAULT_SETTINGS
  return {
    limits: readLimits((limits as Tree | undefined | null) ?? new Map(), `${file}: limits_config`),
    authEnabled: get('auth_enabled', readBoolean) ?? d.authEnabled,
    maxReceivedBytes: get('distributor.max_recv_msg_size', readSize) ?? d.maxReceivedBytes,
    maxDecompressedBytes: Math.min(
      get('distributor.max_decompressed_size', readSize) ?? d.maxDecompressedBytes,
      d.maxDecompressedBytes,
    ),
    maxMessageBytes: get('server.grpc_server_max_recv_msg_size', readNumber) ?? d.maxMessageBytes,
    maxChunkAge: get('ingester.max_chunk_age', readDuration) ?? d.maxChunkAge,
    chunkIdlePeriod: get('ingester.chunk_idle_period', readDuration) ?? d.chunkIdlePeriod,
    shardStreams: {
      enabled: get('limits_config.shard_streams.enabled', readBoolean) ?? d.shardStreams.enabled,
      desiredRate: get('limits_config.shard_streams.desired_rate', readSize) ?? d.shardStreams.desiredRate,
    },
    retentionEnabled: get('compactor.retention_enabled', readBoolean) ?? d.retentionEnabled,
    ruler: readRuler(get),
  }
}

function lookUp(root: Tree, path: string, file: string): unknown {
  let at: unknown = root
  const seen: string[] = []
  for (const part of path.split('.')) {
    if (at === undefined || at === null) return undefined
    if (!(at instanceof Map)) throw new LongshipError('config', `${file}: ${seen.join('.')} must be a mapping`)
    seen.push(part)
    at = at.get(part)
  }
  return at
}

/** Paths of all values; a list is one value. */
function leaves(tree: Tree, prefix: string): string[] {
  const paths: string[] = []
  for (const [name, value] of tree) {
    const path = `${prefix}${String(name)}`
    if (value instanceof Map && value.size > 0) paths.push(...leaves(value, `${path}.`))
    else if (value !== null) paths.push(path)
  }
  return paths
}

function readBoolean(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean')
    throw new LongshipError('config', `${where} must be true or false, not ${JSON.stringify(value)}`)
  return value
}

function readText(value: unknown, where: string): string {
  if (typeof value !== 'string')
    throw new LongshipError('config', `${where} must be text, not ${JSON.stringify(value)}`)
  return value
}

function readPort(value: unknown, where: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 65_535) {
    throw new LongshipError('config', `${where} must be a port from 0 to 65535, not ${JSON.stringify(value)}`)
  }
  return value as number
}
