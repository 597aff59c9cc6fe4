/** Syslog over the network: messages cut as RFC 6587 has them, bounded, and held up when there is no room. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { listenSyslog, type SyslogOptions } from '../../shipper/inputs/syslog.ts'
import { SyslogFrames } from '../../shipper/inputs/syslog-frames.ts'
import { kernelDrops } from '../../shipper/inputs/udp-drops.ts'
import { until } from '../faults/harness.ts'
import { Catch, portOf } from './catch.ts'

const ANY = { host: '127.0.0.1', port: 0 }
const OPTIONS: SyslogOptions = {
  tcp: ANY,
  udp: ANY,
  max_connections: 3,
  max_message_bytes: 1024,
  idle_timeout_ms: 60_000,
  tls: undefined,
}

/** [what, stream, messages] */
const CASES: readonly [string, string, string[]][] = [
  ['lines', '<34>Oct 11 22:14:15 a su: one\n<34>two\n', ['<34>Oct 11 22:14:15 a su: one', '<34>two']],
  ['octets, a line end inside', '11 <34>one\ntwo7 <13>abc', ['<34>one\ntwo', '<13>abc']],
  ['both by turns', '7 <13>abc<13>line\n7 <13>def', ['<13>abc', '<13>line', '<13>def']],
  ['no priority', 'plain text\n', ['plain text']],
  ['a number that is no count', '12 monkeys\n<13>x\n', ['12 monkeys', '<13>x']],
  ['a count that is too long', '123456789 <13>x\n', ['123456789 <13>x']],
  ['zero is no count', '0 <13>x\n', ['0 <13>x']],
  ['CR LF and NUL go', '<13>a\r\n<13>b\0\n\n\r\n', ['<13>a', '<13>b']],
  ['UTF-8 counts in bytes', '9 <13>grün<13>x\n', ['<13>grün', '<13>x']],
  ['the last one without its end', '<13>a\n<13>rest', ['<13>a', '<13>rest']],
  ['a count without its octets', '50 <13>rest', ['<13>rest']],
  ['NUL in place of a line end, as Python sends it', '<14>one\0<14>two\0', ['<14>one', '<14>two']],
  [
    'a sender of NULs sends stack traces whole',
    '<14>a\0<11>T\n  x\n<y>\nE: z\0<14>b\0',
    ['<14>a', '<11>T\n  x\n<y>\nE: z', '<14>b'],
  ],
  ['line ends again behind a NUL in a text', '<14>a\0b\n<14>c\n<14>d\n', ['<14>a', 'b', '<14>c', '<14>d']],
  ['octets again behind a NUL', '<14>a\0' + '7 <13>abc7 <13>def', ['<14>a', '<13>abc', '<13>def']],
  ['a line end behind counted octets', '7 <13>abc\n7 <13>def\n', ['<13>abc', '<13>def']],
]

function framed(stream: Buffer, blockBytes: number, maxBytes = 1024): [string, number][] {
  const frames = new SyslogFrames(maxBytes)
  const found: [string, number][] = []
  for (let at = 0; at < stream.length; at += blockBytes) {
    frames.push(stream.subarray(at, at + blockBytes), (text, cut) => found.push([text, cut]))
  }
  frames.end((text, cut) => found.push([text, cut]))
  return found
}

for (const [what, stream, messages] of CASES) {
  test(`${what}: the same whatever the blocks`, () => {
    const bytes = Buffer.from(stream)
    for (const size of [1, 2, 3, 5, 8, bytes.length]) {
      assert.deepEqual(
        framed(bytes, size).map(([text]) => text),
        messages,
        `blocks of ${size}`,
      )
    }
  })
}

test('whatever comes, and in whatever pieces: the same messages, and every byte but trailers is in one', () => {
  const piece = fc.constantFrom('<14>', '\n', '\0', '7 ', '12 ', '0 ', 'ab', '<', '1', 'ü', '\r', ' ')
  const stream = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')))
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 20 }), (bytes, size) => {
      const whole = framed(bytes, bytes.length + 1)
      assert.deepEqual(framed(bytes, size), whole)
      const kept = (text: string) => text.replace(/[\0\r\n\uFFFD\d ]/g, '')
      // A count cuts where it says, also within a character.
      const inside = kept(whole.map(([text]) => text).join('')).replaceAll('ü', '')
      assert.equal(inside, kept(bytes.toString()).replaceAll('ü', ''))
    }),
    { numRuns: 2000 },
  )
})

