/**
 * What survives a restart: append-only segment files under <dir>/segments. A push is one record, written with one
 * write before it is acknowledged: "LSR1", payload length, CRC-32, payload. Start reads them all back; a torn tail
 * (the process died in the write) is cut off. Names of metadata keep their ids over restarts; a record brings along
 * the names that its segment has not had yet.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { LongshipError } from '../../shipper/errors.ts'
import { makeFolder } from '../../shipper/terms/folder.ts'
import { appendBytes, appendText, appendVarint, type ByteBuffer, byteBuffer, ensure } from '../../shipper/wire/bytes.ts'
import type { Accepted } from './ingest.ts'
import { readPayload } from './replay.ts'
import type { Tenant } from './tenant.ts'

/** Retention drops whole files, so a file is closed at this size or age. */
const SEGMENT_BYTES = 64 * 1024 * 1024
const SEGMENT_AGE_MS = 60 * 60 * 1000
const MAGIC = 0x3152534c
const HEADER_BYTES = 12

interface Segment {
  readonly path: string
  /** Newest entry's second since 1970. */
  newest: number
}

export interface Segments {
  /** Appends what was accepted; throws a PushFailed-worthy error when the disk refuses, and then nothing is there. */
  write(tenant: Tenant, accepted: readonly Accepted[], now: number): void
  /** Deletes closed segments that hold nothing newer than this second. */
  dropBefore(second: number): void
  close(): void
}

export interface SegmentOptions {
  readonly dir: string
  /** fdatasync before a push is acknowledged: survives power loss, costs milliseconds a push. */
  readonly fsync: boolean
  readonly warn: (message: string) => void
}

/** Opens the directory, reads every segment back into tenants, and cuts a torn tail off. */
export function openSegments(options: SegmentOptions, tenantOf: (id: string) => Tenant, now: number): Segments {
  const dir = join(options.dir, 'segments')
  const closed: Segment[] = []
  let number = 0
  try {
    makeFolder(dir)
    for (const name of readdirSync(dir)
      .filter((name) => /^\d{8}\.seg$/.test(name))
      .sort()) {
      number = Number(name.slice(0, 8))
      const path = join(dir, name)
      closed.push({ path, newest: readSegment(path, tenantOf, options.warn) })
    }
  } catch (error) {
    throw new LongshipError('file', `cannot use the data directory ${options.dir}: ${(error as Error).message}`)
  }
  return appendTo(dir, number, closed, options, now)
}

