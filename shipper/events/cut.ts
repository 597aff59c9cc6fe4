/** Texts of events, within their bytes: Loki, triggers and the page take them as they are. */
import { MAX_EVENT_MESSAGE_BYTES } from './event.ts'

const ELLIPSIS = '…'
const ELLIPSIS_BYTES = 3

/**
 * At most `maxBytes` of UTF-8: a longer text ends before a whole character and with …, which counts. Halves of surrogate
 * pairs become U+FFFD, as they would on their way into UTF-8.
 */
export function cutText(text: string, maxBytes = MAX_EVENT_MESSAGE_BYTES): string {
  // Each UTF-16 unit takes at least a byte; one unit more, so that a pair is not torn where it does not matter.
  const head = text.length > maxBytes ? text.slice(0, maxBytes + 1) : text
  const whole = head.toWellFormed()
  if (head === text && Buffer.byteLength(whole) <= maxBytes) return whole
  let bytes = 0
  let end = 0
  for (const char of whole) {
    bytes += Buffer.byteLength(char)
    if (bytes > maxBytes - ELLIPSIS_BYTES) break
    end += char.length
  }
  return whole.slice(0, end) + ELLIPSIS
}
