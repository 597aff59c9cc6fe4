/** Nothing that is logged throws into the program, hangs it, or breaks the line it stands in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import winston from 'winston'
import { createLogger, stdoutTransport } from '../../logger/index.ts'
import { SinkTransport } from '../../logger/transports/sink.ts'
import { memoryLogger } from './reader.ts'

const circular: Record<string, unknown> = { a: 1 }
circular.self = circular
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as object

/** Value → what stands in the line. */
const VALUES: readonly (readonly [string, unknown, RegExp])[] = [
  ['circular', circular, /"self":"\[circular\]"/],
  ['BigInt', { n: 12345678901234567890n }, /"n":12345678901234567890/],
  ['a huge BigInt', { n: 10n ** 5000n }, /"n":"\[bigint of more than 100 digits\]"/],
  [
    'a throwing getter',
    Object.defineProperty({ a: 1 }, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    }),
    /"x":"\[getter threw: no\]"/,
  ],
  [
    'a throwing toJSON',
    {
      v: {
        toJSON: () => {
          throw new Error('no')
        },
      },
    },
    /"v":"\[unwritable: no\]"/,
  ],
  ['a revoked proxy inside', { v: revoked.proxy }, /"v":"\[unwritable: /],
  ['100 MB of text', { v: 'x'.repeat(100_000_000) }, /…\[cut 999\d+ characters\]"/],
  ['a million members', { v: Array.from({ length: 1_000_000 }, (_, i) => i) }, /"\[999800 more\]"\]/],
  ['5,000 levels', deep, /"\[deeper than 8 levels\]"/],
  ['a Map and a Set', { m: new Map([['a', 1]]), s: new Set([1]) }, /"m":\{"a":1\},"s":\[1\]/],
  [
    'NaN, a symbol, a function',
    { n: Number.NaN, s: Symbol('x'), f: () => 1 },
    /"n":"NaN","s":"\[Symbol\(x\)\]","f":"\[function f\]"/,
  ],
  ['a buffer', { b: Buffer.alloc(10) }, /"b":"\[Buffer of 10 bytes\]"/],
  ['an invalid date', { d: new Date(Number.NaN) }, /"d":"\[invalid date\]"/],
  ['a lone surrogate', { t: '\ud800x' }, /"t":"\ufffdx"/],
  ['__proto__', JSON.parse('{"__proto__":{"polluted":true}}'), /"__proto__":\{"polluted":true\}/],
  ['a frozen object', Object.freeze({ a: 1 }), /"a":1/],
  ['an error in a member', { v: new TypeError('bad') }, /"v":\{"type":"TypeError","message":"bad"/],
  ['a promise', { p: Promise.resolve() }, /"p":"\[Promise\]"/],
]

for (const [name, value, expected] of VALUES) {
  test(`${name}: logged with a marker, one line of valid JSON, quickly`, () => {
    for (const call of ['message', 'fields'] as const) {
      const { logger, lines, records } = memoryLogger()
      const startedAt = performance.now()
      if (call === 'fields') logger.info('a b', value)
      else logger.info(value)
      assert.ok(performance.now() - startedAt < 1000)
      assert.equal(lines.length, 1)
      assert.match(lines[0]!, expected)
      assert.ok(Buffer.byteLength(lines[0]!) < 256 * 1024)
      const parsed = JSON.parse(lines[0]!) as Record<string, unknown>
      for (const field of ['timestamp', 'level', 'service', 'node']) assert.equal(typeof parsed[field], 'string')
      assert.equal(records().length, 1)
    }
  })
}

test('anything at all, in any place of a call: one line, never a throw', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withTypedArray: true,
  })
  fc.assert(
    fc.property(anything, fc.array(anything, { maxLength: 3 }), (message, rest) => {
      const { logger, lines } = memoryLogger()
      logger.info(message, ...rest)
      logger.log('info', message, ...rest)
      logger.event(message as string, rest[0] as never)
      logger.child(rest[0] as never).error(message)
      logger.log(message as never, ...(rest as [unknown]))
      for (const line of lines) {
        const parsed = JSON.parse(line) as Record<string, unknown>
        assert.equal(typeof parsed.level, 'string')
        assert.ok(parsed.service && parsed.node && !line.includes('\n'))
      }
      assert.ok(lines.length >= 4)
    }),
    { numRuns: 500 },
  )
})

test('errors: a hostile one, a cycle of causes, an AggregateError', () => {
  const { logger, records } = memoryLogger()
  const hostile = new Error('x')
  Object.defineProperty(hostile, 'stack', {
    get: () => {
      throw new Error('no')
    },
  })
  Object.defineProperty(hostile, 'message', {
    get: () => {
      throw new Error('no')
    },
  })
  logger.error('a b', hostile)
  const a = new Error('a')
  a.cause = new Error('b', { cause: a })
  logger.error('a b', a)
  logger.error(new AggregateError([new TypeError('one'), 'two'], 'both'))
  const [first, second, third] = records()
  assert.equal(first?.error_type, 'Error')
  assert.equal(second?.error_cause, 'Error: b')
  assert.equal(third?.error_cause, 'TypeError: one ← string: two')
})

