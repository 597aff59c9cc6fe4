import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DockerLines, type LogLine } from '../../shipper/docker/lines.ts'
import {
  createFramer,
  detectFraming,
  type FramedEvent,
  type FramerOptions,
  StreamFrames,
} from '../../shipper/framing/index.ts'

const TIME = '2026-05-05T12:30:11.123456789Z'

const docker = (log: string, stream = 'stdout', time = TIME) => `${JSON.stringify({ log, stream, time })}\n`

function frame(text: string, options: Partial<FramerOptions> = {}, size = 1 << 20): FramedEvent[] {
  const framer = createFramer({ framing: 'auto', multiline: true, ...options })
  const events: FramedEvent[] = []
  const sink = { event: (event: FramedEvent) => events.push(event), line: () => false }
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) framer.push(bytes.subarray(at, at + size), at, sink)
  framer.end(sink)
  const lines = events.reduce((sum, event) => sum + event.lines, 0)
  assert.equal(framer.counts.lines, lines + framer.counts.empty)
  assert.equal(framer.position, bytes.length)
  return events
}

const heads = (events: readonly FramedEvent[]) => events.map(({ message }) => message.head)

test('docker: text, stream, time to the nanosecond, attrs', () => {
  const [event] = frame(`{"log":"hello\\n","stream":"stderr","attrs":{"tag":"web"},"time":"${TIME}"}\n`)
  assert.equal(event!.message.head, 'hello')
  assert.deepEqual(event!.message.runtime, {
    time: { seconds: 1777984211, nanos: 123456789 },
    stream: 'stderr',
    attrs: new Map([['tag', 'web']]),
  })
})

test('docker: fragments of 16 KiB are joined by stream, whatever stands between and wherever blocks end', () => {
  const long = 'x'.repeat(16384)
  const text =
    docker(long) + docker('other\n', 'stderr') + docker(long, 'stdout') + docker('end\n') + docker('next\r\n')
  for (const size of [1000, 1 << 20]) {
    assert.deepEqual(heads(frame(text, {}, size)).sort(), ['next', 'other', `${long}${long}end`])
  }
})

test('docker: what is held keeps the position before it', () => {
  const framer = createFramer({ framing: 'auto', multiline: true })
  const ends: number[] = []
  const sink = { event: (event: FramedEvent) => ends.push(event.end) }
  const first = docker('2026-05-05 12:30:11 INFO whole\n')
  framer.push(Buffer.from(first), 0, sink)
  const partial = docker('half', 'stderr')
  framer.push(Buffer.from(partial + docker('2026-05-05 12:30:12 INFO next\n')), first.length, sink)
  framer.idle(sink)
  assert.deepEqual(ends, [first.length, first.length])
  framer.push(Buffer.from(docker(' done\n', 'stderr')), framer.position, sink)
  framer.end(sink)
  assert.equal(ends.length, 3)
})

test('docker: events come out in the order they started, and nobody waits for long', () => {
  const quiet = docker('2026-05-05 12:30:11 WARN alone on stderr\n', 'stderr')
  const busy = (n: number) => docker(`2026-05-05 12:30:12 INFO number ${n}\n`)
  const framer = createFramer({ framing: 'auto', multiline: true })
  const events: FramedEvent[] = []
  const sink = { event: (event: FramedEvent) => events.push(event) }
  const text = quiet + Array.from({ length: 60 }, (_, n) => busy(n)).join('')
  framer.push(Buffer.from(text), 0, sink)
  assert.ok(events.length > 50, `${events.length} events came out`)
  assert.equal(events[0]!.message.head, '2026-05-05 12:30:11 WARN alone on stderr')
  assert.ok(framer.position > quiet.length)
  for (let at = 1; at < events.length; at++) assert.ok(events[at]!.end >= events[at - 1]!.end)
  framer.end(sink)
  assert.equal(events.length, 61)
})

test('docker: a fragment without end, a fragment over the limit', () => {
  assert.deepEqual(heads(frame(docker('never ended'))), ['never ended'])
  const [event] = frame(docker('x'.repeat(300)) + docker('y'.repeat(300)) + docker('z\n'), { maxLineBytes: 400 })
  assert.equal(event!.message.head, 'x'.repeat(300) + 'y'.repeat(100))
  assert.equal(event!.cut, 201)
  assert.equal(event!.lines, 3)
})

test('docker: traces are joined within a stream, never across', () => {
  const text =
    docker('2026-05-05 12:30:11 ERROR boom\n') +
    docker('2026-05-05 12:30:11 WARN other\n', 'stderr') +
    docker('java.lang.RuntimeException: x\n') +
    docker('    indented\n', 'stderr') +
    docker('\tat a.B.c(B.java:1)\n')
  const events = frame(text)
  assert.deepEqual(
    events.map(({ message }) => [message.head, message.rest, message.runtime?.stream]),
    [
      ['2026-05-05 12:30:11 ERROR boom', 'java.lang.RuntimeException: x\n\tat a.B.c(B.java:1)', 'stdout'],
      ['2026-05-05 12:30:11 WARN other', '    indented', 'stderr'],
    ],
  )
})

