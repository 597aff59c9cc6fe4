/** The shipper's clock for a guest in somebody else's program: waiting for Loki must not keep that program running. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../shipper/push/retry.ts'

export const idleClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => wait(ms, undefined, { ref: false, signal }).catch(() => {}),
}
