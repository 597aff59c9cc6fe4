/** Which rule is silent for which workload of a container, and until when. */

/** Pairs of a container. Names of workloads may come from lines: one container must not take all memory. */
const MAX_COOLING = 1000

/** Of one container. Times are of a clock that only goes forward, in milliseconds. */
export class Cooldowns {
  /** By rule and workload. */
  private readonly until = new Map<string, Map<string, number>>()
  private size = 0
  /** Before this none of them is over. */
  private nextOver = Number.POSITIVE_INFINITY

  /**
   * True while the rule is silent. When so many are that no more can be remembered, those that are not are silent as
   * well: the rate holds, and only this container's hits suffer for its many names.
   */
  isCooling(rule: string, workload: string, now: number, cooldownMs: number): boolean {
    if (cooldownMs === 0) return false
    const until = this.until.get(rule)?.get(workload)
    if (until !== undefined) return now < until
    if (this.size >= MAX_COOLING) this.forgetOver(now)
    return this.size >= MAX_COOLING
  }

  /** After a hit. */
  start(rule: string, workload: string, now: number, cooldownMs: number): void {
    if (cooldownMs === 0) return
    let ofRule = this.until.get(rule)
    if (ofRule === undefined) {
      ofRule = new Map()
      this.until.set(rule, ofRule)
    }
    if (!ofRule.has(workload)) this.size++
    ofRule.set(workload, now + cooldownMs)
    this.nextOver = Math.min(this.nextOver, now + cooldownMs)
  }

  /** Nothing is silent: there is nothing to remember. */
  isOver(now: number): boolean {
    if (this.size > 0) this.forgetOver(now)
    return this.size === 0
  }

  private forgetOver(now: number): void {
    if (now < this.nextOver) return
    this.nextOver = Number.POSITIVE_INFINITY
    for (const [rule, ofRule] of this.until) {
      for (const [workload, until] of ofRule) {
        if (until > now) this.nextOver = Math.min(this.nextOver, until)
        else if (ofRule.delete(workload)) this.size--
      }
      if (ofRule.size === 0) this.until.delete(rule)
    }
  }
}
