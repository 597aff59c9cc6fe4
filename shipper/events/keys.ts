/** The newest keys: an event that was read twice is stored once. */
import { createHash } from 'node:crypto'

/** Keys that are remembered; a crash makes the shipper read again what one batch held, 10,000 lines at most. */
export const MAX_KEYS = 16_384

/** A longer one is remembered by its hash. */
const MAX_KEY_LENGTH = 128

export class RecentKeys {
  /** In the order in which they came. */
  private readonly keys = new Set<string>()

  has(key: string): boolean {
    return this.keys.has(short(key))
  }

  /** Newest first, as they are read back. */
  fill(keys: readonly string[]): void {
    for (let i = keys.length - 1; i >= 0; i--) this.add(keys[i])
  }

  /** An empty key is no key. */
  add(key: string): void {
    if (key === '') return
    this.keys.add(short(key))
    if (this.keys.size <= MAX_KEYS) return
    for (const oldest of this.keys) {
      this.keys.delete(oldest)
      return
    }
  }
}

function short(key: string): string {
  return key.length <= MAX_KEY_LENGTH ? key : createHash('sha256').update(key).digest('base64')
}