test('docker: JSON of something else, broken JSON and plain lines stay as they are', () => {
  const lines = [
    '{"log":"mine","level":"info","time":"2026-05-05T12:30:11Z"}',
    '{"log":"cut',
    '{"log":"x\\n","stream":"nope","time":"2026-05-05T12:30:11Z"}',
    '{"log":"x\\n","stream":"stdout","time":"yesterday"}',
    '{"log":{"__proto__":1},"stream":"stdout","time":"2026-05-05T12:30:11Z"}',
    'plain',
  ]
  assert.deepEqual(heads(frame(`${lines.join('\n')}\n`)), lines)
})

test('docker: an empty line of the container is no event', () => {
  assert.deepEqual(heads(frame(docker('\n') + docker('a\n') + docker('\n') + docker('b\n'))), ['a', 'b'])
})

test('cri: full and partial lines, tags, spaces kept, streams apart', () => {
  const text = [
    `${TIME} stdout P begin `,
    `${TIME} stderr F other`,
    `${TIME} stdout P middle `,
    `2026-05-05T12:30:12.5+02:00 stdout F end`,
    `${TIME} stdout F:x   two spaces`,
    `${TIME} stdout F`,
    `${TIME} stdin F not a container's`,
  ].join('\n')
  const events = frame(`${text}\n`, { multiline: false })
  assert.deepEqual(heads(events), ['begin middle end', 'other', '  two spaces', `${TIME} stdin F not a container's`])
  assert.equal(events[1]!.message.runtime?.time?.nanos, 123456789)
  assert.equal(events[3]!.message.runtime, undefined)
})

test('framing: lines means that nothing is taken off', () => {
  assert.deepEqual(heads(frame(docker('a\n'), { framing: 'lines' })), [docker('a\n').trim()])
})

test('framing: detected by the first lines, past a cut one', () => {
  assert.equal(detectFraming(['ut","time":"x"}', docker('a\n').trim()]), 'docker')
  assert.equal(detectFraming([`${TIME} stdout F a`]), 'cri')
  assert.equal(detectFraming(['a', '{"log":"a"}']), 'lines')
})

const header = (stream: number, length: number) => {
  const bytes = Buffer.alloc(8)
  bytes[0] = stream
  bytes.writeUInt32BE(length, 4)
  return bytes
}

function demultiplex(bytes: Buffer, size: number): { got: Map<string, string>; frames: StreamFrames; starts: number } {
  const frames = new StreamFrames()
  const got = new Map<string, string>()
  let starts = 0
  const onPayload = (stream: string, payload: Uint8Array, first: boolean) => {
    got.set(stream, (got.get(stream) ?? '') + Buffer.from(payload).toString())
    if (first) starts++
  }
  for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size), onPayload)
  frames.flush(onPayload)
  return { got, frames, starts }
}

test('stream frames: demultiplexed whatever the blocks', () => {
  const bytes = Buffer.concat([
    header(1, 6),
    Buffer.from('out 1\n'),
    header(2, 4),
    Buffer.from('err\n'),
    header(1, 0),
    header(1, 2),
    Buffer.from('2\n'),
  ])
  for (const size of [1, 3, 8, 100]) {
    const { got, frames, starts } = demultiplex(bytes, size)
    assert.deepEqual(
      [...got],
      [
        ['stdout', 'out 1\n2\n'],
        ['stderr', 'err\n'],
      ],
    )
    assert.equal(frames.isTty, false)
    assert.equal(starts, 3)
  }
})

test('stream frames: a TTY has none, also when it sent but a few bytes', () => {
  for (const text of ['plain text of a terminal\n', '\u0001x', 'a']) {
    const { got } = demultiplex(Buffer.from(text), 1)
    assert.deepEqual([...got], [['tty', text]])
  }
})

test('stream frames: a frame over 16 MiB is cut there, and what follows it is in step', () => {
  const huge = 17 * 1024 * 1024
  const frames = new StreamFrames()
  let out = 0
  let err = ''
  const onPayload = (stream: string, payload: Uint8Array) => {
    if (stream === 'stdout') out += payload.length
    else err += Buffer.from(payload).toString()
  }
  frames.push(Buffer.concat([header(1, huge), Buffer.alloc(huge), header(2, 2), Buffer.from('ok')]), onPayload)
  assert.equal(out, 16 * 1024 * 1024)
  assert.equal(frames.skipped, 1024 * 1024)
  assert.equal(err, 'ok')
})

const headerOf = (stream: number, length: number) => {
  const bytes = Buffer.alloc(8)
  bytes[0] = stream
  bytes.writeUInt32BE(length, 4)
  return bytes
}

test('a frame over the cap keeps its line end: the next message is not taken for more of it', () => {
  const huge = 17 * 1024 * 1024
  const long = Buffer.alloc(huge, 0x61)
  long[huge - 1] = 0x0a
  const bytes = Buffer.concat([headerOf(1, huge), long, headerOf(1, 5), Buffer.from('next\n')])
  for (const step of [bytes.length, 64 * 1024]) {
    const lines: LogLine[] = []
    const docker = new DockerLines('2026-05-05T12:30:11Z', (line) => lines.push(line))
    for (let at = 0; at < bytes.length; at += step) docker.push(bytes.subarray(at, at + step))
    const [last, before] = lines.reverse()
    assert.deepEqual([last.text.toString(), last.isPartial, before.isPartial], ['next', false, false])
  }
})
