/** Bytes → events: what the pipeline takes from this stage. */
import { parseCri } from './cri.ts'
import { parseDocker } from './docker.ts'
import { type Framer, type FramerOptions, type Framing, LineFramer } from './framer.ts'
import { JournalFramer } from './journal.ts'

export {
  FRAMINGS,
  type FramedEvent,
  type Framer,
  type FramerCounts,
  type FramerOptions,
  type FramerSink,
  type Framing,
} from './framer.ts'
export { type FrameStream, StreamFrames } from './stream-frames.ts'

export function createFramer(options: FramerOptions): Framer {
  return options.framing === 'journal' ? new JournalFramer(options.maxLineBytes) : new LineFramer(options)
}

/** What wraps an origin's lines, told by its first ones (for people: the framer itself looks at each line). */
export function detectFraming(firstLines: readonly string[]): Exclude<Framing, 'auto' | 'journal'> {
  for (const line of firstLines) {
    if (parseDocker(line)) return 'docker'
    if (parseCri(line)) return 'cri'
  }
  return 'lines'
}
