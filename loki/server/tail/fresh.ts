/** What was pushed since the last look: the new entries of a tenant's streams, as a small tenant of their own. */
import { type Block, entryStart } from '../block.ts'
import { createTenant, openStream, type Stream, storeEntry, type Tenant } from '../tenant.ts'

export interface FreshEntries {
  /** New entries, at most so many bytes of them; undefined when there are none. `isCut`: there were more. */
  take(): { readonly tenant: Tenant; readonly isCut: boolean } | undefined
}

/** More at once are not shown, so that a flood does not fill the memory a second time. */
const MAX_BYTES = 16 * 1024 * 1024

interface Place {
  /** The stream's last block at the last look, and how many entries it had. */
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
      if (tenant.counters.entries === seen) return undefined
      seen = tenant.counters.entries
      const fresh: Tenant = { ...createTenant(tenant.id), names: tenant.names }
      let bytes = 0
      let isCut = false
      for (const stream of tenant.streams.values()) {
        const place = places.get(stream)
        const last = stream.blocks.at(-1)
        if (place !== undefined && place.block === last && place.count === (last?.count ?? 0)) continue
        places.set(stream, placeOf(stream))
        if (bytes > MAX_BYTES) isCut = true
        else bytes += copyBehind(fresh, stream, place)
      }
      if (places.size > tenant.streams.size) for (const stream of places.keys()) forget(stream)
      return { tenant: fresh, isCut }
    },
  }
  function forget(stream: Stream): void {
    if (tenant.streams.get(stream.text) !== stream) places.delete(stream)
  }
}

function placeOf(stream: Stream): Place {
  const block = stream.blocks.at(-1)
  return { block, count: block?.count ?? 0 }
}

function copyBehind(fresh: Tenant, stream: Stream, place: Place | undefined): number {
  const known = place?.block === undefined ? -1 : stream.blocks.indexOf(place.block)
  const target = openStream(fresh, stream.text)
  let bytes = 0
  for (const [index, block] of stream.blocks.entries()) {
    if (index < known || bytes > MAX_BYTES) continue
    for (let i = index === known ? place!.count : 0; i < block.count; i++) {
      const start = entryStart(block, i)
      const middle = block.ends[2 * i]!
      const end = block.ends[2 * i + 1]!
      const second = Math.floor(block.times[i]! / 1e9)
      const nanos = block.times[i]! - second * 1e9
      storeEntry(fresh, target, block.base + second, nanos, block.bytes, start, middle, block.bytes, middle, end)
      bytes += end - start
    }
  }
  return bytes
}
