/** What was pushed since the last look: the new entries of a tenant's streams, as a small tenant of their own. */
import { type Block, entryStart } from '../block.ts'
import { createTenant, openStream, type Stream, storeEntry, type Tenant } from '../tenant.ts'

export interface FreshEntries {
  /** Some of the new entries, undefined when there are none: who asks until then has seen all. */
  take(): Tenant | undefined
}

/** As many at once as can be evaluated between two other requests. */
const MAX_ENTRIES = 2000
const MAX_BYTES = 1024 * 1024

/** How far a stream was read: its last block at the last look, and how many entries of it. */
interface Place {
  block: Block | undefined
  count: number
}

/** Looks begin at what is there now. */
export function watchTenant(tenant: Tenant): FreshEntries {
  const places = new Map<Stream, Place>()
  let seen = tenant.counters.entries
  for (const stream of tenant.streams.values()) places.set(stream, placeOf(stream))
  return {
    take() {
      const now = tenant.counters.entries
      if (now === seen) return undefined
      const fresh: Tenant = { ...createTenant(tenant.id), names: tenant.names }
      const room = { entries: MAX_ENTRIES, bytes: MAX_BYTES }
      for (const stream of tenant.streams.values()) {
        const place = places.get(stream)
        const last = stream.blocks.at(-1)
        if (place !== undefined && place.block === last && place.count === (last?.count ?? 0)) continue
        places.set(stream, copyBehind(fresh, stream, place, room))
        if (isFull(room)) return fresh
      }
      seen = now
      if (places.size > tenant.streams.size) for (const stream of places.keys()) forget(stream)
      return fresh
    },
  }
  function forget(stream: Stream): void {
    if (tenant.streams.get(stream.text) !== stream) places.delete(stream)
  }
}

interface Room {
  entries: number
  bytes: number
}

function isFull(room: Room): boolean {
  return room.entries <= 0 || room.bytes <= 0
}

function placeOf(stream: Stream): Place {
  const block = stream.blocks.at(-1)
  return { block, count: block?.count ?? 0 }
}

/** Copies what stands behind a place, while there is room; returns how far it came. */
function copyBehind(fresh: Tenant, stream: Stream, place: Place | undefined, room: Room): Place {
  const known = place?.block === undefined ? -1 : stream.blocks.indexOf(place.block)
  const target = openStream(fresh, stream.text)
  for (let index = Math.max(0, known); index < stream.blocks.length; index++) {
    const block = stream.blocks[index]!
    for (let i = index === known ? place!.count : 0; i < block.count; i++) {
      if (isFull(room)) return { block, count: i }
      const start = entryStart(block, i)
      const middle = block.ends[2 * i]!
      const end = block.ends[2 * i + 1]!
      const second = Math.floor(block.times[i]! / 1e9)
      const nanos = block.times[i]! - second * 1e9
      storeEntry(fresh, target, block.base + second, nanos, block.bytes, start, middle, block.bytes, middle, end)
      room.entries--
      room.bytes -= end - start
    }
  }
  return placeOf(stream)
}
