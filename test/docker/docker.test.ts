/** Docker's API as a source, against a daemon that is played: frames cut anywhere, containers that come, go and restart. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dockerApi } from '../../shipper/docker/api.ts'
import { DockerLines, type LogLine } from '../../shipper/docker/lines.ts'
import { sinceOf } from '../../shipper/docker/place.ts'
import { DockerSource } from '../../shipper/docker/source.ts'
import type { Origin } from '../../shipper/sources/source.ts'
import { until } from '../faults/harness.ts'
import { type FakeContainer, FakeDocker, frame } from './fake.ts'

const ID = (letter: string) => letter.repeat(64)
const TIME = (second: number, nanos = 0) =>
  `2026-11-21T10:00:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}Z`

function container(letter: string, lines: readonly string[], more: Partial<FakeContainer> = {}): FakeContainer {
  const log = lines.map((line, i): FakeContainer['log'][0] => [TIME(i), i % 2 ? 'stderr' : 'stdout', `${line}\n`])
  return { id: ID(letter), name: `box-${letter}`, isRunning: true, log, ...more }
}

interface Seen {
  readonly origin: Origin
  readonly lines: string[]
  end: number
  isEnded: boolean
  isIdle: boolean
}

class Run {
  readonly seen = new Map<string, Seen>()
  readonly problems: string[] = []
  readonly source: DockerSource
  private readonly stop = new AbortController()
  private readonly done: Promise<void>

  constructor(socket: string, positions: string | undefined, from: 'start' | 'end' = 'start') {
    const api = dockerApi(socket)
    this.source = new DockerSource({ api, positions, from, reconcileMs: 50, idleMs: 20, saveMs: 10 })
    this.done = this.read()
  }

  private async read(): Promise<void> {
    for await (const event of this.source.events(this.stop.signal)) {
      if (event.kind === 'problem') this.problems.push(event.message)
      else {
        const seen = this.of(event.origin)
        if (event.kind === 'end') seen.isEnded = true
        if (event.kind === 'idle') seen.isIdle = true
        if (event.kind !== 'data') continue
        assert.equal(event.offset, seen.end, 'blocks are contiguous')
        seen.end += event.bytes.length
        seen.lines.push(...Buffer.from(event.bytes).toString().trimEnd().split('\n'))
      }
    }
  }

  private of(origin: Origin): Seen {
    const seen = this.seen.get(origin.path) ?? { origin, lines: [], end: 0, isEnded: false, isIdle: false }
    this.seen.set(origin.path, seen)
    return seen
  }

  /** Texts of a container, without time and stream. */
  texts(letter: string): string[] {
    const lines = this.seen.get(`docker:box-${letter}`)?.lines ?? []
    return lines.map((line) => line.split(' ').slice(3).join(' '))
  }

  commitAll(letter: string, carried?: Record<string, unknown>): void {
    const { origin, end } = this.seen.get(`docker:box-${letter}`) as Seen
    this.source.commit(origin, end, carried)
  }

  async close(): Promise<void> {
    this.stop.abort()
    await this.done
    await this.source.close()
  }
}

