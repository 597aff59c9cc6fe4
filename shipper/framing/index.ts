/** Bytes → events: what the pipeline takes from this stage. */
import { parseCri } from './cri.ts'
import { parseDocker } from './docker.ts'
import type { Framing } from './framer.ts'

export {
  createFramer,
  FRAMINGS,
  type FramedEvent,
  Framer,
  type FramerCounts,
  type FramerOptions,
  type FramerSink,
  type Framing,
} from './framer.ts'
export { type FrameStream, StreamFrames } from './stream-frames.ts'

/** What wraps an origin's lines, told by its first ones (for people: the framer itself looks at each line). */
export function detectFraming(firstLines: readonly string[]): Exclude<Framing, 'auto'> {
  for (const line of firstLines) {
    if (parseDocker(line)) return 'docker'
    if (parseCri(line)) return 'cri'
  }
  return 'lines'
}
