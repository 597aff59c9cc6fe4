/** Run and killed by restart.test.ts: 200 events are in its log, one by one, and told to the port that is given. */

import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { sleep } from '../../shipper/terms/sleep.ts'
import { openTriggers } from '../../shipper/triggers/triggers.ts'
import { event, feedOf, PUBLIC, settings } from './world.ts'

const [folder, port] = process.argv.slice(2) as [string, string]
const { existsSync } = await import('node:fs')
const isFirst = !existsSync(join(folder, 'triggers.json.cursors'))
const all = Array.from({ length: 200 }, (_, index) => event(index + 1))
const feed = isFirst ? feedOf() : feedOf(...all)
const triggers = openTriggers({
  configured: [settings({ url: 'http://hooks.example/' })],
  stateFile: join(folder, 'triggers.json'),
  deadLetterFile: join(folder, 'dead.jsonl'),
  secretKey: undefined,
  allowPrivate: [],
  feed,
  now: Date.now,
  random: Math.random,
  sleep,
  resolve: async () => [PUBLIC],
  connect: () => connectTcp(Number(port), '127.0.0.1'),
  onProblem: (where, message) => console.error(where, message),
})
if (isFirst) {
  // The log's file is there before triggers hear of it: so is the cursor of a new trigger.
  while (!existsSync(join(folder, 'triggers.json.cursors'))) await sleep(10, new AbortController().signal)
  all.forEach(feed.append)
}
await new Promise(() => setInterval(() => triggers.stats(), 1000))