test('a transport that throws, or a slow one of somebody else, holds nothing up', () => {
  const lines: string[] = []
  const broken = new SinkTransport({
    take: () => {
      throw new Error('broken transport')
    },
  })
  const memory = new SinkTransport({ take: (line) => void lines.push(line) })
  class Stuck extends winston.transports.Stream {
    override log(): void {}
  }
  const stuck = new Stuck({ stream: process.stderr })
  const logger = createLogger({ service: 'x', format: 'json', crashes: false, transports: [memory, stuck] })
  for (let i = 0; i < 1000; i++) logger.info(`line ${i}`)
  assert.equal(lines.length, 1000)
  const write = process.stderr.write
  const said: string[] = []
  process.stderr.write = ((text: string) => Boolean(said.push(text))) as typeof process.stderr.write
  try {
    createLogger({ service: 'x', format: 'json', crashes: false, transports: [broken] }).info('still here')
  } finally {
    process.stderr.write = write
  }
  assert.match(said.join(''), /broken transport[\s\S]*still here/)
})

test('transports of winston get the entry, redacted', () => {
  const entries: Record<string, unknown>[] = []
  class Theirs extends winston.transports.Stream {
    override log(entry: Record<string, unknown>, next: () => void): void {
      entries.push(entry)
      next()
    }
  }
  const logger = createLogger({
    service: 'x',
    format: 'json',
    crashes: false,
    transports: [new Theirs({ stream: process.stderr })],
  })
  logger.info('logged in', { password: 'hunter2-not-real', user: 'bob' })
  const [entry] = entries
  assert.deepEqual([entry?.message, entry?.user, entry?.password], ['logged in', 'bob', '[redacted:password]'])
})

test('levels: those that are off cost nothing and print nothing; they can be changed', () => {
  const { logger, lines } = memoryLogger({ level: 'warn' })
  let asked = 0
  const fields = {
    get x() {
      return asked++
    },
  }
  logger.info('a b', fields)
  logger.child({ a: 1 }).debug('a b', fields)
  assert.deepEqual([lines.length, asked], [0, 0])
  logger.child({ a: 1 }).level = 'debug'
  logger.debug('a b')
  assert.equal(lines.length, 1)
  assert.throws(
    () => createLogger({ service: 'x', level: 'wran' as never }),
    /level must be one of .* Did you mean "warn"/,
  )
})

test('a wrong environment is a warning, not the end', (t) => {
  const env = process.env
  process.env = { LOG_LEVEL: 'loud', LOG_FORMAT: 'xml', SERVICE_NAME: 'from-env' }
  t.after(() => {
    process.env = env
  })
  const lines: string[] = []
  const transports = [new SinkTransport({ take: (line) => void lines.push(line) })]
  createLogger({ transports, crashes: false }).info('started')
  assert.match(
    lines.join('\n'),
    /LOG_LEVEL: .*got \\"loud\\"[\s\S]*LOG_FORMAT must be json, console, evt[\s\S]*"service":"from-env"/,
  )
  assert.throws(() => {
    process.env.SERVICE_NAME = ''
    createLogger({ crashes: false })
  }, /needs a service/)
  assert.ok(stdoutTransport())
})

test('sampling: what is kept says how many it stands for, errors are untouched', async () => {
  let now = 0
  const { logger, records } = memoryLogger({
    sampling: [
      { event: 'http_request', oneOf: 10 },
      { level: ['debug', 'trace'], perSecond: 5 },
    ],
    now: () => now,
  })
  for (let i = 0; i < 95; i++) logger.event('http_request', { path: '/' })
  for (let i = 0; i < 40; i++) {
    now = i * 50
    logger.debug('tick tock')
  }
  for (let i = 0; i < 20; i++) logger.error('a b')
  await logger.close()
  const lines = records()
  const sum = (of: typeof lines) => of.reduce((total, { sample_count = 1 }) => total + Number(sample_count), 0)
  const requests = lines.filter(({ event }) => event === 'http_request')
  assert.equal(requests.length, 11)
  assert.equal(sum(requests), 95)
  const debug = lines.filter(({ level }) => level === 'debug')
  assert.ok(debug.length <= 12)
  assert.equal(sum(debug), 40)
  assert.equal(lines.filter(({ level }) => level === 'error').length, 20)
})

test('OpenTelemetry: ids of the active span, when there is one', async () => {
  const { context, trace, ROOT_CONTEXT } = await import('@opentelemetry/api')
  const { AsyncLocalStorage } = await import('node:async_hooks')
  const storage = new AsyncLocalStorage<typeof ROOT_CONTEXT>()
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (ctx, run, self, ...args) => storage.run(ctx, () => run.apply(self as never, args)),
    bind: (_ctx, target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  })
  const { logger, records } = memoryLogger()
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const span = trace.wrapSpanContext({ traceId, spanId: '00f067aa0ba902b7', traceFlags: 1 })
  context.with(trace.setSpan(context.active(), span), () => logger.info('inside a span'))
  logger.info('outside of spans')
  const [inside, outside] = records()
  assert.deepEqual([inside?.trace_id, inside?.span_id, outside?.trace_id], [traceId, '00f067aa0ba902b7', undefined])
})
