/** Docker's json-file driver: {"log":"text\n","stream":"stdout","attrs":{…},"time":"2026-05-05T12:30:11.123456789Z"}. */
import type { Runtime } from '../record.ts'
import { readTimeValue } from '../terms/time.ts'

/** One line of a container as its runtime wrote it down, before fragments are joined. */
export interface Wrapped {
  readonly text: string
  /** True when the line goes on in the next one of the same stream: Docker and containerd cut at 16 KiB. */
  readonly partial: boolean
  readonly runtime: Runtime
}

/** Container runtimes write UTC; nothing depends on the clock. */
const RUNTIME_TIME = { zone: 'UTC', now: { seconds: 0, nanos: 0 } }

const START = Buffer.from('{"log":"')

/** Cheap: does the line start as Docker's lines do? */
export function looksDocker(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < START.length || bytes[start + 2] !== START[2] || bytes[start + 5] !== START[5]) return false
  for (let i = 0; i < START.length; i++) if (bytes[start + i] !== START[i]) return false
  return true
}

/** Undefined when it is JSON of something else: an application may well have a field called log. */
export function parseDocker(line: string): Wrapped | undefined {
  const value = parseObject(line)
  if (!value || typeof value.log !== 'string' || typeof value.time !== 'string') return undefined
  const { log, stream } = value
  if (stream !== undefined && stream !== 'stdout' && stream !== 'stderr') return undefined
  const names = Object.keys(value)
  if (names.some((name) => !DOCKER_NAMES.has(name))) return undefined
  const time = readTimeValue(value.time, RUNTIME_TIME)
  if (!time) return undefined
  const attrs = readAttrs(value.attrs)
  return {
    text: log.replace(/\r?\n$/, ''),
    partial: !log.endsWith('\n'),
    runtime: { time, stream, ...(attrs ? { attrs } : {}) },
  }
}

const DOCKER_NAMES = new Set(['log', 'stream', 'time', 'attrs'])

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The container's labels and variables that the driver was told to write (--log-opt labels, env, tag). */
function readAttrs(attrs: unknown): ReadonlyMap<string, string> | undefined {
  if (typeof attrs !== 'object' || attrs === null) return undefined
  return new Map(Object.entries(attrs).map(([name, value]) => [name, String(value)]))
}
