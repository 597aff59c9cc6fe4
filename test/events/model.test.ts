/** Property: whatever is appended, however often it is closed or killed, and as time goes by, the log is what a list would be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogEvent } from '../../shipper/events/event.ts'
import { DAY_MS, everything, newEvent, newFolder, numbers, openLog, START_MS } from './folder.ts'

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('append' as const), key: fc.nat(30), size: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'kill' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.nat(3) }) },
)

const MAX_AGE_DAYS = 8
const MAX_BYTES = 8000

test('the newest of what was stored, each key once, nothing that is too old', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
      const folder = newFolder()
      const clock = { ms: START_MS }
      const options = { maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_DAYS * DAY_MS, lock: () => () => {} }
      let { log } = openLog(folder, options, clock)
      const stored: { event: LogEvent; at: number }[] = []
      for (const each of steps) {
        if (each.do === 'wait') clock.ms += each.days * DAY_MS
        else if (each.do === 'append') {
          const before = everything(log)
          const event = log.append(newEvent({ key: `k${each.key}`, message: 'x'.repeat(each.size) }))
          if (event !== undefined) stored.push({ event, at: clock.ms })
          else
            assert.ok(
              stored.some(({ event: { key } }) => key === `k${each.key}`),
              'refused without a reason',
            )
          if (before.some(({ key }) => key === `k${each.key}`)) assert.equal(event, undefined, 'its key is in the log')
        } else {
          if (each.do === 'close') await log.close()
          log = openLog(folder, options, clock).log
        }
        const kept = everything(log).toReversed()
        assert.deepEqual(
          kept,
          stored.slice(stored.length - kept.length).map(({ event }) => event),
          'the newest, as they were',
        )
        const oldest = stored[stored.length - kept.length]
        if (oldest !== undefined) {
          const days = (clock.ms - oldest.at) / DAY_MS
          assert.ok(days <= MAX_AGE_DAYS + 1, `${days} days old`)
        }
        const { bytes, events } = log.stats()
        assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`)
        assert.equal(events, kept.length)
        assert.deepEqual(numbers(log.since(0, { limit: 1000 })), numbers(kept))
      }
      const given = stored.map(({ event }) => event.seq)
      assert.ok(
        given.every((seq, i) => i === 0 || seq > given[i - 1]),
        'numbers grow',
      )
    }),
    { numRuns: 60 },
  )
})
