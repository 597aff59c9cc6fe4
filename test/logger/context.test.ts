/** Context follows calls and ends with them; nothing of one request is seen in another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  bindContext,
  clearContext,
  context,
  correlationId,
  logNodeExecution,
  messageId,
  requestId,
  withContext,
} from '../../logger/index.ts'
import { createQueue } from '../../logger/transports/queue.ts'
import { memoryLogger } from './reader.ts'

test('bind, clear, nest: inner scopes see outer fields, outer ones never inner', async () => {
  await withContext({ correlation_id: 'c-1', a: 1 }, async () => {
    bindContext({ b: 2 })
    await sleep(1)
    assert.deepEqual(context(), { correlation_id: 'c-1', a: 1, b: 2 })
    await withContext({ a: 3 }, async () => {
      bindContext({ c: 4 })
      await sleep(1)
      assert.deepEqual(context(), { correlation_id: 'c-1', a: 3, b: 2, c: 4 })
      clearContext('b')
      assert.deepEqual(context(), { correlation_id: 'c-1', a: 3, c: 4 })
    })
    assert.deepEqual(context(), { correlation_id: 'c-1', a: 1, b: 2 })
    clearContext()
    assert.deepEqual(context(), {})
  })
  assert.deepEqual(context(), {})
})

test('a hundred at once do not mix, and bind outside of a scope stays with its own call', async () => {
  const seen = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      withContext({ correlation_id: `c-${i}` }, async () => {
        bindContext({ i })
        await sleep(Math.random() * 5)
        return [correlationId(), context().i]
      }),
    ),
  )
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, i) => [`c-${i}`, i]),
  )
  const outside = async () => {
    await sleep(0)
    bindContext({ mine: 1 })
    return context()
  }
  assert.deepEqual(await outside(), { mine: 1 })
})

test('ids as the platform writes them', () => {
  assert.match(requestId(), /^req_[0-9a-f]{8}$/)
  assert.equal(messageId(456, 1_735_167_345_999), 'msg_456_1735167345')
})

test('logNodeExecution(name, function) logs with the logger that was created first', () => {
  const { records } = memoryLogger({ service: 'first' })
  assert.equal(logNodeExecution('developer', (a: number) => a + 1)(1), 2)
  assert.deepEqual(
    records().map(({ service, node, event }) => [service, node, event]),
    [
      ['first', 'developer', 'node_start'],
      ['first', 'developer', 'node_complete'],
    ],
  )
})

test('a level that is a name of every object is no level', () => {
  const { logger, records } = memoryLogger()
  for (const level of ['toString', '__proto__', 'constructor']) logger.log(level, 'a b')
  assert.deepEqual(
    records().map(({ level }) => level),
    ['info', 'info', 'info'],
  )
})

test('the queue: bounded, in order, what failed is taken again', () => {
  const queue = createQueue(400)
  const pushed = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((line) => queue.push(line))
  assert.deepEqual(pushed, ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.deepEqual([queue.take(2), queue.take(2), queue.lines], [['a', 'b'], ['a', 'b'], 6])
  queue.done()
  assert.ok(queue.push('h'))
  assert.deepEqual([queue.take(3), queue.drain(), queue.lines], [['c', 'd', 'e'], ['c', 'd', 'e', 'f', 'h'], 0])
})
