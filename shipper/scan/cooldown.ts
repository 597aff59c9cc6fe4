/** Which rule is silent for which workload of a container, and until when. */

/** Pairs of a container. Names of workloads may come from lines: one container must not take all memory. */
const MAX_COOLING = 1000

/** Of one container. Times are of a clock that only goes forward, in milliseconds. */
export class Cooldowns {
  private readonly until = new Map<string, number>()
  /** Before this none of them is over. */
  private nextOver = Number.POSITIVE_INFINITY

  /**
   * True while the rule is silent. When so many are that no more can be remembered, those that are not are silent as
   * well: the rate holds, and only this container's hits suffer for its many names.
   */
  isCooling(rule: string, workload: string, now: number, cooldownMs: number): boolean {
    if (cooldownMs === 0) return false
    const until = this.until.get(keyOf(rule, workload))
    if (until !== undefined) return now < until
    if (this.until.size >= MAX_COOLING) this.forgetOver(now)
    return this.until.size >= MAX_COOLING
  }

  /** After a hit. */
  start(rule: string, workload: string, now: number, cooldownMs: number): void {
    if (cooldownMs === 0) return
    this.until.set(keyOf(rule, workload), now + cooldownMs)
    this.nextOver = Math.min(this.nextOver, now + cooldownMs)
  }

  get size(): number {
    return this.until.size
  }

  private forgetOver(now: number): void {
    if (now < this.nextOver) return
    this.nextOver = Number.POSITIVE_INFINITY
    for (const [key, until] of this.until) {
      if (until <= now) this.until.delete(key)
      else this.nextOver = Math.min(this.nextOver, until)
    }
  }
}

function keyOf(rule: string, workload: string): string {
  return `${rule}\0${workload}`
}
