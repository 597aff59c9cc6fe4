/** What createLogger prints comes back through the shipper as the same record: JSON exactly, the console in meaning. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { withContext } from '../../logger/index.ts'
import { RESERVED_NAMES } from '../../shipper/normalize/normalize.ts'
import { recordSchema } from '../../shipper/normalize/schema.ts'
import { type Memory, meaning, memoryLogger } from './reader.ts'

const isRecord = new Ajv().compile(recordSchema())

/** Everyday calls; the record of each, without format and time. */
const CALLS: readonly (readonly [string, (memory: Memory) => void, Record<string, unknown>])[] = [
  [
    'a sentence',
    ({ logger }) => logger.info('listening on port 3000'),
    { level: 'info', message: 'listening on port 3000' },
  ],
  ['one word', ({ logger }) => logger.info('listening'), { level: 'info', message: 'listening' }],
  [
    'fields',
    ({ logger }) =>
      logger.warn('slow answer', { duration_ms: 1200.5, server: 'srv-3', 'user agent': 'Mozilla/5.0 (X11)' }),
    { level: 'warn', message: 'slow answer', duration_ms: 1200.5, server: 'srv-3', 'user agent': 'Mozilla/5.0 (X11)' },
  ],
  [
    'printf',
    ({ logger }) => logger.info('%s has %d', 'bob', 3, { a: 'b' }),
    { level: 'info', message: 'bob has 3', a: 'b' },
  ],
  [
    'a per cent sign',
    ({ logger }) => logger.info('50%down', { a: 'b' }),
    { level: 'info', message: '50%down', a: 'b' },
  ],
  ['words behind', ({ logger }) => logger.info('a', 'b', 3), { level: 'info', message: 'a b 3' }],
  ['an equals sign', ({ logger }) => logger.info('a=b c=d'), { level: 'info', message: 'a=b c=d' }],
  ['a bracket', ({ logger }) => logger.info('[x] done'), { level: 'info', message: '[x] done' }],
  ['two lines', ({ logger }) => logger.info('first\n  second'), { level: 'info', message: 'first\n  second' }],
  [
    'npm and syslog levels',
    ({ logger }) => logger.notice('a b'),
    { level: 'info', level_original: 'notice', message: 'a b' },
  ],
  [
    'a word of levels',
    ({ logger }) => logger.emerg('a b'),
    { level: 'fatal', level_original: 'emerg', message: 'a b' },
  ],
  ['trace', ({ logger }) => logger.silly('a b'), { level: 'trace', message: 'a b' }],
  ['critical', ({ logger }) => logger.crit('a b'), { level: 'critical', message: 'a b' }],
  [
    'an event',
    ({ logger }) => logger.event('provision.start', { workspace_id: 'ws-1' }),
    { level: 'info', event: 'provision.start', workspace_id: 'ws-1' },
  ],
  [
    'an event with a message',
    ({ logger }) => logger.event('lease_held'),
    { level: 'debug', event: 'lease_held', message: 'lease held by another worker' },
  ],
  [
    'a component',
    ({ logger }) => logger.child({ component: 'autosync' }).info('a b'),
    { level: 'info', node: 'autosync', component: 'autosync', message: 'a b' },
  ],
  [
    'a logger and a node',
    ({ logger }) => logger.child({ logger: 'nodes.developer', node: 'developer' }).info('a b', { component: 'x' }),
    { level: 'info', logger: 'nodes.developer', node: 'developer', component: 'x', message: 'a b' },
  ],
  [
    'context',
    ({ logger }) => withContext({ correlation_id: 'req_1', thread_id: 'u_1' }, () => logger.info('a b')),
    { level: 'info', correlation_id: 'req_1', thread_id: 'u_1', message: 'a b' },
  ],
  [
    'names that the record has',
    ({ logger }) => logger.info('a b', { timestamp: 'x', level: 'y', service: '', node: null, message: 'z' }),
    {
      level: 'info',
      message: 'a b',
      timestamp_original: 'x',
      level_original: 'y',
      service_original: '',
      node_original: null,
      message_original: 'z',
    },
  ],
  [
    'a secret',
    ({ logger }) => logger.info('logged in', { password: 'hunter2-not-real' }),
    { level: 'info', message: 'logged in', password: '[redacted:password]' },
  ],
]

for (const format of ['json', 'console'] as const) {
  for (const [name, call, expected] of CALLS) {
    test(`${format}: ${name}`, () => {
      const memory = memoryLogger({ format, colour: format === 'console' })
      call(memory)
      const records = memory.records()
      assert.equal(records.length, 1, memory.lines.join('\n'))
      const wanted = { timestamp: '2026-05-05T12:30:11.123000000Z', service: 'api', node: 'api', ...expected }
      const got = meaning(records[0]!)
      assert.deepEqual(
        format === 'json' ? got : textual(got),
        format === 'json' ? wanted : textual(wanted),
        memory.lines[0],
      )
      assert.ok(isRecord(records[0]), JSON.stringify(isRecord.errors))
    })
  }
}

test('an error: message, type, code, stack with causes, in JSON and on the console', () => {
  for (const format of ['json', 'console'] as const) {
    const memory = memoryLogger({ format })
    const cause = new RangeError('too far')
    memory.logger.error(
      'request failed',
      Object.assign(new TypeError('bad input', { cause }), { code: 'E_IN', status: 400 }),
    )
    const [record] = memory.records()
    assert.equal(memory.records().length, 1)
    assert.equal(record?.message, 'request failed')
    assert.equal(record?.error, 'bad input')
    assert.equal(record?.error_type, 'TypeError')
    assert.equal(record?.error_code, 'E_IN')
    assert.equal(record?.error_cause, 'RangeError: too far')
    assert.match(String(record?.stack), /^\s*TypeError: bad input\n\s+at [\s\S]*Caused by: RangeError: too far\n\s+at /)
    assert.match(JSON.stringify(record?.error_details), /400/)
  }
})

test('any fields: JSON comes back as it was logged', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((text) => !RESERVED_NAMES.has(text) && !CLAIMED.test(text))
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
  )
  fc.assert(
    fc.property(
      fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: false }),
      fc.string({ minLength: 1 }),
      (fields, message) => {
        const memory = memoryLogger({ redact: false })
        memory.logger.info(message.replaceAll('%', ''), fields)
        const [record, ...more] = memory.records()
        assert.equal(more.length, 0)
        const wanted = message.replaceAll('%', '').toWellFormed()
        assert.equal(record?.message, wanted)
        for (const [key, given] of Object.entries(fields)) assert.deepEqual(record?.[key], given)
        assert.ok(isRecord(record))
      },
    ),
    { numRuns: 300 },
  )
})

/** Names that stand for something (err, lvl, took): tested above by name. */
const CLAIMED = /^(?:[\w.@ -]{0,12})$/

/** The console has only text. */
function textual(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key.replaceAll(' ', '_'),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