async function begin(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'longship-docker-'))
  const docker = new FakeDocker()
  const socket = join(folder, 'docker.sock')
  await docker.listen(socket)
  t.after(async () => {
    await docker.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { docker, socket, positions: join(folder, 'positions.json.docker') }
}

test('frames and TTY: lines as CRI has them, with time and stream', async (t) => {
  const { docker, socket } = await begin(t)
  docker.start(container('a', ['out', 'err']))
  docker.start(container('b', ['tty\r', 'more\r'], { isTty: true }))
  const run = new Run(socket, undefined)
  await until(() => run.texts('a').length === 2 && run.texts('b').length === 2, 'four lines', 30_000)
  assert.deepEqual(run.seen.get('docker:box-a')?.lines, [`${TIME(0)} stdout F out`, `${TIME(1)} stderr F err`])
  assert.deepEqual(run.seen.get('docker:box-b')?.lines, [`${TIME(0)} stdout F tty`, `${TIME(1)} stdout F more`])
  await until(() => run.seen.get('docker:box-a')?.isIdle === true, 'silence', 30_000)
  docker.say(ID('a'), TIME(9), 'stdout', 'later\n')
  await until(() => run.texts('a').at(-1) === 'later', 'a followed line', 30_000)
  await run.close()
})

test('containers come by event, end, are removed, and are started again', async (t) => {
  const { docker, socket } = await begin(t)
  const run = new Run(socket, undefined)
  await until(() => docker.asked.some((path) => path.startsWith('/events')), 'events', 30_000)
  docker.start(container('a', ['one']))
  await until(() => run.texts('a').length === 1, 'the new container', 30_000)
  docker.say(ID('a'), TIME(5), 'stderr', 'last words\n')
  docker.stop(ID('a'))
  await until(() => run.texts('a').length === 2, 'its last words', 30_000)
  docker.start(docker.containers.get(ID('a')) as FakeContainer)
  docker.say(ID('a'), TIME(7), 'stdout', 'again\n')
  await until(() => run.texts('a').length === 3, 'its second life', 30_000)
  docker.stop(ID('a'))
  docker.containers.delete(ID('a'))
  await until(() => run.seen.get('docker:box-a')?.isEnded === true, 'its end', 30_000)
  assert.deepEqual(run.texts('a'), ['one', 'last words', 'again'], 'each once')
  await run.close()
})

test('one that lived and ended between two looks has its say; one that vanishes harms nobody', async (t) => {
  const { docker, socket } = await begin(t)
  docker.containers.set(ID('c'), container('c', ['short life'], { isRunning: false }))
  docker.start(container('d', ['stays']))
  const run = new Run(socket, undefined)
  await until(() => run.texts('c').length === 1 && run.texts('d').length === 1, 'both', 30_000)
  docker.containers.delete(ID('d'))
  docker.hangUp()
  await until(() => run.seen.get('docker:box-d')?.isEnded === true, 'the end of the vanished one', 30_000)
  await run.close()
  assert.deepEqual(run.problems, [])
})

test('the daemon hangs up: reading goes on after the last line, the same times and all', async (t) => {
  const { docker, socket } = await begin(t)
  const same = container('a', [])
  for (let i = 0; i < 5; i++) same.log.push([TIME(1, 7), 'stdout', `same ${i}\n`])
  docker.start(same)
  const run = new Run(socket, undefined)
  await until(() => run.texts('a').length === 5, 'five', 30_000)
  docker.hangUp()
  docker.say(ID('a'), TIME(1, 7), 'stdout', 'same 5\n')
  docker.say(ID('a'), TIME(2), 'stdout', 'new\n')
  await until(() => run.texts('a').includes('new'), 'the new line', 30_000)
  assert.deepEqual(run.texts('a'), ['same 0', 'same 1', 'same 2', 'same 3', 'same 4', 'same 5', 'new'])
  await run.close()
})

test('a restart goes on where the acknowledgement stood, with what travels beside it', async (t) => {
  const { docker, socket, positions } = await begin(t)
  docker.start(container('a', ['1', '2', '3']))
  const first = new Run(socket, positions)
  await until(() => first.texts('a').length === 3, 'three', 30_000)
  const seen = first.seen.get('docker:box-a') as Seen
  first.source.commit(seen.origin, Buffer.byteLength(`${seen.lines[0]}\n${seen.lines[1]}\n`), { clock: [2] })
  await first.close()
  docker.say(ID('a'), TIME(8), 'stdout', '4\n')
  const second = new Run(socket, positions)
  await until(() => second.texts('a').length === 2, 'two', 30_000)
  assert.deepEqual(second.texts('a'), ['3', '4'], 'what was not acknowledged comes again, the rest does not')
  second.commitAll('a')
  await second.close()
  assert.ok(
    docker.asked.some((path) => path.includes(`since=${sinceOf(TIME(0))}`)),
    docker.asked.join('\n'),
  )
})

test('from the end: what was said before the very first start is left', async (t) => {
  const { docker, socket, positions } = await begin(t)
  docker.start(container('a', ['old']))
  const run = new Run(socket, positions, 'end')
  await until(() => docker.asked.some((path) => path.includes('/logs')), 'the log', 30_000)
  docker.say(ID('a'), TIME(30), 'stdout', 'new\n')
  await until(() => run.texts('a').length === 1, 'the new line', 30_000)
  assert.deepEqual(run.texts('a'), ['new'])
  await run.close()
})

test('closed in the middle of an event, as when Loki is given up: nothing is left open', async (t) => {
  const { docker, socket } = await begin(t)
  docker.start(container('a', ['one', 'two']))
  const source = new DockerSource({ api: dockerApi(socket), positions: undefined, from: 'start', reconcileMs: 50 })
  const events = source.events(new AbortController().signal)[Symbol.asyncIterator]()
  assert.equal((await events.next()).value.kind, 'data')
  await source.close()
  const logs = docker.asked.filter((path) => path.includes('/logs')).length
  docker.hangUp()
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.equal(docker.asked.filter((path) => path.includes('/logs')).length, logs, 'nobody asks any more')
})

test('a daemon that is away is said once, and found when it comes', async (t) => {
  const { socket } = await begin(t)
  const run = new Run(`${socket}.not-there`, undefined)
  await until(() => run.problems.length > 0, 'a problem', 30_000)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(run.problems.length, 1, run.problems.join('\n'))
  assert.match(run.problems[0], /Docker daemon cannot be asked: .*ENOENT/)
  const late = new FakeDocker()
  late.start(container('a', ['here']))
  await late.listen(`${socket}.not-there`)
  await until(() => run.texts('a').length === 1, 'its first line', 30_000)
  await run.close()
  await late.close()
})

/** What lines come out of bytes in blocks of a size. */
function linesOf(bytes: Buffer, blockBytes: number): LogLine[] {
  const made: LogLine[] = []
  const lines = new DockerLines(TIME(59), (line) => made.push(line))
  for (let at = 0; at < bytes.length; at += blockBytes) lines.push(bytes.subarray(at, at + blockBytes))
  lines.end()
  return made
}

const shown = ({ time, stream, isPartial, text }: LogLine) => `${time} ${stream} ${isPartial ? 'P' : 'F'} ${text}`

test('parts of 16 KiB, interleaved streams, no time, an invalid time', () => {
  const bytes = Buffer.concat([
    frame('stdout', Buffer.from(`${TIME(1)} begin-`)),
    frame('stderr', Buffer.from(`${TIME(2)} between\n`)),
    frame('stdout', Buffer.from(`${TIME(1)} end\n`)),
    frame('stdout', Buffer.from('no time here\n')),
    frame('stdout', Buffer.from('2026-99-99X10 odd\n')),
    frame('stdout', Buffer.from(`${TIME(3)} \n`)),
    frame('stdout', Buffer.from(`${TIME(4)} cut off`)),
  ])
  const expected = [
    `${TIME(2)} stderr F between`,
    `${TIME(1)} stdout P begin-`,
    `${TIME(1)} stdout F end`,
    `${TIME(1)} stdout F no time here`,
    `${TIME(1)} stdout F 2026-99-99X10 odd`,
    `${TIME(3)} stdout F `,
    `${TIME(4)} stdout F cut off`,
  ]
  for (const size of [1, 3, 8, 9, 50, bytes.length])
    assert.deepEqual(linesOf(bytes, size).map(shown), expected, `${size}`)
})

test('a line without an end comes in bounded parts', () => {
  const bytes = frame('stdout', Buffer.from(`${TIME(1)} ${'x'.repeat(3_000_000)}\n`))
  const made = linesOf(bytes, 65_536)
  assert.ok(made.length > 8 && made.every(({ text }) => text.length < 400_000))
  assert.equal(
    made.reduce((total, { text }) => total + text.length, 0),
    3_000_000,
  )
  assert.deepEqual(
    made.map(({ isPartial }) => isPartial),
    [...made.slice(1).map(() => true), false],
  )
})
