/** discover_log_levels: puts Loki's detected_level into the structured metadata of pushed entries. */

import { appendVarint, type ByteBuffer, ensure } from '../../shipper/wire/bytes.ts'
import type { Label } from '../../shipper/wire/labels.ts'
import { nameId } from '../../shipper/wire/names.ts'
import type { PushedStream } from '../../shipper/wire/pushed.ts'
import type { Limits } from '../limits.ts'
import { levelOfLine, normalizeLevel, severityLevel } from './level.ts'
import type { Tenant } from './tenant.ts'

/** Adds detected_level to entries, as discover_log_levels says. */
export function levelAdder(
  tenant: Tenant,
  stream: PushedStream,
  labels: readonly Label[],
  limits: Limits,
): (index: number) => void {
  const { names } = tenant
  const detected = nameId(names, 'detected_level')
  const fields = limits.log_level_fields
  const labelled = fields
    .map((field) => labels.find(([name]) => name === field)?.[1])
    .find((value) => value !== undefined)
  const fieldIds = fields.map((field) => nameId(names, field))
  const severity = nameId(names, 'severity_number')
  const fixed = labelled === undefined ? undefined : normalizeLevel(labelled)
  return (index) => {
    const pairs = stream.pairs[index]! === 0 ? undefined : pairsOf(stream, index)
    const own = pairs?.get(detected)
    if (own !== undefined) {
      const level = normalizeLevel(own)
      if (level !== own) replacePairs(stream, index, tenant, pairs!.set(detected, level))
      return
    }
    let level = fixed
    if (level === undefined && pairs !== undefined) {
      const id = fieldIds.find((field) => pairs.has(field))
      if (id !== undefined) level = normalizeLevel(pairs.get(id)!)
      else if (pairs.has(severity)) level = severityLevel(pairs.get(severity)!)
    }
    if (level === undefined) {
      const line = stream.lines.toString('utf8', stream.ranges[4 * index]!, stream.ranges[4 * index + 1]!)
      level = levelOfLine(line, fields, limits.log_level_from_json_max_depth)
    }
    if (level !== '') appendPair(stream, index, detected, 'detected_level', level)
  }
}

function pairsOf(stream: PushedStream, index: number): Map<number, string> {
  const pairs = new Map<number, string>()
  const { bytes } = stream.metadata
  let at = stream.ranges[4 * index + 2]!
  const end = stream.ranges[4 * index + 3]!
  while (at < end) {
    let id = 0
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      id |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      length |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    pairs.set(id, bytes.toString('utf8', at, at + length))
    at += length
  }
  return pairs
}

/** An entry's pairs must lie in one piece: unless they end the buffer they are moved to its end first. */
function appendPair(stream: PushedStream, index: number, id: number, name: string, value: string): void {
  const { metadata, ranges } = stream
  const start = ranges[4 * index + 2]!
  const end = ranges[4 * index + 3]!
  if (end !== metadata.used) {
    ensure(metadata, end - start)
    metadata.bytes.copyWithin(metadata.used, start, end)
    ranges[4 * index + 2] = metadata.used
    metadata.used += end - start
  }
  writePair(metadata, id, value)
  ranges[4 * index + 3] = metadata.used
  stream.pairs[index]!++
  stream.metadataSizes[index]! += name.length + Buffer.byteLength(value)
}

function replacePairs(stream: PushedStream, index: number, tenant: Tenant, pairs: ReadonlyMap<number, string>): void {
  const { metadata, ranges } = stream
  ranges[4 * index + 2] = metadata.used
  let size = 0
  for (const [id, value] of pairs) {
    writePair(metadata, id, value)
    size += tenant.names.list[id]!.length + Buffer.byteLength(value)
  }
  ranges[4 * index + 3] = metadata.used
  stream.pairs[index] = pairs.size
  stream.metadataSizes[index] = size
}

function writePair(metadata: ByteBuffer, id: number, value: string): void {
  const length = Buffer.byteLength(value)
  appendVarint(metadata, id)
  appendVarint(metadata, length)
  ensure(metadata, length)
  metadata.used += metadata.bytes.write(value, metadata.used)
}