test('a message is out with its last byte, whatever ends it: nobody waits for the next', () => {
  for (const stream of ['<14>a\n', '<14>a\0', '<14>a\0<14>b\0', '6 <14>ab', '<14>x\0<14>a\n<14>b\0']) {
    const found: string[] = []
    new SyslogFrames(1024).push(Buffer.from(stream), (text) => found.push(text))
    assert.equal(found.length, stream.split('<14>').length - 1, JSON.stringify(stream))
  }
})

test('a megabyte that comes byte by byte costs a copy of each, not of all', () => {
  const frames = new SyslogFrames(1024 * 1024)
  const byte = Buffer.from('x')
  const started = process.cpuUsage()
  for (let i = 0; i < 300_000; i++) frames.push(byte, () => assert.fail('it has no end'))
  const { user } = process.cpuUsage(started)
  assert.ok(user < 3_000_000, `${user} µs`)
})

test('a message that is too long keeps its beginning, and the next one is whole', () => {
  for (const size of [1, 7, 64, 5000]) {
    const counted = Buffer.from(`2004 <13>${'x'.repeat(2000)}7 <13>abc`)
    assert.deepEqual(
      framed(counted, size),
      [
        [`<13>${'x'.repeat(1020)}`, 980],
        ['<13>abc', 0],
      ],
      `octets, ${size}`,
    )
    const lines = Buffer.from(`<13>${'x'.repeat(2000)}\n<13>abc\n`)
    assert.deepEqual(
      framed(lines, size),
      [
        [`<13>${'x'.repeat(1020)}`, 980],
        ['<13>abc', 0],
      ],
      `lines, ${size}`,
    )
  }
})

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('TCP: what was sent arrives with the sender as its host; connections are bounded', async () => {
  const intake = new Catch()
  const listening = await listenSyslog(OPTIONS, intake)
  const port = portOf(listening.addresses, 'syslog tcp')
  const sockets = await Promise.all([dial(port), dial(port), dial(port)])
  sockets.forEach((socket, i) => {
    socket.write(`<13>from ${i}\n`)
  })
  await until(() => intake.entries.length === 3, 'three messages')
  const fourth = connect(port, '127.0.0.1')
  fourth.on('error', () => {})
  await once(fourth, 'close')
  assert.deepEqual(intake.texts.sort(), ['<13>from 0', '<13>from 1', '<13>from 2'])
  assert.deepEqual([...intake.refused], [['syslog_connections', 1]])
  assert.deepEqual(intake.entries[0].place.around, { service: 'syslog', host: '127.0.0.1' })
  sockets[0].write('<13>no line end')
  sockets[0].end()
  await until(() => intake.entries.length === 4, 'the rest of a connection that ended')
  await listening.close()
})

test('TCP: no room holds the sender up, and nothing is lost', async () => {
  const intake = new Catch()
  intake.answer = 'full'
  const listening = await listenSyslog(OPTIONS, intake)
  const socket = await dial(portOf(listening.addresses, 'syslog tcp'))
  const lines = Array.from({ length: 40_000 }, (_, i) => `<13>line ${i} ${'x'.repeat(400)}\n`)
  socket.write(lines.join(''))
  await until(() => intake.offers > 0, 'the first offer')
  assert.equal(intake.entries.length, 0)
  assert.ok(socket.writableLength > 0, 'the sender waits')
  intake.makeRoom()
  await until(() => intake.entries.length === lines.length, 'all lines')
  assert.deepEqual(
    intake.texts,
    lines.map((line) => line.slice(0, -1)),
  )
  assert.equal(intake.dropped.size, 0)
  await listening.close()
})

