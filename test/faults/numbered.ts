/**
 * Numbered events in several formats, and the oracle that tells from what Loki stored whether each came, how often, and
 * whole. An event's payload follows from its number alone, so nothing needs to be remembered of what was written.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Stored } from '../loki-double/rules.ts'
import { entryText } from './harness.ts'

/** What every event carries, whatever its format. */
export function payloadOf(n: number): string {
  return `n${n}:${createHash('sha256').update(`payload ${n}`).digest('hex').slice(0, 24)}:ü→${String.fromCodePoint(0x1f600 + (n % 60))}`
}

const LEVELS = ['info', 'warn', 'error', 'debug'] as const

/** By number: two of three are the express lane's (JSON, logfmt), the others plain text, every tenth of all a stack trace. */
export function eventText(n: number, at: number): string {
  const level = LEVELS[n % 4]!
  const payload = payloadOf(n)
  const iso = new Date(at).toISOString()
  if (n % 10 === 9) {
    const frames = Array.from({ length: 4 }, (_, i) => `\tat shop.orders.Order${i}.place(Order${i}.java:${n})`)
    const head = `${iso.replace('T', ' ').replace('.', ',').slice(0, 23)} ERROR [main] shop.orders.Placement - failed ${payload}`
    return `${[head, `java.lang.IllegalStateException: no stock n${n}`, ...frames].join('\n')}\n`
  }
  if (n % 3 === 0) {
    return `{"time":"${iso}","level":"${level}","msg":"order placed","component":"orders","payload":"${payload}"}\n`
  }
  // Whole seconds: many lines share a time.
  if (n % 3 === 1) return `time=${iso.slice(0, 19)}Z level=${level} msg="order placed" payload="${payload}"\n`
  return `${iso.slice(0, 19).replace('T', ' ')} ${level.toUpperCase()} worker-${n % 5}: order placed ${payload}\n`
}

export interface Verdict {
  /** How many came more than once. */
  readonly repeated: number
  /** Entries beyond the first of each event. */
  readonly surplus: number
}

/** Fails unless events 0 … count - 1 came, each whole, and repetitions are the same to the byte. */
export function assertAllCame(stored: readonly Stored[], count: number): Verdict {
  const found = new Map<number, Stored[]>()
  for (const entry of stored) {
    const n = numberOf(entry)
    const others = found.get(n)
    if (others === undefined) found.set(n, [entry])
    else others.push(entry)
  }
  const missing = Array.from({ length: count }, (_, n) => n).filter((n) => !found.has(n))
  assert.deepEqual(missing.slice(0, 20), [], `${missing.length} of ${count} events are lost`)
  const strangers = [...found.keys()].filter((n) => n >= count)
  assert.deepEqual(strangers, [], 'events that nobody wrote')
  let repeated = 0
  for (const [n, entries] of found) {
    const [first, ...others] = entries.map(entryText)
    for (const other of others) assert.equal(other, first, `event ${n} came again, and different`)
    if (others.length > 0) repeated++
    assertWhole(n, entries[0]!)
  }
  return { repeated, surplus: stored.length - found.size }
}

function numberOf({ line }: Stored): number {
  const [, digits] = /\bn(\d+):[0-9a-f]{24}:/.exec(line) ?? []
  assert.ok(digits !== undefined, `no event of ours: ${line.slice(0, 300)}`)
  return Number(digits)
}

function assertWhole(n: number, { line }: Stored): void {
  const record = JSON.parse(line) as Record<string, unknown>
  const text = String(record['payload'] ?? record['message'])
  assert.ok(text.endsWith(payloadOf(n)), `event ${n} is damaged: ${line.slice(0, 400)}`)
  if (n % 10 !== 9) return
  const stack = String(record['stack'])
  for (let i = 0; i < 4; i++) assert.ok(stack.includes(`Order${i}.java:${n})`), `frame ${i} of ${n} is gone: ${line}`)
}
