/** systemd's export format: text and binary fields, cut anywhere, bounded; entries read as journalctl -o json is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFramer, type FramedEvent } from '../../shipper/framing/index.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import { AROUND } from '../flow.ts'
import { CORPUS_TIME } from '../formats/corpus.ts'

function binary(name: string, value: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(value.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')])
}

const FIRST = Buffer.from(
  `__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1777984211123456\n_HOSTNAME=web-1\nPRIORITY=3\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=Failed = again\n\n`,
)
const SECOND = Buffer.concat([
  Buffer.from('__CURSOR=s=1;i=3\n__REALTIME_TIMESTAMP=1777984212000000\nPRIORITY=6\n_COMM=app\n'),
  binary('MESSAGE', Buffer.from('two\n\nlines = ü')),
  Buffer.from('\n'),
])
const STREAM = Buffer.concat([FIRST, SECOND])

function framed(stream: Buffer, blockBytes: number, maxLineBytes?: number) {
  const framer = createFramer({ framing: 'journal', multiline: true, maxLineBytes })
  const events: FramedEvent[] = []
  const sink = { event: (event: FramedEvent) => void events.push(event) }
  for (let at = 0; at < stream.length; at += blockBytes) {
    // A block of its own that is overwritten afterwards, as a source's is.
    const block = Buffer.from(stream.subarray(at, at + blockBytes))
    framer.push(block, 100 + at, sink)
    assert.ok(framer.position <= 100 + at + block.length)
    block.fill(0)
  }
  framer.end(sink)
  return { events, framer }
}

const parsed = ({ message }: FramedEvent) => JSON.parse(message.head)

test('the same whatever the blocks, with positions at the ends of entries', () => {
  for (const size of [1, 2, 3, 7, 50, 1000]) {
    const { events, framer } = framed(STREAM, size)
    assert.deepEqual(
      events.map((event) => event.end),
      [100 + FIRST.length, 100 + STREAM.length],
      `blocks of ${size}`,
    )
    assert.equal(parsed(events[0]).MESSAGE, 'Failed = again')
    assert.equal(parsed(events[1]).MESSAGE, 'two\n\nlines = ü')
    assert.deepEqual(framer.counts, { lines: 11, empty: 0, truncated: 0, split: 0 })
  }
})

test('an entry becomes a record: level, service, node, time', () => {
  const interpreter = new Interpreter({
    around: AROUND,
    zone: 'UTC',
    format: undefined,
    redactor: undefined,
    now: () => CORPUS_TIME.now,
  })
  const [first, second] = framed(STREAM, 64).events.map(({ message }) => interpreter.record(message))
  assert.equal(first.format, 'journald')
  assert.equal(first.level, 'error')
  assert.equal(first.service, 'sshd')
  assert.equal(first.node, 'web-1')
  assert.deepEqual(first.timestamp, { seconds: 1_777_984_211, nanos: 123_456_000 })
  assert.equal(first.text.message, 'Failed = again')
  assert.equal(second.service, 'app')
  assert.equal(second.level, 'info')
  assert.equal(second.text.message, 'two\n\nlines = ü')
})

test('values that are too long keep their beginning, and the next entry is whole', () => {
  const long = 'x'.repeat(5000)
  const entries = [
    Buffer.from(`A=1\nMESSAGE=${long}\nB=2\n\n`),
    Buffer.concat([Buffer.from('A=1\n'), binary('MESSAGE', Buffer.from(long)), Buffer.from('B=2\n\n')]),
  ]
  for (const entry of entries) {
    for (const size of [1, 100, 1000, 20_000]) {
      const { events } = framed(Buffer.concat([entry, FIRST]), size, 1000)
      assert.equal(events.length, 2, `blocks of ${size}`)
      const { A, B, MESSAGE } = parsed(events[0])
      assert.deepEqual([A, B], ['1', '2'])
      assert.ok(MESSAGE.length >= 900 && MESSAGE.length <= 1000, `${MESSAGE.length}`)
      assert.ok(events[0].cut >= 4000)
      assert.equal(parsed(events[1]).MESSAGE, 'Failed = again')
    }
  }
})

test('what is no export harms nobody: names of objects, a length that lies, nothing but line ends', () => {
  assert.deepEqual(Object.keys(parsed(framed(Buffer.from('__proto__=x\ntoString=y\n\n'), 5).events[0])), [
    '__proto__',
    'toString',
  ])
  const lie = Buffer.concat([Buffer.from('M\n'), Buffer.alloc(8, 0xff), Buffer.from('rest\n\nA=1\n\n')])
  assert.doesNotThrow(() => framed(lie, 3, 1000))
  assert.equal(framed(Buffer.from('\n\n\n'), 1).events.length, 0)
})
