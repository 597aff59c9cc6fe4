/**
 * xxHash64 of a stream's labels, as Prometheus's labels.StableHash makes it: Loki goes by it where entries of several
 * streams have the same time, and so it decides which of them a limit cuts off.
 */
import type { Label } from './labeltext.ts'
import type { EntryRow } from './source.ts'

const MASK = (1n << 64n) - 1n
const P1 = 11400714785074694791n
const P2 = 14029467366897019727n
const P3 = 1609587929392839161n
const P4 = 9650029242287828579n
const P5 = 2870177450012600261n

/** Reads the hash of an entry's stream, made once a stream. */
export function createHashReader(): (row: EntryRow) => bigint {
  const hashes = new Map<EntryRow['stream'], bigint>()
  return ({ stream }) => {
    let hash = hashes.get(stream)
    if (hash === undefined) hashes.set(stream, (hash = streamHash(stream)))
    return hash
  }
}

/** Labels by name. */
export function streamHash(labels: readonly Label[]): bigint {
  const parts: Buffer[] = []
  for (const [name, value] of labels) parts.push(Buffer.from(name), SEPARATOR, Buffer.from(value), SEPARATOR)
  return xxHash64(Buffer.concat(parts))
}

const SEPARATOR = Buffer.from([0xff])

export function xxHash64(bytes: Buffer): bigint {
  let at = 0
  let hash: bigint
  if (bytes.length >= 32) {
    const lanes = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK]
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i]!, bytes.readBigUInt64LE(at + 8 * i))
    }
    hash = (rotate(lanes[0]!, 1n) + rotate(lanes[1]!, 7n) + rotate(lanes[2]!, 12n) + rotate(lanes[3]!, 18n)) & MASK
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK
  } else hash = P5
  hash = (hash + BigInt(bytes.length)) & MASK
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4) & MASK
  }
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(bytes.readUInt32LE(at)) * P1) & MASK), 23n) * P2 + P3) & MASK
    at += 4
  }
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((BigInt(bytes[at]!) * P5) & MASK), 11n) * P1) & MASK
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK
  return hash ^ (hash >> 32n)
}

function round(lane: bigint, input: bigint): bigint {
  return (rotate((lane + input * P2) & MASK, 31n) * P1) & MASK
}

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK
}
