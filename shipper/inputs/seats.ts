/**
 * Connections, bounded. When all seats are taken, a new one gets that of whoever was silent longest, if that was long: a sender
 * that was cut off while it had nothing to say would lose its next message, since syslog over TCP has no answers.
 */

export interface Seated {
  destroy(): void
}

interface Seat {
  heardAt: number
  /** Waits for the disk: not silent. */
  isBusy: boolean
}

export class Seats<Connection extends Seated> {
  private readonly max: number
  private readonly idleMs: number
  private readonly now: () => number
  /** The longest silent first. */
  private readonly taken = new Map<Connection, Seat>()

  constructor(max: number, idleMs: number, now: () => number) {
    this.max = max
    this.idleMs = idleMs
    this.now = now
  }

  /** False when there is no seat: the connection is not ours. */
  take(connection: Connection): boolean {
    if (this.taken.size >= this.max) {
      const silent = this.silent()
      if (silent === undefined) return false
      this.taken.delete(silent)
      silent.destroy()
    }
    this.taken.set(connection, { heardAt: this.now(), isBusy: false })
    return true
  }

  leave(connection: Connection): void {
    this.taken.delete(connection)
  }

  /** It said something, which is being stored, or is now. */
  heard(connection: Connection, isBusy: boolean): void {
    if (this.taken.delete(connection)) this.taken.set(connection, { heardAt: this.now(), isBusy })
  }

  private silent(): Connection | undefined {
    for (const [connection, { heardAt, isBusy }] of this.taken) {
      if (isBusy) continue
      return this.now() - heardAt >= this.idleMs ? connection : undefined
    }
    return undefined
  }
}
