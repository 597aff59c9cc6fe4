/** Reads one segment record's payload back into its tenant's streams. The CRC was right, so the form is trusted. */
import { copyBytes } from '../../shipper/wire/bytes.ts'
import { nameId } from '../../shipper/wire/names.ts'
import { type Cursor, cursor, readVarint } from '../../shipper/wire/protobuf.ts'
import { openStream, storeEntry, type Tenant } from './tenant.ts'

/** Returns the newest entry's second since 1970. */
export function readPayload(payload: Buffer, tenantOf: (id: string) => Tenant): number {
  const c = cursor(payload)
  const tenant = tenantOf(readSized(c))
  readNames(c, tenant)
  let newest = Number.NEGATIVE_INFINITY
  for (let streams = readVarint(c); streams > 0; streams--) {
    const stream = openStream(tenant, readSized(c))
    for (let entries = readVarint(c); entries > 0; entries--) {
      const seconds = payload.readDoubleLE(c.at)
      const nanos = payload.readUInt32LE(c.at + 8)
      c.at += 12
      const lineBytes = readVarint(c)
      const metadataBytes = readVarint(c)
      const middle = c.at + lineBytes
      const end = middle + metadataBytes
      storeEntry(tenant, stream, seconds, nanos, payload, c.at, middle, payload, middle, end)
      tenant.counters.entries++
      c.at = end
      if (seconds > newest) newest = seconds
    }
  }
  return newest
}

/** Ids are the same as when they were written: names are never given back while a segment knows them. */
function readNames(c: Cursor, tenant: Tenant): void {
  const first = readVarint(c)
  const { names } = tenant
  for (let count = readVarint(c), id = first; count > 0; count--, id++) {
    const name = readSized(c)
    if (names.list[id] === name) continue
    // Names between were dropped with their segments: nothing refers to them any more.
    while (names.list.length < id) names.list.push('')
    if (names.list.length === id && !names.ids.has(name)) nameId(names, name)
    else {
      names.list[id] = name
      names.ids.set(name, id)
    }
  }
}

function readSized(c: Cursor): string {
  const length = readVarint(c)
  const bytes = Buffer.allocUnsafe(length)
  copyBytes(c.bytes, c.at, c.at + length, bytes, 0)
  c.at += length
  return bytes.toString('utf8')
}
