/**
 * The time that lines stand at which come before the first one with a time (a banner, the middle of a stack trace): that
 * one's. At the time of reading, one such line would stretch a file of last May to today.
 */
import { createFramer, type FramedEvent, type Framing } from '../framing/index.ts'
import type { Interpreter } from '../interpret.ts'
import type { Source, SourceEvent } from '../sources/source.ts'
import type { Instant } from '../terms/instant.ts'

/** How far a file is looked into. */
const MAX_BYTES = 64 * 1024
const MAX_RECORDS = 200

export interface FirstTimes {
  readonly source: Source
  /** By the origin's id; known before its first block is handed on. */
  readonly times: ReadonlyMap<number, Instant>
}

/** `interpreter`: a new one for each file; it remembers formats. */
export function withFirstTimes(source: Source, framing: Framing, interpreter: () => Interpreter): FirstTimes {
  const times = new Map<number, Instant>()
  const seen = new Set<number>()
  const look = (event: SourceEvent) => {
    if (event.kind !== 'data' || seen.has(event.origin.id)) return
    seen.add(event.origin.id)
    const time = firstTime(event.bytes.subarray(0, MAX_BYTES), framing, interpreter())
    if (time !== undefined) times.set(event.origin.id, time)
  }
  return {
    times,
    source: {
      async *events(signal) {
        for await (const event of source.events(signal)) {
          look(event)
          yield event
        }
      },
      commit: (origin, offset, carried) => source.commit(origin, offset, carried),
      close: () => source.close(),
    },
  }
}

function firstTime(bytes: Uint8Array, framing: Framing, interpreter: Interpreter): Instant | undefined {
  let time: Instant | undefined
  let records = 0
  const framer = createFramer({ framing, multiline: true })
  const sink = {
    event({ message }: FramedEvent) {
      if (time !== undefined || records++ >= MAX_RECORDS) return
      const record = interpreter.record(message)
      if (record.timestamp_source !== 'read') time = record.timestamp
    },
  }
  // A copy: the framer may keep the bytes of a line that has no end yet.
  framer.push(Buffer.from(bytes), 0, sink)
  framer.end(sink)
  return time
}
