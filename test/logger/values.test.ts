/** What is logged is in the line, whatever it is: values that are no set of fields, second errors, names that clash. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Logger } from '../../logger/index.ts'
import { memoryLogger } from './reader.ts'

const DAY = new Date(Date.UTC(2026, 4, 5))

/** A call, and what its record has. */
const CALLS: readonly (readonly [string, (logger: Logger) => void, Record<string, unknown>])[] = [
  ['a date behind', (logger) => logger.info('until', DAY), { message: 'until 2026-05-05T00:00:00.000Z' }],
  ['a date for %s', (logger) => logger.info('until %s!', DAY), { message: 'until 2026-05-05T00:00:00.000Z!' }],
  ['a date alone', (logger) => logger.info(DAY), { message: '2026-05-05T00:00:00.000Z' }],
  ['a list behind', (logger) => logger.info('ids', [1, 'b']), { message: 'ids [1,"b"]' }],
  ['a list alone', (logger) => logger.info([1, 'b']), { message: '[1,"b"]' }],
  ['a Map', (logger) => logger.info('m', new Map([['a', 1]])), { message: 'm {"a":1}' }],
  ['a Set', (logger) => logger.info('s', new Set([1])), { message: 's [1]' }],
  ['a URL', (logger) => logger.info('to', new URL('http://a.example/x')), { message: 'to http://a.example/x' }],
  ['a buffer', (logger) => logger.info('b', Buffer.alloc(1_000_000)), { message: 'b [Buffer of 1000000 bytes]' }],
  ['a boxed text', (logger) => logger.info('b', new String('x')), { message: 'b x' }],
  ['a thing with toJSON', (logger) => logger.info('d', { toJSON: () => 'text', a: 1 }), { message: 'd', a: 1 }],
  ['an object of a class', (logger) => logger.info('d', new Money()), { message: 'd', amount: '7' }],
  ['a long word behind', (logger) => logger.info('a', 'x'.repeat(500)), { message: `a ${'x'.repeat(500)}` }],
  [
    'an error for %s',
    (logger) => logger.error('failed: %s', new TypeError('bad')),
    { message: 'failed: bad', error_type: 'TypeError' },
  ],
  [
    'fields called as log() calls them',
    (logger) => logger.log({ level: 'notice', message: 'a b', a: 1 } as never),
    { level: 'info', level_original: 'notice', message: 'a b', a: 1 },
  ],
  [
    'an event with a field called event',
    (logger) => logger.event('provision.start', { event: 'other', workspace_id: 'ws-1' }),
    { event: 'provision.start', event_original: 'other', workspace_id: 'ws-1' },
  ],
]

class Money {
  readonly #cents = 700
  toJSON(): object {
    return { amount: String(this.#cents / 100) }
  }
}

for (const [name, call, expected] of CALLS) {
  test(`${name} is in the line`, () => {
    const { logger, records } = memoryLogger()
    call(logger)
    const [record] = records()
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, record?.[key]])), expected)
    assert.equal(record?.level_original, expected.level_original)
  })
}

test('a second error is kept beside the first', () => {
  const { logger, records } = memoryLogger()
  logger.error(new Error('first'), { cause: new TypeError('second') })
  logger.error('both', new Error('first'), new TypeError('second'))
  for (const [i, field] of ['cause', 'other_error'].entries()) {
    const record = records()[i]
    assert.equal(record?.error, 'first')
    assert.deepEqual(Object.keys(record?.[field] as object), ['type', 'message', 'stack'])
  }
})

test('a table of 100,000 members, a hundred long texts: cut, said, and quickly', () => {
  const { logger, lines } = memoryLogger({ sampling: [{ level: 'warn', oneOf: 2 }] })
  const table100k = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, i]))
  const startedAt = performance.now()
  logger.info('a b', table100k)
  assert.ok(performance.now() - startedAt < 5000)
  logger.warn('a b', Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, 'x'.repeat(2000)])))
  const [table, texts] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.equal(table?.f999, 999)
  assert.equal(table?.['…'], '[99000 more]')
  assert.match(String(texts?.['…']), /^\[\d+ more\]$/)
  assert.equal(texts?.sample_count, 1)
  assert.ok(lines.every((line) => line.length < 70_000))
})

test('hostile log() calls never throw', () => {
  const { logger, lines } = memoryLogger()
  const hostile = {
    get level() {
      throw new Error('no')
    },
    message: 'a b',
  }
  logger.log(hostile as never)
  logger.event('provision.start', hostile)
  assert.equal(lines.length, 2)
})
