/** All tenants' streams, in memory and in the segments that outlive the process. */

import { lockDirectory } from '../../shipper/lock.ts'
import { type Push, PushError } from '../../shipper/wire/pushed.ts'
import { MINUTE } from '../logql/units.ts'
import { type Answer, ingest } from './ingest.ts'
import { openSegments, type Segments } from './segments.ts'
import type { Settings } from './settings.ts'
import { createTenant, dropBlocksBefore, type Tenant } from './tenant.ts'

export interface StoreOptions {
  /** Directory; undefined keeps everything in memory only. */
  readonly dir: string | undefined
  readonly fsync: boolean
  readonly settings: Settings
  /** Bytes that blocks may take; a push beyond is refused with 500. */
  readonly maxBytes: number
  readonly now: () => number
  readonly warn: (message: string) => void
}

export interface Store {
  readonly tenants: ReadonlyMap<string, Tenant>
  /** Made when there is none yet; throws a PushError when there are too many. */
  tenant(id: string): Tenant
  /** For reading: an empty one, which is not kept, when there is none. */
  findTenant(id: string): Tenant
  push(tenant: Tenant, push: Push): Answer
  /** Drops what is older than retention_period. */
  expire(): void
  close(): void
}

/** Each value of a header makes a tenant, so there is an end to them. */
const MAX_TENANTS = 10_000

export function openStore(options: StoreOptions): Store {
  const { settings, now } = options
  const { limits } = settings
  const tenants = new Map<string, Tenant>()
  const tenant = (id: string) => {
    let known = tenants.get(id)
    if (known === undefined) {
      if (tenants.size >= MAX_TENANTS)
        throw new PushError(429, `the embedded server holds at most ${MAX_TENANTS} tenants`)
      known = createTenant(id)
      tenants.set(id, known)
    }
    return known
  }
  const unlock = options.dir === undefined ? undefined : lockDirectory(options.dir)
  let segments: Segments | undefined
  try {
    if (options.dir !== undefined) segments = openSegments({ ...options, dir: options.dir }, tenant, now())
  } catch (error) {
    unlock?.()
    throw error
  }
  const ingestSettings = {
    limits,
    sharding: settings.shardStreams,
    outOfOrderSeconds: settings.maxChunkAge / 2000,
    maxMessageBytes: settings.maxMessageBytes,
    activeMs: settings.chunkIdlePeriod,
  }
  const store: Store = {
    tenants,
    tenant,
    findTenant: (id) => tenants.get(id) ?? createTenant(id),
    push(to, push) {
      if (memoryOf(tenants) > options.maxBytes) return full(options.maxBytes)
      try {
        return ingest(to, push, ingestSettings, now(), (who, accepted) => segments?.write(who, accepted, now()))
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        if (code === undefined) throw error
        const what =
          code === 'ENOSPC' || code === 'EDQUOT'
            ? 'no space left for the data directory'
            : 'cannot write to the data directory'
        options.warn(`${what}: ${message}`)
        return { status: 500, message: `${what} (${code}): nothing of this push was stored` }
      }
    },
    expire() {
      if (limits.retention_period === 0 || !settings.retentionEnabled) return
      const oldest = (now() - limits.retention_period) / 1000
      for (const one of tenants.values()) dropBlocksBefore(one, oldest)
      segments?.dropBefore(oldest)
    },
    close() {
      segments?.close()
      unlock?.()
    },
  }
  store.expire()
  return store
}

/** How often retention is looked after. */
export const EXPIRE_EVERY_MS = MINUTE

function memoryOf(tenants: ReadonlyMap<string, Tenant>): number {
  let bytes = 0
  for (const tenant of tenants.values()) bytes += tenant.memory
  return bytes
}

function full(maxBytes: number): Answer {
  const message = `the embedded store is full (${Math.round(maxBytes / 1024 / 1024)} MB): nothing of this push was stored; set limits_config.retention_period, raise --max-memory, or use a real Loki`
  return { status: 500, message }
}
