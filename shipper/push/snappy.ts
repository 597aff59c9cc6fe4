/** Snappy's block format, which Loki's protobuf push is wrapped in. */
import { varint } from './entry.ts'

/** Compresses in libuv's pool: 1 MiB takes some 5 ms of CPU. */
export type Compress = (bytes: Buffer) => Promise<Buffer>

let loading: Promise<Compress | undefined> | undefined

/** The native compressor, loaded once; undefined where the optional package `snappy` is not installed or cannot load. */
export function loadCompress(): Promise<Compress | undefined> {
  loading ??= import('snappy').then(
    (snappy) => (bytes) => snappy.compress(bytes),
    () => undefined,
  )
  return loading
}

/** Length of the whole in front of a block. */
export function blockHead(length: number): number[] {
  return varint(length)
}

/** The five bytes in front of `length` bytes that stand as they are: a literal with a four-byte length. Length ≥ 1. */
export function literalHead(length: number): number[] {
  const last = length - 1
  return [0xfc, last & 255, (last >>> 8) & 255, (last >>> 16) & 255, last >>> 24]
}
