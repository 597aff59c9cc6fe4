import assert from 'node:assert/strict'
import { test } from 'node:test'
import { event, receiver, until, value, world } from './world.ts'

test('an event that the filter wants is sent to the webhook', async (t) => {
  const to = await receiver(t)
  const { triggers, feed, dialled } = world(t, to.port)
  const made = value(
    triggers.create({ name: 'Ops', url: 'http://hooks.example/in/abc', filter: { severities: ['error'] } }),
  )
  feed.append(event(1, { severity: 'warn' }))
  feed.append(event(2))
  await to.came(1)
  await until(() => triggers.stats()[made.id]!.delivered === 1)
  const body = JSON.parse(to.requests[0]!.body)
  assert.equal(body.event.seq, 2)
  assert.equal(to.requests[0]!.url, '/in/abc')
  assert.equal(to.requests[0]!.headers.host, 'hooks.example')
  assert.deepEqual(dialled, ['93.184.216.34:80'])
})