function appendTo(dir: string, number: number, closed: Segment[], options: SegmentOptions, opened: number): Segments {
  let fd = -1
  let size = 0
  let since = opened
  let current: Segment | undefined
  let known = new Map<string, number>()
  const record = byteBuffer(64 * 1024)

  const finish = () => {
    if (fd >= 0) closeSync(fd)
    if (current !== undefined && size > 0) closed.push(current)
    fd = -1
    current = undefined
  }
  const start = (now: number) => {
    const path = join(dir, `${String(++number).padStart(8, '0')}.seg`)
    fd = openSync(path, 'a')
    size = 0
    since = now
    known = new Map()
    current = { path, newest: Number.NEGATIVE_INFINITY }
  }
  return {
    write(tenant, accepted, now) {
      if (fd >= 0 && (size >= SEGMENT_BYTES || now - since > SEGMENT_AGE_MS)) finish()
      if (fd < 0) start(now)
      const named = known.get(tenant.id) ?? 0
      const newest = writeRecord(record, tenant, accepted, named)
      try {
        writeAll(fd, record.bytes.subarray(0, record.used))
        if (options.fsync) fdatasyncSync(fd)
      } catch (error) {
        // Half a record must not stand in front of the next one.
        try {
          ftruncateSync(fd, size)
        } catch {
          finish()
        }
        throw error
      }
      size += record.used
      known.set(tenant.id, tenant.names.list.length)
      if (newest > current!.newest) current!.newest = newest
    },
    dropBefore(second) {
      for (let i = closed.length - 1; i >= 0; i--) {
        if (closed[i]!.newest >= second) continue
        unlinkSync(closed[i]!.path)
        closed.splice(i, 1)
      }
    },
    close: finish,
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  let at = 0
  while (at < bytes.length) at += writeSync(fd, bytes, at)
}

/** Makes the record of a push and returns its newest second. */
function writeRecord(record: ByteBuffer, tenant: Tenant, accepted: readonly Accepted[], named: number): number {
  record.used = HEADER_BYTES
  appendSized(record, tenant.id)
  const { list } = tenant.names
  appendVarint(record, named)
  appendVarint(record, list.length - named)
  for (let id = named; id < list.length; id++) appendSized(record, list[id]!)
  appendVarint(record, accepted.length)
  let newest = Number.NEGATIVE_INFINITY
  for (const part of accepted) {
    const { seconds, nanos, ranges, lines, metadata } = part.stream
    appendSized(record, part.text)
    appendVarint(record, part.count)
    for (let i = 0; i < part.count; i++) {
      const index = part.entries[i]!
      const r = 4 * index
      if (seconds[index]! > newest) newest = seconds[index]!
      ensure(record, 32)
      record.bytes.writeDoubleLE(seconds[index]!, record.used)
      record.bytes.writeUInt32LE(nanos[index]!, record.used + 8)
      record.used += 12
      appendVarint(record, ranges[r + 1]! - ranges[r]!)
      appendVarint(record, ranges[r + 3]! - ranges[r + 2]!)
      appendBytes(record, lines, ranges[r]!, ranges[r + 1]!)
      appendBytes(record, metadata.bytes, ranges[r + 2]!, ranges[r + 3]!)
    }
  }
  record.bytes.writeUInt32LE(MAGIC, 0)
  record.bytes.writeUInt32LE(record.used - HEADER_BYTES, 4)
  record.bytes.writeUInt32LE(crc32(record.bytes.subarray(HEADER_BYTES, record.used)), 8)
  return newest
}

function appendSized(record: ByteBuffer, text: string): void {
  appendVarint(record, Buffer.byteLength(text))
  appendText(record, text)
}

/** Reads one file back; returns its newest second. */
function readSegment(path: string, tenantOf: (id: string) => Tenant, warn: (message: string) => void): number {
  const bytes = readWhole(path)
  let at = 0
  let newest = Number.NEGATIVE_INFINITY
  let lost = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at + 4)
    const payload = bytes.subarray(at + HEADER_BYTES, end)
    const whole =
      bytes.readUInt32LE(at) === MAGIC && end <= bytes.length && crc32(payload) === bytes.readUInt32LE(at + 8)
    if (whole) {
      newest = Math.max(newest, readPayload(payload, tenantOf))
      at = end
      continue
    }
    const next = nextRecord(bytes, at + 1)
    if (next < 0) break
    lost += next - at
    at = next
  }
  if (lost > 0) warn(`${path}: ${lost} damaged bytes were skipped`)
  if (at < bytes.length) {
    warn(`${path}: the last ${bytes.length - at} bytes are no whole record and were cut off`)
    const fd = openSync(path, 'r+')
    ftruncateSync(fd, at)
    closeSync(fd)
  }
  // A file that was emptied still has an age: without it retention could never drop the file.
  return newest === Number.NEGATIVE_INFINITY ? statSync(path).mtimeMs / 1000 : newest
}

/** Where the next whole record starts, or -1: only a damaged middle has one, a torn tail has none. */
function nextRecord(bytes: Buffer, from: number): number {
  const magic = Buffer.alloc(4)
  magic.writeUInt32LE(MAGIC)
  for (let at = bytes.indexOf(magic, from); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (at + HEADER_BYTES > bytes.length) return -1
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at + 4)
    if (end <= bytes.length && crc32(bytes.subarray(at + HEADER_BYTES, end)) === bytes.readUInt32LE(at + 8)) return at
  }
  return -1
}

function readWhole(path: string): Buffer {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafeSlow(fstatSync(fd).size)
    let at = 0
    while (at < bytes.length) {
      const read = readSync(fd, bytes, at, bytes.length - at, at)
      if (read === 0) return bytes.subarray(0, at)
      at += read
    }
    return bytes
  } finally {
    closeSync(fd)
  }
}
