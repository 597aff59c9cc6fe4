import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type EventLog, openEventLog } from '../../shipper/events/log.ts'
import type { EventFeed } from '../../shipper/triggers/triggers.ts'
import { event, receiver, settings, until, world } from './world.ts'

function logOf(t: TestContext, folder: string, changes: object = {}): EventLog {
  const log = openEventLog({
    folder,
    maxAgeMs: 86_400_000,
    maxBytes: 8 * 1024 * 1024,
    now: Date.now,
    onProblem: () => {},
    ...changes,
  })
  t.after(() => log.close())
  return log
}

/** As lookout.ts hands it over. */
function feedOf(log: EventLog): EventFeed {
  return {
    subscribe: log.subscribe.bind(log),
    since: (seq, limit) => log.since(seq, { limit }),
    newest: () => log.stats().newest_seq,
  }
}

test('with the event log itself: what is appended is told, also what came while nobody listened', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const to = await receiver(t)
  const configured = [settings({ url: 'http://hooks.example/', filter: { severities: ['error'] } })]
  const log = logOf(t, join(folder, 'events'))
  log.append(event(1, { key: 'before' }))
  const first = world(t, to.port, { folder, configured, feed: feedOf(log) })
  log.append(event(2, { key: 'a' }))
  await until(() => first.triggers.stats()['x']!.delivered === 1)
  await first.triggers.close()
  for (let i = 0; i < 1200; i++) log.append(event(3, { key: `b${i}`, severity: i % 4 === 0 ? 'error' : 'info' }))
  await log.close()
  const again = logOf(t, join(folder, 'events'))
  const second = world(t, to.port, { folder, configured, feed: feedOf(again) })
  await until(() => second.triggers.stats()['x']!.delivered === 300)
  again.append(event(4, { key: 'c' }))
  await until(() => second.triggers.stats()['x']!.delivered === 301)
  const seqs = to.requests.map(({ body }) => JSON.parse(body).event.seq)
  assert.deepEqual([seqs[0], seqs.length, new Set(seqs).size, seqs.at(-1)], [2, 302, 302, 1203])
})