test('TCP: a silent connection is not closed but for another that wants its seat', async () => {
  const intake = new Catch()
  const listening = await listenSyslog({ ...OPTIONS, idle_timeout_ms: 0 }, intake)
  const port = portOf(listening.addresses, 'syslog tcp')
  const first = await dial(port)
  const second = await dial(port)
  await dial(port)
  second.write('<13>b\n')
  await until(() => intake.entries.length === 1, 'the second speaks')
  first.write('<13>half')
  const fourth = await dial(port)
  // The third was silent longest.
  fourth.write('<13>d\n')
  first.write(' and half\n')
  await until(() => intake.entries.length === 3, 'both were heard')
  assert.deepEqual(intake.texts.sort(), ['<13>b', '<13>d', '<13>half and half'])
  assert.equal(intake.refused.size, 0)
  await listening.close()
})

test('TCP: what waits for room at the end is counted', async () => {
  const intake = new Catch()
  const listening = await listenSyslog(OPTIONS, intake)
  intake.answer = 'full'
  const socket = await dial(portOf(listening.addresses, 'syslog tcp'))
  socket.write('<13>a\n<13>b\n')
  await until(() => intake.offers > 0, 'the offer')
  await listening.close()
  assert.equal(intake.dropped.get('syslog_stopped'), 2)
})

test('UDP: a datagram is a message; what finds no room is counted', async () => {
  const intake = new Catch()
  const listening = await listenSyslog(OPTIONS, intake)
  const port = portOf(listening.addresses, 'syslog udp')
  const socket = createSocket('udp4')
  const send = (text: string) => new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve))
  await send('<13>one\ntwo\n')
  await send('\n')
  await send('<13>three')
  await send('x'.repeat(1030))
  await until(() => intake.entries.length === 3, 'three messages')
  assert.deepEqual(intake.texts, ['<13>one\ntwo', '<13>three', 'x'.repeat(1024)])
  assert.deepEqual(intake.entries[2].metadata, [['truncated_bytes', '6']])
  intake.answer = 'full'
  await send('<13>lost')
  await until(() => intake.dropped.size > 0, 'a drop')
  assert.deepEqual([...intake.dropped], [['syslog_udp_spool_full', 1]])
  socket.close()
  await listening.close()
})

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 7354: 0100007F:3C9A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2301155 2 0000000000d93de2 5795
 7741: 3C9A007F:3E1D 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2234767 2 00000000039e1501 7
`

test('UDP: what the system drops before we come to it is known, by port', () => {
  assert.equal(
    kernelDrops(15514, (path) => (path.endsWith('6') ? '' : TABLE)),
    5795,
  )
  assert.equal(
    kernelDrops(15514, () => TABLE),
    2 * 5795,
  )
  assert.equal(
    kernelDrops(514, () => TABLE),
    0,
  )
  assert.equal(
    kernelDrops(514, () => ''),
    0,
  )
})

test('UDP: every datagram was taken or is counted, also when we are too slow', {
  skip: process.platform !== 'linux',
}, async () => {
  const intake = new Catch()
  const listening = await listenSyslog({ ...OPTIONS, tcp: undefined }, intake)
  const port = portOf(listening.addresses, 'syslog udp')
  // Another process sends while this one does nothing.
  const script = `const s = require('node:dgram').createSocket('udp4'); let n = 0
    const next = () => n++ < 20000 ? s.send(Buffer.alloc(1000, 'x'), ${port}, '127.0.0.1', next) : s.close(); next()`
  spawnSync(process.execPath, ['-e', script])
  let before = -1
  while (intake.entries.length !== before) {
    before = intake.entries.length
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await listening.close()
  const dropped = [...intake.dropped.values()].reduce((sum, count) => sum + count, 0)
  assert.equal(intake.entries.length + dropped, 20_000)
  assert.ok((intake.dropped.get('syslog_udp_system') ?? 0) > 0)
})

test('an address that is taken is said, and nothing is left open', async () => {
  const intake = new Catch()
  const first = await listenSyslog({ ...OPTIONS, udp: undefined }, intake)
  const taken = { host: '127.0.0.1', port: portOf(first.addresses, 'syslog tcp') }
  await assert.rejects(
    listenSyslog({ ...OPTIONS, tcp: taken, udp: undefined }, intake),
    /cannot listen on syslog tcp 127.*EADDRINUSE/,
  )
  await first.close()
})
