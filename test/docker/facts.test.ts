/** What the container scanner must hold to, sentence by sentence (system D): frames, terminals, caps, times, polling. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DockerLines, type LogLine, writeCri } from '../../shipper/docker/lines.ts'
import { RECONCILE_MS } from '../../shipper/docker/source.ts'
import { createFramer, type FramedEvent, StreamFrames } from '../../shipper/framing/index.ts'
import { containerOf, dockerContainer } from '../../shipper/sources/container.ts'
import { tailName } from '../../shipper/tail-names.ts'
import { recordOf, rule, scannerOf } from '../scan/rules.ts'
import { frame } from './fake.ts'

const TIME = '2026-11-21T10:00:01.000000005Z'
const MIB = 1024 * 1024

function linesOf(chunks: readonly Buffer[]): LogLine[] {
  const made: LogLine[] = []
  const lines = new DockerLines(TIME, (line) => made.push(line))
  for (const chunk of chunks) lines.push(chunk)
  lines.end()
  return made
}

const shown = (lines: readonly LogLine[]) => lines.map(({ time, stream, text }) => `${time} ${stream} ${text}`)

test('Docker frames are demultiplexed', () => {
  const bytes = Buffer.concat([
    frame('stdout', Buffer.from(`${TIME} out\n`)),
    frame('stderr', Buffer.from(`${TIME} err\n`)),
  ])
  for (const size of [1, 5, 8, 100]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    assert.deepEqual(shown(linesOf(chunks)), [`${TIME} stdout out`, `${TIME} stderr err`])
  }
})

test('plain TTY streams are recognised', () => {
  assert.deepEqual(shown(linesOf([Buffer.from(`${TIME} one\r\n${TIME} two\r\n`)])), [
    `${TIME} stdout one`,
    `${TIME} stdout two`,
  ])
})

test("a frame's payload is capped at 16 MiB, and what follows is read in step", () => {
  const frames = new StreamFrames()
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(17 * MIB, 4)
  let kept = 0
  const after: string[] = []
  const take = (stream: string, bytes: Uint8Array) => {
    if (stream === 'stderr') after.push(Buffer.from(bytes).toString())
    else kept += bytes.length
  }
  frames.push(header, take)
  for (let i = 0; i < 17; i++) frames.push(Buffer.alloc(MIB, 'x'), take)
  frames.push(frame('stderr', Buffer.from('next\n')), take)
  assert.deepEqual([kept, frames.skipped, after], [16 * MIB, MIB, ['next\n']])
})

test('a reassembled line is capped at 1 MiB, and says how much is gone', () => {
  const part = Buffer.alloc(16 * 1024, 'x')
  const chunks = Array.from({ length: 200 }, (_, i) =>
    frame('stdout', Buffer.concat([Buffer.from(`${TIME} `), part, Buffer.from(i === 199 ? '\n' : '')])),
  )
  const events: FramedEvent[] = []
  const framer = createFramer({ framing: 'cri', multiline: true, maxLineBytes: MIB })
  let offset = 0
  for (const line of linesOf(chunks)) {
    const bytes = writeCri(line)
    framer.push(bytes, offset, { event: (event) => events.push(event) })
    offset += bytes.length
  }
  framer.end({ event: (event) => events.push(event) })
  assert.equal(events.length, 1)
  assert.equal(events[0].message.head.length, MIB)
  assert.equal(events[0].cut, 200 * part.length - MIB)
})

test('an RFC3339Nano timestamp in front of a line is stripped only when it is valid', () => {
  const cases: [string, string][] = [
    [`${TIME} text`, 'text'],
    ['2026-11-21T10:00:01Z text', 'text'],
    ['2026-11-21T10:00:01.5+02:00 text', 'text'],
    [`${TIME} ${TIME} its own`, `${TIME} its own`],
    ['2026-13-45T10:00:01Z text', '2026-13-45T10:00:01Z text'],
    ['2026-02-30T10:00:01Z text', '2026-02-30T10:00:01Z text'],
    ['2026-11-21T25:61:01Z text', '2026-11-21T25:61:01Z text'],
    ['2026-11-21T10:00:01.0123456789Z text', '2026-11-21T10:00:01.0123456789Z text'],
    ['2026-11-21 10:00:01Z text', '2026-11-21 10:00:01Z text'],
    ['2026-11-21T10:00:01 text', '2026-11-21T10:00:01 text'],
    [`x${TIME} text`, `x${TIME} text`],
    [`${TIME}`, `${TIME}`],
    ['plain', 'plain'],
  ]
  for (const [line, text] of cases) {
    for (const bytes of [frame('stdout', Buffer.from(`${line}\n`)), Buffer.from(`${line}\n`)]) {
      assert.deepEqual(
        linesOf([bytes]).map((each) => each.text.toString()),
        [text],
        line,
      )
    }
  }
})

test('containers are found by polling every 5 s', () => {
  assert.equal(RECONCILE_MS, 5000)
})

test("a tail is called by its container's name where the source knows it, else by the file's path", () => {
  const origin = (path: string) => ({ id: 1, path, name: 'x' })
  const box = dockerContainer('shop-db-1', new Map([['com.docker.compose.service', 'db']]))
  assert.equal(tailName(origin('docker:shop-db-1'), box), 'shop-db-1')
  const id = 'a'.repeat(64)
  const json = `/var/lib/docker/containers/${id}/${id}-json.log`
  assert.equal(
    tailName(
      origin(json),
      containerOf(json, () => '{"Name":"/shop-db-1"}'),
    ),
    'shop-db-1',
  )
  const pod = '/var/log/pods/live_shop-7f_0123456789abcdef0123/web/0.log'
  assert.equal(tailName(origin(pod), containerOf(pod)), 'live/shop-7f/web')
  assert.equal(tailName(origin('/var/log/app.log'), containerOf('/var/log/app.log')), '/var/log/app.log')
})

test('containers of one workload have cooldowns and buckets of their own', () => {
  const { scanner, events } = scannerOf([rule('x', 'x', { cooldown: '1h' })], { bucket: { burst: 1, per_minute: 1 } })
  for (const name of ['shop-1', 'shop-2', 'shop-1']) scanner.watch(name).see(recordOf('x'), 'x')
  assert.deepEqual(
    events.map(({ metadata }) => metadata.container),
    ['shop-1', 'shop-2'],
  )
})
