/** The pattern of a line's message, which somebody beside the lane knows, as a metadata pair. */
import type { Level } from '../terms/level.ts'
import { bytesOf, type Constant, constant, copyAll } from './slices.ts'

/** Who knows the patterns of one origin's messages. */
export interface PatternSink {
  /** For lines of these labels. */
  group(service: string, node: string, level: Level): MessageGroup
}

export interface MessageGroup {
  /** The id for bytes[start..end), as between the quotes of a JSON string when `isEscaped`; '' for none. ASCII. */
  take(bytes: Uint8Array, start: number, end: number, isEscaped: boolean, seconds: number, nanos: number): string
}

/** Ids are shorter than this: their lengths take one byte. */
const MAX_ID = 64

/** What the pair takes at most. */
export const PATTERN_BYTES = 24 + MAX_ID

const NAME = pairHead('pattern_id')

/** 1a length 0a 0a pattern_id 12 length id. */
export function writePattern(out: DataView, at: number, id: string): number {
  if (id.length === 0 || id.length > MAX_ID) return at
  out.setUint8(at, 0x1a)
  out.setUint8(at + 1, NAME.length + 1 + id.length)
  at = copyAll(out, at + 2, NAME)
  out.setUint8(at++, id.length)
  for (let index = 0; index < id.length; index++) out.setUint8(at++, id.charCodeAt(index))
  return at
}

function pairHead(name: string): Constant {
  return constant(Buffer.from([0x0a, name.length, ...bytesOf(name), 0x12]))
}
